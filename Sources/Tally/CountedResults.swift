import BallotCore
import Elections
import Polling
package import Store

/// The results of a closed poll, where the trustees have opened them.
package struct CountedResults: Sendable {
    let station: PollingStation
    private var election: StoredElection { station.election }

    /// The results, where the trustees have opened them.
    /// - Returns: the ballots that have one, in the order of the definition.
    /// - Throws: `.damaged` where one is not what the trustees' parts give.
    package func all(_ reading: borrowing Reading) throws(StoreError) -> [BallotResult] {
        var results: [BallotResult] = []
        for stored in try PollBallot.all(reading, election: election.number) {
            guard let ballot = election.election.ballots.first(where: { $0.id == stored.name }),
                let tally = try station.tallies.tally(reading, stored), let document = tally.result,
                let rows = JSON.read(document)?["result"]?.list
            else { continue }
            try station.partIntegrity.checkResult(reading, stored, tally)
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
}
