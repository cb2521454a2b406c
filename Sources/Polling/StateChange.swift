import Journal

/// A change of the poll's state.
struct StateChange {
    /// The states in which it is allowed; every other one is a refusal.
    let from: [PollState]
    let to: PollState
    let action: JournalAction
    /// What its journal entry says beside fingerprint and votes.
    let details: [String: String]
    /// Told to voters; nil leaves what was said.
    let reason: String?

    init(
        from: [PollState], to: PollState, _ action: JournalAction, details: [String: String] = [:],
        reason: String? = nil
    ) {
        (self.from, self.to, self.action) = (from, to, action)
        (self.details, self.reason) = (details, reason)
    }
}
