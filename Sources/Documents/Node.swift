/// A place in a document, both from 1.
package struct Mark: Sendable, Hashable {
    /// From 1.
    package let line: Int
    /// In characters, from 1.
    package let column: Int

    /// - Parameters:
    ///   - line: from 1.
    ///   - column: from 1.
    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

/// What is wrong with a document, and where.
package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    /// As the reader called it.
    package let file: String
    /// Where the fault begins.
    package let mark: Mark
    /// What is wrong and what would be right.
    package let message: String

    /// - Parameter message: a clause without a full stop.
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
    /// The three kinds of values that YAML has; anchors and tags are refused.
    package indirect enum Content: Sendable {
        /// `plain` when it was written without quotes.
        case scalar(String, plain: Bool)
        /// In the document's order.
        case list([Node])
        /// In the document's order; a key may stand there twice.
        case mapping([(key: String, keyMark: Mark, value: Node)])
    }

    /// Not typed yet.
    package let content: Content
    /// Where the value begins.
    package let mark: Mark
}
