import BallotCore
import BallotEngine
import Crypto
package import Elections
import Foundation
package import Journal
package import Polling
package import Store

/// The result of a ballot (scrutin) in words.
package struct BallotResult: Sendable {
    /// One answer with its total.
    package struct Line: Sendable {
        /// As voters read it, in every language.
        package let answer: LocalText
        /// By weight; the number of ballots where all weigh 1.
        package let votes: Int
    }

    /// A question with what its answers came to.
    package struct Answered: Sendable {
        /// From the election's definition.
        package let question: Election.Question
        /// In the order of the ballot.
        package let lines: [Line]
        /// Nil where the question has no blank vote.
        package let blank: Int?
    }

    /// From the election's definition.
    package let ballot: Election.Ballot
    /// Voters on its list.
    package let electors: Int
    /// Ballots counted, and the sum of their weights.
    package let counted: Int
    /// The most that an answer can have.
    package let weight: Int
    /// In the order of the ballot.
    package let questions: [Answered]
}

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
    private let clock: Clock
    var election: StoredElection { station.election }

    /// All of one store; the station says of which election.
    package init(station: PollingStation, store: Store, trustees: TrusteeRegister, journal: AuditJournal, clock: Clock)
    {
        (self.station, self.store, self.trustees, self.journal, self.clock) = (
            station, store, trustees, journal, clock
        )
    }

    /// Adds up the encrypted ballots of a closed poll, and signs the closing record, where that is not done yet.
    /// May be called at any time, and again: a poll that is not closed gives nothing to do.
    /// - Returns: the ballots added up now.
    /// - Throws: `.damaged` where the audit finds anything, a ballot cannot be read, or the journal has what the store
    ///   lacks.
    package func tally(by principal: Principal) throws(StoreError) -> [String] {
        let added = try addUp(by: principal)
        // The record says what became of the box key.
        try station.destroyBoxKey(by: principal)
        try writeRecord(by: principal)
        // Where a program died between the last result and its record.
        try writeResultRecord(by: principal)
        return added
    }

    /// What the journal holds already is never made a second time: two tallies or records with genuine signatures would let
    /// whoever can write the file choose between them. To be asked where the store holds none, in the same transaction: another
    /// program may have made it meanwhile.
    /// - Parameters:
    ///   - text: what the entry's details must contain.
    ///   - message: what is said of it.
    /// - Throws: `.damaged` with the message where the journal has such an entry.
    func refuseSecond(
        _ reading: borrowing Reading, _ action: JournalAction, containing text: String, _ message: String
    ) throws(StoreError) {
        let filter = AuditJournal.Filter(of: action, election: election.election.id, text: text)
        guard try AuditJournal.page(reading, filter, limit: 1).isEmpty else {
            throw StoreError(
                .damaged, message,
                cure: "Run `isoloir poll status`, keep the files as they are, and call the bureau together.")
        }
    }

    /// - Returns: names of the ballots.
    private func addUp(by principal: Principal) throws(StoreError) -> [String] {
        let pending = try store.read { (reading: borrowing Reading) throws(StoreError) -> [PollBallot] in
            guard let poll = try Poll.find(reading, election: election.number), poll.state == .closed else { return [] }
            var pending: [PollBallot] = []
            for ballot in try PollBallot.all(reading, election: election.number)
            where try station.tally(reading, ballot) == nil { pending.append(ballot) }
            return pending
        }
        if !pending.isEmpty {
            // What is signed from here on is for ever: box, list and journal are looked at first.
            let findings = try station.audit()
            guard findings.isEmpty else {
                throw StoreError(
                    .damaged, "Nothing is added up: \(findings.joined(separator: " "))",
                    cure: "Run `isoloir poll status`, keep the files as they are, and call the bureau together.")
            }
        }
        for ballot in pending {
            let checker = try station.checker(ballot)
            var sum = EncryptedTally(checker.form.questions)
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try station.eachPublished(reading, ballot) { text, weight throws(StoreError) in
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
                guard try station.tally(transaction.reading, ballot) == nil else { return }
                try refuseSecond(
                    transaction.reading, .tallyEncrypt, containing: "\"ballot\":\"\(ballot.name)\"",
                    "\(ballot.name) was added up before, and the encrypted tally is gone from the store.")
                try station.keep(transaction, tally: document, ballots: sum.ballots, weight: sum.weight, of: ballot)
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

    // MARK: What comes out

    /// The results, where the trustees have opened them.
    /// - Returns: the ballots that have one, in the order of the definition.
    /// - Throws: `.damaged` where one is not what the trustees' parts give.
    package func results(_ reading: borrowing Reading) throws(StoreError) -> [BallotResult] {
        var results: [BallotResult] = []
        for stored in try PollBallot.all(reading, election: election.number) {
            guard let ballot = election.election.ballots.first(where: { $0.id == stored.name }),
                let tally = try station.tally(reading, stored), let document = tally.result,
                let rows = JSON.read(document)?["result"]?.list
            else { continue }
            try station.checkResult(reading, stored, tally)
            var answered: [BallotResult.Answered] = []
            for (question, row) in zip(ballot.questions, rows) {
                let numbers = (row.list ?? []).compactMap(\.integer)
                let own = question.hasBlank ? Array(numbers.dropFirst()) : numbers
                answered.append(
                    BallotResult.Answered(
                        question: question,
                        lines: zip(question.answers, own).map { BallotResult.Line(answer: $0, votes: $1) },
                        blank: question.hasBlank ? numbers.first : nil))
            }
            results.append(
                BallotResult(
                    ballot: ballot, electors: stored.electors, counted: tally.ballots, weight: tally.weight,
                    questions: answered))
        }
        return results
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
        try station.eachPublished(reading, ballot) { text, _ throws(StoreError) in try body(writer.ballot(text)) }
        guard [.closed, .destroyed].contains(poll.state) else { return }
        try body(writer.endBallots())
        guard let tally = try station.tally(reading, ballot) else { return }
        try body(writer.encryptedTally(tally.document, ballots: tally.ballots, weight: tally.weight))
        // Decryptions come in together with the result that they give: until then each can still be replaced.
        guard let result = tally.result, let rows = JSON.read(result)?["result"]?.list else { return }
        try station.checkResult(reading, ballot, tally)
        for part in try station.parts(reading, ballot) {
            try body(writer.partialDecryption(part.document, owner: part.owner))
        }
        try body(writer.result(rows.map { ($0.list ?? []).compactMap(\.integer) }))
    }
}
