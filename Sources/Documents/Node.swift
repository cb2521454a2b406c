/// A place in a document, both from 1.
package struct Mark: Sendable, Hashable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// What is wrong with a document, and where.
package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    package let file: String
    package let mark: Mark
    /// What is wrong and what would be right.
    package let message: String

    package init(file: String, mark: Mark, _ message: String) {
        self.file = file
        self.mark = mark
        self.message = message
    }

    /// `file:line:column: message`, as editors understand it.
    package var description: String { "\(file):\(mark.line):\(mark.column): \(message)" }
}

/// One value of a document with its place. A scalar is text until its reader gives it a type.
package struct Node: Sendable {
    package indirect enum Content: Sendable {
        /// `plain` when it was written without quotes.
        case scalar(String, plain: Bool)
        case list([Node])
        case mapping([(key: String, keyMark: Mark, value: Node)])
    }

    package let content: Content
    package let mark: Mark
}
