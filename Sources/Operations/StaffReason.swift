import Polling

/// Why something is done, and the names of people, as staff write them: they go into the journal, some into messages.
package enum StaffReason {
    /// Unicode scalars of a reason: two or three sentences; longer ones belong into the minutes, which it can name.
    package static let longest = 300
    /// Unicode scalars of a person's name.
    package static let longestName = 100

    /// Whether nothing in the text breaks its line, hides, or turns the reading direction; how long it may be is its field's to say.
    package static func isPlain(_ text: String) -> Bool { PlainLine.showsItself(PlainLine.spaced(text)) }

    /// Whether the text is one line that shows itself whole, of so many Unicode scalars at most.
    package static func isFine(_ text: String, atMost limit: Int = longest) -> Bool {
        text.unicodeScalars.count <= limit && PlainLine.isPlain(PlainLine.spaced(text)) && text.contains { $0 != " " }
    }
}
