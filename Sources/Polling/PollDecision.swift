/// Who decided a change of the poll, and why: for the journal; the reason of a suspension is told to voters as well.
package struct PollDecision: Sendable {
    /// The member of the bureau, by name; nil where the command line was not told.
    package let by: String?
    /// In the member's own words, told to voters where the poll is suspended; nil where none was given.
    package let reason: String?

    /// Both nil for what the clock or a program does by itself. French writes a no-break blank before its colons: blanks of every
    /// kind become plain ones.
    package init(by: String? = nil, reason: String? = nil) {
        (self.by, self.reason) = (by.map(PlainLine.spaced), reason.map(PlainLine.spaced))
    }

    /// Why the name or the reason cannot stand in records, on pages and in messages; nil where they can, or where none was given.
    package var fault: PollRefusal? {
        let isFine = [by, reason].allSatisfy { text in
            text.map { PlainLine.isPlain($0) && PollDecision.isShort($0) && $0.contains { $0 != " " } } ?? true
        }
        return isFine ? nil : .unreadableWord
    }

    /// Characters of a reason that voters are told: it stands in an SMS, and this is two of them.
    package static let longestReason = 300

    /// Whether a reason is no longer than voters can be told.
    package static func isShort(_ reason: String) -> Bool { reason.unicodeScalars.count <= longestReason }

    var details: [String: String] { ["by": by, "reason": reason].compactMapValues { $0 } }

    /// Whether a member of the bureau stands for it: a poll whose hour came by a clock in doubt needs that.
    var isOrdered: Bool { [by, reason].allSatisfy { $0.map(PlainLine.isPlain) ?? false } }
}
