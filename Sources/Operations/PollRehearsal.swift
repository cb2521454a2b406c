package import Elections
import Journal
import Store

/// Plays a poll apart from the real one, whose journal keeps the report. The command line comes here; `Server` plays it.
package struct PollRehearsal {
    /// What came of the order.
    package enum Outcome: Sendable, Equatable {
        /// It went through.
        case done
        /// What the election's texts lack, in English: nothing was played.
        case faultyTexts([String])
    }

    private let context: StoreContext
    private let election: StoredElection

    /// - Parameter election: the real one, which is only read.
    package init(_ context: StoreContext, _ election: StoredElection) {
        (self.context, self.election) = (context, election)
    }

    /// Has it played, and keeps the report.
    /// - Parameter play: plays it in a store of its own; returns what the journal keeps.
    /// - Throws: what the store said, or what `play` threw: nothing is kept then.
    package func rehearse(by actor: Actor, play: () throws -> [String: String]) throws -> Outcome {
        let faults = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try ElectionTexts.faults(reading, election)
        }
        guard faults.isEmpty else { return .faultyTexts(faults) }
        try context.note(.pollRehearse, of: election.election.id, try play(), by: actor)
        return .done
    }
}
