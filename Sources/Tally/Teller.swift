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
    package struct Line: Sendable {
        package let answer: LocalText
        package let votes: Int
    }

    package struct Answered: Sendable {
        package let question: Election.Question
        /// In the order of the ballot.
        package let lines: [Line]
        /// Nil where the question has no blank vote.
        package let blank: Int?
    }

    package let ballot: Election.Ballot
    package let electors: Int
    /// Ballots counted, and the sum of their weights.
    package let counted: Int
    package let weight: Int
    package let questions: [Answered]
}

/// ```
/// server                                      trustee's machine (each)
///   poll close
///     last round, EndBallots, encrypted tally
///   archive (.bel)  ------------------------->  tally decrypt
///                                                 verifies the whole archive
///                                                 factor alpha^x and proof for each total
///   tally take  <---- decryptions -------------
///     every proof checked
///   when all are there: logarithms, Result      anybody: tally verify, belenios-tool
/// ```
/// Counts a closed poll: encrypted tally, trustees' decryptions, result, archive.
package struct Teller: Sendable {
    private let station: PollingStation
    private let store: Store
    private let trustees: TrusteeRegister
    private let logbook: Logbook
    private let clock: Clock
    private var election: StoredElection { station.election }

    package init(station: PollingStation, store: Store, trustees: TrusteeRegister, logbook: Logbook, clock: Clock) {
        (self.station, self.store, self.trustees, self.logbook, self.clock) = (
            station, store, trustees, logbook, clock
        )
    }

    /// Adds up the encrypted ballots of a closed poll, where that is not done yet.
    /// - Returns: the ballots added up now.
    package func tally(by principal: Principal) throws(StoreError) -> [String] {
        let pending = try store.read { (reading: borrowing Reading) throws(StoreError) -> [PollBallot] in
            guard let poll = try Poll.find(reading, election: election.number), poll.state == .closed else { return [] }
            var pending: [PollBallot] = []
            for ballot in try PollBallot.all(reading, election: election.number)
            where try station.tally(reading, ballot) == nil { pending.append(ballot) }
            return pending
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
                try station.keep(transaction, tally: document, ballots: sum.ballots, weight: sum.weight, of: ballot)
                try logbook.record(
                    transaction, election: election.election.id, by: principal, "tally.encrypt",
                    ["ballot": ballot.name, "ballots": "\(sum.ballots)", "sha256": hex(sha256(document))])
            }
        }
        return pending.map(\.name)
    }

    /// What taking a trustee's decryptions came to.
    package enum Taking: Sendable {
        /// Trustees that are still awaited, for each ballot; nobody when the result is there.
        case taken(trustee: String, missing: [String])
        case refused(String)
    }

    /// Takes the decryptions of a trustee, every proof checked; the last one brings the result.
    package func take(_ file: [UInt8], by principal: Principal) throws(StoreError) -> Taking {
        let given: (election: String, trustee: String, parts: [(uuid: String, decryption: [UInt8])])
        do throws(TrusteeFiles.Fault) { given = try TrusteeFiles.decryptions(file) } catch {
            return .refused("\(error)")
        }
        let (known, ballots) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> ([Trustee], [(PollBallot, StoredTally?)]) in
            var ballots: [(PollBallot, StoredTally?)] = []
            for ballot in try PollBallot.all(reading, election: election.number) {
                ballots.append((ballot, try station.tally(reading, ballot)))
            }
            return (try trustees.all(reading, election), ballots)
        }
        guard given.election == election.election.id, let place = known.firstIndex(where: { $0.name == given.trustee })
        else { return .refused("\(given.trustee) is no trustee of \(election.election.id).") }
        var checked: [(ballot: PollBallot, document: [UInt8])] = []
        for (ballot, stored) in ballots {
            guard let stored else { return .refused("The poll is not closed: nothing can be counted before.") }
            let name = "\(given.trustee), ballot \(ballot.name)"
            guard let document = given.parts.first(where: { Array($0.uuid.utf8) == ballot.uuid })?.decryption else {
                return .refused("\(name): the decryption is missing.")
            }
            guard let fault = try fault(document, stored, ballot, owner: place) else {
                checked.append((ballot, document))
                continue
            }
            return .refused("\(name): \(fault)")
        }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            for (ballot, document) in checked {
                try station.keep(
                    transaction, decryption: document, of: ballot, trustee: known[place].id, owner: place + 1)
            }
            try logbook.record(
                transaction, election: election.election.id, by: principal, "tally.decrypt",
                ["trustee": given.trustee, "file.sha256": hex(sha256(file))])
        }
        return .taken(trustee: given.trustee, missing: try combine(known, by: principal))
    }

    private func fault(
        _ document: [UInt8], _ stored: StoredTally, _ ballot: PollBallot, owner: Int
    ) throws(StoreError) -> String? {
        let form = try station.checker(ballot).form
        guard let tally = EncryptedTally(document: stored.document, questions: form.questions),
            let keys = TrusteePublicKey.read(trustees: ballot.trustees)
        else { return "the stored tally was changed." }
        guard let part = PartialDecryption(document: document, tally: tally) else {
            return "the decryption does not fit the encrypted tally."
        }
        guard part.isProven(tally, by: keys[owner], fingerprint: form.fingerprint) else {
            return "the decryption is not proven to be made with this trustee's key."
        }
        return nil
    }

    /// Computes the results once every trustee's part is there; returns who is missing.
    private func combine(_ known: [Trustee], by principal: Principal) throws(StoreError) -> [String] {
        var missing: Set<String> = []
        for ballot in try store.read({ (reading: borrowing Reading) throws(StoreError) in
            try PollBallot.all(reading, election: election.number)
        }) {
            let (stored, parts) = try store.read {
                (reading: borrowing Reading) throws(StoreError) -> (StoredTally?, [(owner: Int, document: [UInt8])]) in
                (try station.tally(reading, ballot), try station.decryptions(reading, ballot))
            }
            let there = Set(parts.map(\.owner))
            for (index, trustee) in known.enumerated() where !there.contains(index + 1) { missing.insert(trustee.name) }
            guard there.count == known.count, let stored, stored.result == nil else { continue }
            let form = try station.checker(ballot).form
            guard var tally = EncryptedTally(document: stored.document, questions: form.questions) else { continue }
            tally.add(weightOnly: stored.weight)
            let decryptions = parts.compactMap { PartialDecryption(document: $0.document, tally: tally) }
            guard decryptions.count == parts.count, let numbers = PartialDecryption.result(tally, decryptions) else {
                throw StoreError(
                    .damaged, "The decryptions of \(ballot.name) do not give a result.",
                    cure: "Verify the archive: isoloir tally verify.")
            }
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try station.keep(transaction, result: ArchiveWriter.document(numbers), of: ballot)
                try logbook.record(
                    transaction, election: election.election.id, by: principal, "tally.result",
                    ["ballot": ballot.name, "result": "\(numbers)"])
            }
        }
        return missing.sorted()
    }

    // MARK: What comes out

    /// The results, where the trustees have opened them.
    package func results(_ reading: borrowing Reading) throws(StoreError) -> [BallotResult] {
        var results: [BallotResult] = []
        for stored in try PollBallot.all(reading, election: election.number) {
            guard let ballot = election.election.ballots.first(where: { $0.id == stored.name }),
                let tally = try station.tally(reading, stored), let document = tally.result,
                let rows = JSON.read(document)?["result"]?.list
            else { continue }
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
        for (owner, document) in try station.decryptions(reading, ballot) {
            try body(writer.partialDecryption(document, owner: owner))
        }
        guard let result = tally.result, let rows = JSON.read(result)?["result"]?.list else { return }
        try body(writer.result(rows.map { ($0.list ?? []).compactMap(\.integer) }))
    }
}
