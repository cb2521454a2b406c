import Crypto
import Elections
import Journal
import Polling
import Store

/// What the result record says, for the bureau's minutes: what is known of a ballot only once the trustees opened it.
///
///     isoloir result record 1
///     election cse-2026
///     seal 1F0A 22C4 ...
///     ballot titulaires-ouvriers: 98 ballots, weight 98
///       question 1: Quelle liste choisissez-vous ?
///         61 for Liste A
///         30 for Liste B
///         7 blank
///         91 valid
///     hours announced: ...
extension TallyService {
    /// Signs the result record once every ballot has a result; a second call changes nothing.
    /// - Throws: `.damaged` where the journal has one that the store lacks.
    func writeResultRecord(by principal: Principal) throws(StoreError) {
        let isDue = try store.read { (reading: borrowing Reading) throws(StoreError) in try isResultDue(reading) }
        guard isDue else { return }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            guard try isResultDue(transaction.reading),
                let poll = try Poll.find(transaction.reading, election: election.number)
            else { return }
            try refuseSecond(
                transaction.reading, .pollRecord, containing: "\"kind\":\"result\"",
                "The result record was signed before, and is gone from the store.")
            let text = try station.keep(transaction, .result, try resultLines(transaction.reading, poll))
            try journal.record(
                transaction, election: election.election.id, by: principal, .pollRecord,
                ["kind": "result", "sha256": hex(sha256(Array(text.utf8)))])
        }
    }

    /// Whether every ballot of the closed poll has a result, and no record is there.
    private func isResultDue(_ reading: borrowing Reading) throws(StoreError) -> Bool {
        guard try Poll.find(reading, election: election.number)?.state == .closed,
            try PollBallot.haveResult(reading, election: election.number),
            try station.record(reading, .result) == nil
        else { return false }
        for ballot in try PollBallot.all(reading, election: election.number)
        where try station.tally(reading, ballot)?.result == nil { return false }
        return true
    }

    /// Results by ballot and question, then restores and minutes.
    private func resultLines(_ reading: borrowing Reading, _ poll: Poll) throws(StoreError) -> [String] {
        var lines = ["isoloir result record 1", "election \(election.election.id)", "seal \(poll.fingerprint)"]
        let words = RecordWords(election.election)
        for result in try results(reading) {
            lines.append(words.counted(result.ballot.id, ballots: result.counted, weight: result.weight))
            for (place, answered) in result.questions.enumerated() {
                lines.append(words.question(place + 1, answered.question.title))
                lines += answered.lines.map { words.votes($0.votes, $0.answer) }
                if let blank = answered.blank { lines.append(words.blank(blank)) }
                lines.append(words.valid(answered.valid(of: result.weight)))
            }
        }
        lines += try station.restoreLines(reading)
        return lines + (try station.minutesLines(reading, hasTurnout: true))
    }
}

extension BallotResult.Answered {
    /// Valid votes ("suffrages exprim\u{E9}s"): what was cast less what is blank; a ballot with several names is one.
    /// - Parameter weight: of all ballots counted, on this question as on every other.
    package func valid(of weight: Int) -> Int { weight - (blank ?? 0) }
}
