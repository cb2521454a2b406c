import BallotCore
import Crypto
import Elections
import Journal
import Polling
import Store

/// Signs the closing record and the result record, each once.
struct CountRecords: Sendable {
    let station: PollingStation
    let store: Store
    let journal: AuditJournal
    let results: CountedResults
    var election: StoredElection { station.election }

    /// Signs the closing record once every ballot of the closed poll was added up; a second call changes nothing.
    /// - Throws: `.damaged` where the journal has one that the store lacks, `.failed` where it could not be read back.
    func writeClosing(by principal: Principal) throws(StoreError) {
        let isDue = try store.read { (reading: borrowing Reading) throws(StoreError) -> Bool in
            guard let poll = try Poll.find(reading, election: election.number), poll.state == .closed,
                try station.records.record(reading, .closing) == nil
            else { return false }
            for ballot in try PollBallot.all(reading, election: election.number)
            where try station.tallies.tally(reading, ballot) == nil { return false }
            return true
        }
        guard isDue else { return }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            guard let poll = try Poll.find(transaction.reading, election: election.number) else { return }
            guard try station.records.record(transaction.reading, .closing) == nil else { return }
            try refuseSecond(
                transaction.reading, .pollRecord, containing: "\"kind\":\"closing\"",
                "The closing record was signed before, and is gone from the store.")
            let text = try station.records.keep(transaction, .closing, try lines(transaction.reading, poll))
            // Trustees' programs read it: one that they cannot read must not be kept.
            guard ClosingRecord(Array(text.utf8), by: station.receiptKey) != nil else {
                throw StoreError(.failed, "The closing record cannot be read back: it was not kept.")
            }
            try journal.record(
                transaction, election: election.election.id, by: principal, .pollRecord,
                ["kind": "closing", "sha256": hex(sha256(Array(text.utf8)))])
        }
    }

    /// The record's lines: first those that trustees' programs read, then restores, custody and minutes.
    private func lines(_ reading: borrowing Reading, _ poll: Poll) throws(StoreError) -> [String] {
        let zone = election.election.timeZone
        func time(_ seconds: Int?) -> String { seconds.map { LocalTime.phrase($0, zone: zone, .en) } ?? "never" }
        var lines = [
            ClosingRecord.mark, "election \(election.election.id)", "seal \(poll.fingerprint)",
            "manifest \(hex(sha256(poll.manifest)))", "opened \(time(poll.openedAt)) (\(zone))",
            "closed \(time(poll.closedAt)) (\(zone))",
        ]
        for ballot in try PollBallot.all(reading, election: election.number) {
            guard let tally = try station.tallies.tally(reading, ballot) else { continue }
            let last = try station.rounds.all(reading, ballot).last
            let entry = ClosingRecord.Entry(
                name: ballot.name, uuid: String(decoding: ballot.uuid, as: UTF8.self), electors: ballot.electors,
                signatures: try station.signatureList.signatureCount(reading, ballot), ballots: tally.ballots,
                weight: tally.weight,
                byWeight: try station.rounds.publishedByWeight(reading, ballot), round: last?.number, head: last?.head,
                tally: hex(sha256(tally.document)))
            lines += entry.lines
        }
        lines += try station.records.restoreLines(reading)
        // From the custody on the lines are for people.
        lines += try station.custody.lines(reading, at: poll.closedAt ?? 0)
        return lines + (try station.records.minutesLines(reading, hasTurnout: true))
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
}
