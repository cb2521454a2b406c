import Crypto
import Elections
package import Journal
package import Store

/// ```
/// sealed --> (no poll): before the opening two members sign that this seal is void, and why
/// ```
/// Nothing of an undone seal serves for another one: every statement, check, manifest and archive names the manifest by its digest,
/// and the box key opens the undone credentials alone. Who hands one in is told which seal it is of.
extension PollingStation {
    /// Undoes the seal of a poll that was never open, on the word of two members whose keys it carries.
    /// Everything that the seal made is deleted, and so are trustees' checks of it; the trustees and their keys stay.
    /// - Parameter statement: their acceptance; the subject is the manifest's SHA-256.
    /// - Returns: why not; nil when it was done.
    package func undoSeal(by principal: Principal, statement: BureauStatement) throws(StoreError) -> Refusal? {
        defer { logIsDue() }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Refusal? in
            guard let poll = try Poll.find(transaction.reading, election: election.number), poll.state != .sealing,
                let seal = SealManifest(poll.manifest)
            else { return "The poll is not sealed: there is nothing to undo." }
            if let refusal = try refusalToUndo(transaction.reading, poll) { return refusal }
            let digest = hex(sha256(poll.manifest))
            if let undone = try UndoneSeal.named(in: statement, transaction.reading) {
                return "The bureau's statement does not serve: \(undone.words)."
            }
            let fault = statement.fault(
                act: .undoSeal, election: election.election.id, subject: digest, members: seal.members)
            if let fault { return "The bureau's statement does not serve: \(fault)." }
            try PollSealer.clear(transaction, election: election.number)
            try transaction.execute(
                """
                UPDATE polling_trustee SET checked_at = NULL, check_file = NULL, waived = NULL, waiver_file = NULL
                WHERE election = ?
                """, election.number)
            try putHours(transaction)
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
    private func refusalToUndo(_ reading: borrowing Reading, _ poll: Poll) throws(StoreError) -> Refusal? {
        guard poll.state == .sealed, poll.openedAt == nil else {
            return "The poll is \(poll.state.rawValue): a seal can be undone before the opening alone."
        }
        // It may have been open since the backup, and ballots under this seal may be public.
        guard try PollRestore.all(reading, election: election.number).isEmpty else {
            return
                "The store was restored from a backup, and this poll may have been open since: its seal cannot be undone. Abandon the poll (isoloir poll abandon), or open it with two members' word."
        }
        if let fault = try manifestFault(reading, poll) { return fault }
        for ballot in try PollBallot.all(reading, election: election.number) where ballot.votes > 0 {
            return "The box of \(ballot.name) is not empty: a seal can be undone before the first ballot alone."
        }
        return nil
    }
}

/// A seal that was undone, as the journal has it.
package struct UndoneSeal: Sendable {
    /// Eight groups of four hexadecimal digits, as the bureau noted it.
    package let fingerprint: String
    /// SHA-256 of the manifest in hexadecimal.
    package let digest: String
    /// SHA-256 of the box key's file in hexadecimal; nil where the version that sealed did not note it.
    let boxKey: String?
    /// The members who signed.
    package let by: String

    /// Every seal of an election that was undone, the oldest first.
    /// - Parameter election: its name.
    /// - Throws: `.damaged` for an entry whose details cannot be read.
    package static func all(_ reading: borrowing Reading, election: String) throws(StoreError) -> [UndoneSeal] {
        var (found, boxKey): ([UndoneSeal], String?) = ([], nil)
        try AuditJournal.each(reading) { entry, _ throws(StoreError) in
            guard entry.election == election else { return }
            if entry.kind == .pollSeal { boxKey = try entry.texts()["boxKey.sha256"] }
            guard entry.kind == .pollUnseal else { return }
            let details = try entry.texts()
            found.append(
                UndoneSeal(
                    fingerprint: details["fingerprint"] ?? "", digest: details["manifest.sha256"] ?? "",
                    boxKey: boxKey, by: details["by"] ?? ""))
        }
        return found
    }

    /// What is said of something that belongs to it.
    /// Follows a subject such as "The statement does not serve:".
    package var words: String {
        "it is of the seal \(fingerprint), which \(by) undid: nothing of that one serves any more"
    }

    /// The undone seal that a statement of the bureau speaks of.
    /// - Returns: nil where it speaks of none that was undone.
    package static func named(
        in statement: BureauStatement, _ reading: borrowing Reading
    ) throws(StoreError) -> UndoneSeal? {
        try all(reading, election: statement.election).last { statement.subject.hasPrefix($0.digest) }
    }

    /// The undone seal whose credentials a box key opens.
    static func of(_ boxKey: BoxKey, _ reading: borrowing Reading, election: String) throws(StoreError) -> UndoneSeal? {
        let digest = boxKey.fileDigest
        return try all(reading, election: election).last { $0.boxKey == digest }
    }
}
