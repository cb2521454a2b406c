import Crypto
import Elections
package import Journal
package import Store

/// ```
/// sealed --> (no poll): before the opening two members sign that this seal is void, and why
/// ```
/// Nothing of an undone seal serves for another one: every statement, check, manifest and archive names the manifest by its digest,
/// and the box key opens the undone credentials alone. Who hands one in is told which seal it is of.
extension BureauDecisions {
    /// Undoes the seal of a poll that was never open, on the word of two members whose keys it carries.
    /// Everything that the seal made is deleted, and so are trustees' checks of it; the trustees and their keys stay.
    /// - Parameter statement: their acceptance; the subject is the manifest's SHA-256.
    /// - Returns: why not; nil when it was done.
    package func undoSeal(
        by principal: Principal, statement: BureauStatement
    ) throws(StoreError) -> PollRefusal? {
        defer { states.log.emptySoon() }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> PollRefusal? in
            guard let poll = try Poll.find(transaction.reading, election: election.number), poll.state != .sealing,
                let seal = SealManifest(poll.manifest)
            else { return .unsealing(.notSealed) }
            if let refusal = try refusalToUndo(transaction.reading, poll) { return refusal }
            let digest = hex(sha256(poll.manifest))
            if let undone = try UndoneSeal.named(in: statement, transaction.reading) {
                return .statement(.undone(undone))
            }
            let fault = statement.fault(
                act: .undoSeal, election: election.election.id, subject: digest, members: seal.members)
            if let fault { return .statement(fault) }
            try PollSealer.clear(transaction, election: election.number)
            try transaction.execute(
                """
                UPDATE polling_trustee SET checked_at = NULL, check_file = NULL, waived = NULL, waiver_file = NULL
                WHERE election = ?
                """, election.number)
            try states.putHours(transaction)
            try journal.record(
                transaction, election: election.election.id, by: principal, .pollUnseal,
                [
                    "fingerprint": poll.fingerprint, "manifest.sha256": digest, "reason": statement.reason,
                    "by": statement.signers(among: seal.members).map(\.name).joined(separator: ", "),
                    "statement.sha256": hex(sha256(statement.file)),
                ])
            return nil
        }
    }

    /// Why not, by the poll alone; nil where the members' word is all that is missing.
    private func refusalToUndo(_ reading: borrowing Reading, _ poll: Poll) throws(StoreError) -> PollRefusal? {
        guard poll.state == .sealed, poll.openedAt == nil else {
            return .unsealing(.opened(poll.state))
        }
        // It may have been open since the backup, and ballots under this seal may be public.
        guard try PollRestore.all(reading, election: election.number).isEmpty else {
            return .unsealing(.restored)
        }
        if let fault = try integrity.manifestFault(reading, poll) { return .finding(fault) }
        for ballot in try PollBallot.all(reading, election: election.number) where ballot.votes > 0 {
            return .unsealing(.boxNotEmpty(ballot.name))
        }
        return nil
    }
}
