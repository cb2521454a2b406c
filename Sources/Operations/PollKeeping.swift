package import Elections
import Journal
package import Polling
import Store
package import Tally

/// The set for the legal keeping, which is made once everything is said of a poll: nothing is destroyed before. The command line comes
/// here, and writes the files.
package struct PollKeeping {
    /// What came of the order.
    package enum Outcome: Sendable, Equatable {
        /// So many files are in the set.
        case kept(files: Int)
        /// The poll is neither closed nor abandoned.
        case isNotOver
        /// Trustees are awaited for a ballot.
        case isNotCounted
        /// The record of the abandonment is not written yet: a running site does that.
        case abandonmentUnwritten
    }

    /// What the set is made of.
    package struct Content {
        /// As it ended.
        package let poll: Poll
        /// Of every ballot; none where the poll was abandoned.
        package let results: [BallotResult]
        /// Whether a closing record was signed.
        package let hasClosing: Bool
    }

    private let context: StoreContext
    private let election: StoredElection
    private let station: () throws -> PollingStation
    private let tallyService: (PollingStation) -> TallyService

    /// - Parameters:
    ///   - station: of the same election; asked for only once the poll is over, since it wants the key.
    ///   - tallyService: of a station.
    package init(
        _ context: StoreContext, _ election: StoredElection, station: @escaping () throws -> PollingStation,
        tallyService: @escaping (PollingStation) -> TallyService
    ) {
        (self.context, self.election) = (context, election)
        (self.station, self.tallyService) = (station, tallyService)
    }

    /// Has the set written, and notes it: only a set that is whole lets the poll be destroyed.
    /// - Parameter write: writes the files; returns how many.
    /// - Throws: what the store said, or what `write` threw: nothing is noted then.
    package func keep(by actor: Actor, write: (Content) throws -> Int) throws -> Outcome {
        let found = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: election.number)
        }
        guard let poll = found, [.closed, .abandoned].contains(poll.state) else { return .isNotOver }
        let station = try station()
        let counting = tallyService(station)
        let results = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try counting.results.all(reading)
        }
        guard poll.state == .abandoned || results.count == election.election.ballots.count else { return .isNotCounted }
        guard try poll.state != .abandoned || has(.abandonment, station) else { return .abandonmentUnwritten }
        let count = try write(Content(poll: poll, results: results, hasClosing: try has(.closing, station)))
        let name = election.election.id
        try context.note(.pollKeep, of: name, ["election": name], by: actor)
        return .kept(files: count)
    }

    /// Whether such a record was signed.
    private func has(_ kind: SignedRecord.Kind, _ station: PollingStation) throws(StoreError) -> Bool {
        try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try station.records.record(reading, kind) != nil
        }
    }
}
