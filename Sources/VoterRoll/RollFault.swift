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
    /// - Throws: where one of the four fields is missing, or of another type.
    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            line: try fields.decode(Int.self, forKey: .line), column: try fields.decode(String.self, forKey: .column),
            value: try fields.decode(String.self, forKey: .value),
            reason: try fields.decode(String.self, forKey: .reason))
    }
}
