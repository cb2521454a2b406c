import Crypto
import Elections
package import Journal
package import Store

/// ```
/// sealed, open, suspended, closing, ended --> abandoned: two members sign that this poll gives no result
/// ```
/// What else can be done with a poll whose box came from a backup without what was published, or that cannot go on: it is final,
/// nothing is added up, and the credentials that stand in public archives serve for nothing any more.
extension BureauDecisions {
    /// Ends the poll without a result, on the word of two members whose keys the seal carries.
    /// - Parameter statement: their acceptance; the subject is the manifest's SHA-256.
    /// - Returns: why not; nil when it was done.
    /// - Parameters:
    ///   - principal: who gave the order, for the journal.
    ///   - along: runs in the transaction that changes the state, after every check: what it throws undoes the change.
    /// - Throws: what the store throws; the record and the erasure of the box key come after the commit, and
    ///   `followClock` makes up for them where they fail.
    package func abandon(
        by principal: Principal, statement: BureauStatement, along: PollingStation.Along = { _ in }
    ) throws(StoreError) -> PollRefusal? {
        let seal = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: election.number).flatMap { SealManifest($0.manifest) }
        }
        guard let seal else { return .nothingToAbandon }
        guard PollDecision.isShort(statement.reason) else { return .longReason }
        if let fault = PollDecision(reason: statement.reason).fault { return fault }
        let signers = statement.signers(among: seal.members).map(\.name).joined(separator: ", ")
        let refusal = try states.change(
            StateChange(
                from: [.sealed, .open, .suspended, .closing, .ended], to: .abandoned, .pollAbandon,
                details: ["by": signers, "reason": statement.reason], reason: statement.reason), by: principal
        ) { transaction, poll throws(StoreError) in
            if let fault = try integrity.manifestFault(transaction.reading, poll) { return .finding(fault) }
            let subject = hex(sha256(poll.manifest))
            if let undone = try UndoneSeal.named(in: statement, transaction.reading) {
                return .statement(.undone(undone))
            }
            if let fault = statement.fault(
                act: .abandonPoll, election: election.election.id, subject: subject, members: seal.members)
            {
                return .statement(fault)
            }
            try transaction.execute(
                """
                UPDATE polling_poll SET stopped_at = coalesce(stopped_at, ?1), closes_at = min(closes_at, ?1), closed_at = ?1
                WHERE election = ?2
                """, watch.orderTime(poll), election.number)
            try along(transaction)
            return nil
        }
        guard refusal == nil else { return refusal }
        try records.keepAbandonment()
        try boxKey.destroy(by: principal)
        return nil
    }
}
