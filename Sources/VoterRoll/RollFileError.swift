import Inputs

/// Why a whole file cannot be read.
/// Nothing of the file is taken then.
package struct RollFileError: Error, CustomStringConvertible {
    /// Its path, and the sheet where one is meant.
    package let file: String
    /// 0 when no line is to blame.
    package let line: Int
    /// A clause that says what is wrong and what to do, for whoever made the file.
    package let message: String
    /// The sheets of the workbook from which one or several must be chosen; empty when that is not what is asked.
    package let sheets: [String]
    /// Whether somebody who says what each heading means makes the file readable.
    package let isAboutHeadings: Bool
    /// Whether it stands, whatever the rows below are: no later row is tried as the headings.
    let isDecided: Bool

    /// - Parameter line: from 1; 0 when no line is to blame.
    package init(file: String, line: Int, message: String, sheets: [String] = [], isAboutHeadings: Bool = false) {
        (self.file, self.line, self.message) = (Invisible.escaped(file), line, Invisible.escaped(message))
        (self.sheets, self.isAboutHeadings, isDecided) = (sheets, isAboutHeadings, false)
    }

    /// A fault of a whole file that its first row tells.
    init(decided message: String, file: String, line: Int) {
        (self.file, self.line, self.message) = (Invisible.escaped(file), line, Invisible.escaped(message))
        (sheets, isAboutHeadings, isDecided) = ([], false, true)
    }

    /// `roll.csv:12: ...`, as compilers write it.
    package var description: String { line > 0 ? "\(file):\(line): \(message)" : "\(file): \(message)" }
}
