import Polling

/// Why something is done, and the names of people, as staff write them: they go into the journal, some into messages.
package enum StaffReason {
    /// Characters of a reason: two or three sentences; longer ones belong into the minutes, which it can name.
    package static let longest = 300
    /// Characters of a person's name.
    package static let longestName = 100

    /// Whether the text is one line that shows itself whole, of so many characters at most.
    package static func isFine(_ text: String, atMost limit: Int = longest) -> Bool {
        text.count <= limit && PlainLine.isPlain(PlainLine.spaced(text)) && text.contains { $0 != " " }
    }
}
