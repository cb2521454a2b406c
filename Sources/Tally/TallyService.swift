import BallotCore
import BallotEngine
import Crypto
import Elections
package import Journal
package import Polling
package import Store

/// ```
/// server                                      trustee's machine (each)
///   poll close
///     last round, EndBallots, encrypted tally
///     signed closing record
///   archive (.bel), record, manifest --------->  tally decrypt
///                                                 verifies the whole archive
///                                                 compares seal, record, head, typed digest
///                                                 factor alpha^x and two proofs for each total
///   tally take  <---- decryptions -------------
///     every proof checked; replaceable until all give a result
///   when all are there: logarithms, Result      anybody: tally verify, belenios-tool
/// ```
/// Counts a closed poll: encrypted tally, trustees' decryptions, result, archive.
package struct TallyService: Sendable {
    let station: PollingStation
    let store: Store
    let trustees: TrusteeRegister
    let journal: AuditJournal
    /// What the trustees opened.
    package let results: CountedResults
    /// Trustees' parts of the count.
    package let decryptions: TrusteeDecryptions
    private let records: CountRecords
    var election: StoredElection { station.election }

    /// All of one store; the station says of which election.
    package init(station: PollingStation, store: Store, trustees: TrusteeRegister, journal: AuditJournal) {
        (self.station, self.store, self.trustees, self.journal) = (station, store, trustees, journal)
        results = CountedResults(station: station)
        records = CountRecords(station: station, store: store, journal: journal, results: results)
        decryptions = TrusteeDecryptions(
            station: station, store: store, trustees: trustees, journal: journal, records: records)
    }

    /// Adds up the encrypted ballots of a closed poll, and signs the closing record, where that is not done yet.
    /// May be called at any time, and again: a poll that is not closed gives nothing to do.
    /// - Returns: the ballots added up now.
    /// - Throws: `.damaged` where the audit finds anything, a ballot cannot be read, or the journal has what the store
    ///   lacks.
    package func tally(by principal: Principal) throws(StoreError) -> [String] {
        let added = try addUp(by: principal)
        // The record says what became of the box key.
        try station.boxKey.destroy(by: principal)
        try records.writeClosing(by: principal)
        // Where a program died between the last result and its record.
        try records.writeResult(by: principal)
        return added
    }

    /// - Returns: names of the ballots.
    private func addUp(by principal: Principal) throws(StoreError) -> [String] {
        let pending = try store.read { (reading: borrowing Reading) throws(StoreError) -> [PollBallot] in
            guard let poll = try Poll.find(reading, election: election.number), poll.state == .closed else { return [] }
            var pending: [PollBallot] = []
            for ballot in try PollBallot.all(reading, election: election.number)
            where try station.tallies.tally(reading, ballot) == nil { pending.append(ballot) }
            return pending
        }
        if !pending.isEmpty {
            // What is signed from here on is for ever: box, list and journal are looked at first.
            let findings = try station.integrity.audit()
            guard findings.isEmpty else {
                throw StoreError(
                    .damaged, "Nothing is added up: \(findings.map(\.description).joined(separator: " "))",
                    cure: "Run `isoloir poll status`, keep the files as they are, and call the bureau together.")
            }
        }
        for ballot in pending {
            let checker = try station.checkers.checker(ballot)
            var sum = EncryptedTally(checker.form.questions)
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try station.rounds.eachPublished(reading, ballot) { text, weight throws(StoreError) in
                    // Every proof was checked when the ballot was taken, and is checked again by whoever verifies.
                    guard let read = try? checker.read(text) else {
                        throw StoreError(
                            .damaged, "A ballot of \(ballot.name) was changed in the box.",
                            cure: "Run `isoloir poll status`.")
                    }
                    sum.add(read, weight: weight)
                }
            }
            guard sum.ballots == ballot.votes else {
                throw StoreError(
                    .damaged, "\(ballot.name): \(sum.ballots) ballots are published, \(ballot.votes) votes recorded.",
                    cure: "Run `isoloir poll status`.")
            }
            let document = sum.document
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                // `serve` and a command may add up at the same time: the first one counts.
                guard try station.tallies.tally(transaction.reading, ballot) == nil else { return }
                try records.refuseSecond(
                    transaction.reading, .tallyEncrypt, containing: "\"ballot\":\"\(ballot.name)\"",
                    "\(ballot.name) was added up before, and the encrypted tally is gone from the store.")
                try station.tallies.keep(
                    transaction, tally: document, ballots: sum.ballots, weight: sum.weight, of: ballot)
                try journal.record(
                    transaction, election: election.election.id, by: principal, .tallyEncrypt,
                    [
                        "ballot": ballot.name, "ballots": "\(sum.ballots)", "weight": "\(sum.weight)",
                        "sha256": hex(sha256(document)),
                    ])
            }
        }
        return pending.map(\.name)
    }

    /// Hands the archive of a ballot to `body` piece by piece, as far as it is public.
    /// - Parameter body: gets bytes that follow each other without a gap; what it throws ends the writing.
    /// - Throws: `.damaged` where a ballot is not in its slot any more, or the result is not what the parts give.
    package func archive(
        _ reading: borrowing Reading, _ ballot: PollBallot, to body: ([UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) {
        guard let poll = try Poll.find(reading, election: election.number) else { return }
        var writer = ArchiveWriter(time: poll.sealedAt)
        try body(
            writer.setup(
                election: ballot.document, trustees: ballot.trustees, credentials: try ballot.credentials(reading)))
        try station.rounds.eachPublished(reading, ballot) { text, _ throws(StoreError) in try body(writer.ballot(text))
        }
        guard [.closed, .destroyed].contains(poll.state) else { return }
        try body(writer.endBallots())
        guard let tally = try station.tallies.tally(reading, ballot) else { return }
        try body(writer.encryptedTally(tally.document, ballots: tally.ballots, weight: tally.weight))
        // Decryptions come in together with the result that they give: until then each can still be replaced.
        guard let result = tally.result, let rows = JSON.read(result)?["result"]?.list else { return }
        try station.partIntegrity.checkResult(reading, ballot, tally)
        for part in try station.tallies.parts(reading, ballot) {
            try body(writer.partialDecryption(part.document, owner: part.owner))
        }
        try body(writer.result(rows.map { ($0.list ?? []).compactMap(\.integer) }))
    }
}
