package import Elections
package import Polling
package import Store

extension Poll {
    /// Whether nobody but the bureau may learn who has voted, or how many between two rounds.
    package var isSecret: Bool { ![.sealing, .closed, .destroyed].contains(state) }
}

/// Where a poll stands: its hours, and the boxes as the rounds made them public. Console, interface for programs and command line show
/// no other figures: between two rounds none moves.
package struct PollStanding: Sendable {
    /// A ballot's box as of its last round; after the close that is all of it.
    package struct Box: Sendable {
        /// The ballot, with its electors.
        package let ballot: PollBallot
        /// In order; empty before the first.
        package let rounds: [Round]

        /// Ballots that are public.
        package var published: Int { rounds.reduce(0) { $0 + $1.ballots } }
        /// Voters who had signed by the last round.
        package var signatures: Int { rounds.last?.signatures ?? 0 }
    }

    /// Nil before the seal.
    package let poll: Poll?
    /// Announced, and in force.
    package let hours: PollHours
    /// In the order of the poll; empty before the seal.
    package let boxes: [Box]

    /// As the store has it.
    package init(_ reading: borrowing Reading, _ station: PollingStation) throws(StoreError) {
        poll = try Poll.find(reading, election: station.election.number)
        hours = try PollHours.find(reading, station.election)
        var boxes: [Box] = []
        for ballot in try PollBallot.all(reading, election: station.election.number) {
            boxes.append(Box(ballot: ballot, rounds: try station.rounds.all(reading, ballot)))
        }
        self.boxes = boxes
    }
}
