/// Which member of the bureau ordered a change of the poll, and why: it stands in the journal.
package struct BureauWord: Sendable {
    private let by: String
    private let reason: String

    /// - Returns: nil where either is empty or has more than one line.
    package init?(by: String, reason: String) {
        guard [by, reason].allSatisfy(PlainLine.isPlain) else { return nil }
        (self.by, self.reason) = (by, reason)
    }

    var details: [String: String] { ["orderedBy": by, "reason": reason] }
}

extension PollingStation {
    static let endedNeedsWord =
        "The hour came by a clock that nothing vouches for: a member of the bureau decides, so say who and why with --by and --reason."
}
