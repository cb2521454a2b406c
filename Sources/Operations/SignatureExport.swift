package import Elections
import Journal
import Polling
import Store

/// Takes out who has voted: for anybody who may after the close, for the bureau's members alone before. The command line comes here,
/// and writes the files.
package struct SignatureExport {
    /// What came of the order.
    package enum Outcome: Sendable, Equatable {
        /// The files' names.
        case written([String])
        /// There is no list before the seal.
        case isNotSealed
        /// Before the close nobody said that it is for the bureau.
        case isForBureau
    }

    /// How the files of each ballot's list end.
    package static let endings = ["csv", "pdf"]

    private let context: StoreContext
    private let election: StoredElection

    /// - Parameter election: whose lists.
    package init(_ context: StoreContext, _ election: StoredElection) {
        (self.context, self.election) = (context, election)
    }

    /// Notes who takes the lists out, before they have them, and has them written.
    /// - Parameters:
    ///   - forBureau: whether the lists go to the members of the bureau.
    ///   - write: writes a file of each ending for each ballot; returns the files' names.
    /// - Throws: what the store said, or what `write` threw: the entry stays then.
    package func export(forBureau: Bool, by actor: Actor, write: () throws -> [String]) throws -> Outcome {
        let number = election.number
        let (found, ballots) = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            (try Poll.find(reading, election: number), try PollBallot.all(reading, election: number).count)
        }
        guard let poll = found, poll.state != .sealing else { return .isNotSealed }
        guard poll.state == .closed || forBureau else { return .isForBureau }
        let files = ballots * SignatureExport.endings.count
        try context.note(
            .pollSignatures, of: election.election.id, ["files": "\(files)", "state": poll.state.rawValue], by: actor)
        return .written(try write())
    }
}
