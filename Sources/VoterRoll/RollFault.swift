import Inputs

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
    /// What a warning may lead to, by which lists are put in order; of a fault it says nothing. No part of a file.
    package let weight: Weight

    /// What most likely sends something to the wrong person comes first; what is only a likeness comes last.
    package enum Weight: Int, Sendable, Comparable {
        /// Another person's letter or message, or a voter who is none.
        case wrongPerson
        /// Nothing arrives.
        case unreachable
        /// Read, and changed or doubted in a detail.
        case detail
        /// A contact of two voters.
        case sharedContact
        /// The same name, or nearly.
        case likeness

        /// What comes first in a list is the smaller one.
        package static func < (left: Weight, right: Weight) -> Bool { left.rawValue < right.rawValue }
    }

    private enum CodingKeys: CodingKey { case line, column, value, reason }

    /// - Parameter reason: a clause that stands after the value.
    package init(line: Int, column: String, value: String, reason: String, weight: Weight = .detail) {
        // What a file holds is somebody else's.
        self.line = line
        self.column = Invisible.escaped(column)
        self.value = Invisible.escaped(value)
        self.reason = Invisible.escaped(reason)
        self.weight = weight
    }

    /// As it stands in a report that is written as JSON, which says nothing of weights.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            line: try fields.decode(Int.self, forKey: .line), column: try fields.decode(String.self, forKey: .column),
            value: try fields.decode(String.self, forKey: .value),
            reason: try fields.decode(String.self, forKey: .reason))
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
