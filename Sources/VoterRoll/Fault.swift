/// What is wrong, or worth a look, in one field of a roll.
package struct RollFault: Sendable, Codable, Equatable {
    /// The line of the file, or the row of the sheet, from 1.
    package let line: Int
    /// The heading of the column; empty when the whole row is meant.
    package let column: String
    /// The value's beginning as it stands in the file; empty where it is a secret, or is missing.
    package let value: String
    /// What is wrong and what would be right.
    package let reason: String

    /// - Parameter reason: a clause that stands after the value.
    package init(line: Int, column: String, value: String, reason: String) {
        self.line = line
        self.column = column
        self.value = value
        self.reason = reason
    }
}

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

    /// - Parameter line: from 1; 0 when no line is to blame.
    package init(file: String, line: Int, message: String, sheets: [String] = [], isAboutHeadings: Bool = false) {
        (self.file, self.line, self.message) = (file, line, message)
        (self.sheets, self.isAboutHeadings) = (sheets, isAboutHeadings)
    }

    /// `roll.csv:12: ...`, as compilers write it.
    package var description: String { line > 0 ? "\(file):\(line): \(message)" : "\(file): \(message)" }
}
