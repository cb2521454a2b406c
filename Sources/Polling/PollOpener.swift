import BallotEngine
import Crypto
import Elections
package import Journal
package import Store

/// Opens a sealed poll.
package struct PollOpener: Sendable {
    let election: StoredElection
    let journal: AuditJournal
    let clock: Clock
    let randomness: Randomness
    let store: Store
    let boxKey: BoxKeyMemory
    let integrity: BoxIntegrity
    let states: PollStateMachine
    let admission: RestoreAdmission
    let records: SignedRecords

    /// Opens a sealed poll: the box key must open credentials, box and list must be empty.
    /// - Parameter proof: what frees a poll whose store was restored from a backup.
    /// - Parameter along: runs in the opening's transaction, after every check.
    /// - Returns: why not, or every finding of the audit on a line of its own; nil when the poll is open.
    package func open(
        by principal: Principal, proof: ResumeProof? = nil, along: PollingStation.Along = { _ in }
    ) throws(StoreError) -> PollRefusal? {
        guard let boxKey = boxKey.key else { return .opening(.noBoxKey) }
        let undone = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try UndoneSeal.of(boxKey, reading, election: election.election.id)
        }
        if let undone { return .opening(.undoneBoxKey(undone)) }
        let findings = try integrity.audit()
        guard findings.isEmpty else { return .opening(.findings(findings)) }
        let at = clock.now
        let hours = ["opens": "\(election.election.announcedOpening)", "opened.at": "\(at)"]
        return try states.change(StateChange(from: [.sealed], to: .open, .pollOpen, details: hours), by: principal) {
            transaction, poll throws(StoreError) in
            if let refusal = try uncheckedTrustees(transaction.reading, poll) { return .opening(refusal) }
            for ballot in try PollBallot.all(transaction.reading, election: election.number) {
                guard ballot.votes == 0 else { return .opening(.boxNotEmpty(ballot.name)) }
                guard try opensCredentials(transaction.reading, ballot, boxKey) else {
                    return .opening(.foreignBoxKey(ballot.name))
                }
            }
            // The last of the checks: what it notes stays, and a refused opening must not have used the proof.
            if let refusal = try admission.admit(transaction, poll, proof) { return refusal }
            try transaction.execute(
                "UPDATE polling_poll SET opened_at = ? WHERE election = ?", at, election.number)
            try states.putHours(transaction)
            let lines = try openingLines(transaction.reading, poll) + (try records.restoreLines(transaction.reading))
            let people = try records.minutesLines(transaction.reading, hasTurnout: false)
            let record = try records.keep(transaction, .opening, lines + people)
            try journal.record(
                transaction, election: election.election.id, by: principal, .pollRecord,
                ["kind": SignedRecord.Kind.opening.rawValue, "sha256": hex(sha256(Array(record.utf8)))])
            try along(transaction)
            return nil
        }
    }

    /// The opening record's first lines: seal, hours, empty boxes, and what each trustee signed.
    private func openingLines(_ reading: borrowing Reading, _ poll: Poll) throws(StoreError) -> [String] {
        let words = RecordWords(election.election)
        var lines = ["isoloir opening record 1", "election \(election.election.id)", "seal \(poll.fingerprint)"]
        lines += words.opened(at: clock.now, announced: election.election.announcedOpening)
        lines += try PollBallot.all(reading, election: election.number).map {
            words.emptyBox($0.name, electors: $0.electors)
        }
        guard let seal = SealManifest(poll.manifest) else { return lines }
        let register = TrusteeRegister(journal: journal, clock: clock)
        for trustee in try register.all(reading, election) {
            // What they signed, not what is noted beside it.
            lines.append(words.trustee(trustee.name, try register.check(reading, election, trustee, seal)))
        }
        return lines
    }

    /// Tries one line of the list; false where the list is empty.
    private func opensCredentials(
        _ reading: borrowing Reading, _ ballot: PollBallot, _ boxKey: BoxKey
    ) throws(StoreError) -> Bool {
        let first = try reading.first(
            "SELECT voter, entry FROM polling_elector WHERE ballot = ? LIMIT 1", ballot.id
        ) { (row: borrowing Row) throws(StoreError) -> (Int, [UInt8]) in (try row[0], try row[1]) }
        guard let (voter, entry) = first else { return false }
        return boxKey.open(
            try ElectorEntry(entry).sealed, ballot: ballot.id, voter: voter, randomness: randomness) != nil
    }

    /// Trustees who have not said that the sealed election is made with their key; nil when all have, or the bureau
    /// waived it.
    func uncheckedTrustees(_ reading: borrowing Reading, _ poll: Poll) throws(StoreError) -> OpeningRefusal? {
        let waiting = try TrusteeRegister(journal: journal, clock: clock).unchecked(
            reading, election, manifest: poll.manifest)
        return waiting.isEmpty ? nil : .unchecked(waiting.map(\.name))
    }
}
