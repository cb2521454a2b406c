import Crypto
import Delivery
import Elections
import Issuance
import Journal
import Store

/// Changes the poll's state: row, hours that voters are told and journal in one transaction.
struct PollStateMachine: Sendable {
    let election: StoredElection
    let store: Store
    let journal: AuditJournal
    let clock: Clock
    let randomness: Randomness
    let log: VoteLog

    /// Changes the state in one transaction: state, hours that voters are told, and one journal entry, at the end with each
    /// ballot's votes.
    /// - Parameter body: what else is written, or why not; it sees the poll before the change. Its refusal leaves the state
    ///   alone, but what it wrote before stays: it must refuse first.
    func change(
        _ change: StateChange, by principal: Principal,
        _ body: (borrowing Transaction, Poll) throws(StoreError) -> PollRefusal? = { _, _ in nil }
    ) throws(StoreError) -> PollRefusal? {
        // Whatever was written before goes out of the log with the change.
        defer { log.emptySoon() }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> PollRefusal? in
            guard let poll = try Poll.find(transaction.reading, election: election.number) else {
                return .notSealed
            }
            guard change.from.contains(poll.state) else { return .wrongState(poll.state, needed: change.from) }
            if let refusal = try body(transaction, poll) { return refusal }
            try transaction.execute(
                "UPDATE polling_poll SET state = ? WHERE election = ?", change.to.rawValue, election.number)
            try putHours(transaction, reason: change.reason)
            var details = change.details.merging(["fingerprint": poll.fingerprint]) { $1 }
            // Before the end how many votes lie in the box is nobody's to know: the journal has readers.
            for ballot in change.to.isFinal ? try PollBallot.all(transaction.reading, election: election.number) : [] {
                details["votes.\(ballot.name)"] = "\(ballot.votes)"
            }
            try journal.record(transaction, election: election.election.id, by: principal, change.action, details)
            return nil
        }
    }

    /// See `Poll.putHours`.
    func putHours(_ transaction: borrowing Transaction, reason: String? = nil) throws(StoreError) {
        try Poll.putHours(
            transaction, election, Outbox(clock: clock, randomness: randomness), reason: reason)
    }
}
