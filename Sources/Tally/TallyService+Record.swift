import BallotCore
import Crypto
import Elections
import Journal
import Polling
import Store

extension TallyService {
    /// Signs the closing record once every ballot of the closed poll was added up; a second call changes nothing.
    /// - Throws: `.damaged` where the journal has one that the store lacks, `.failed` where it could not be read back.
    func writeRecord(by principal: Principal) throws(StoreError) {
        let isDue = try store.read { (reading: borrowing Reading) throws(StoreError) -> Bool in
            guard let poll = try Poll.find(reading, election: election.number), poll.state == .closed,
                try station.record(reading, .closing) == nil
            else { return false }
            for ballot in try PollBallot.all(reading, election: election.number)
            where try station.tally(reading, ballot) == nil { return false }
            return true
        }
        guard isDue else { return }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            guard let poll = try Poll.find(transaction.reading, election: election.number) else { return }
            guard try station.record(transaction.reading, .closing) == nil else { return }
            try refuseSecond(
                transaction.reading, .pollRecord, containing: "\"kind\":\"closing\"",
                "The closing record was signed before, and is gone from the store.")
            let text = try station.keep(transaction, .closing, try lines(transaction.reading, poll))
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
            guard let tally = try station.tally(reading, ballot) else { continue }
            let last = try station.rounds(reading, ballot).last
            let entry = ClosingRecord.Entry(
                name: ballot.name, uuid: String(decoding: ballot.uuid, as: UTF8.self), electors: ballot.electors,
                signatures: try station.signatureCount(reading, ballot), ballots: tally.ballots, weight: tally.weight,
                byWeight: try station.publishedByWeight(reading, ballot), round: last?.number, head: last?.head,
                tally: hex(sha256(tally.document)))
            lines += entry.lines
        }
        lines += try station.restoreLines(reading)
        // From the custody on the lines are for people.
        lines += try station.custodyLines(reading, at: poll.closedAt ?? 0)
        return lines + (try station.minutesLines(reading, hasTurnout: true))
    }
}
