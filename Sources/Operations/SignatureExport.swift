package import Elections
import Journal
package import Polling
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

    /// What the list of a ballot is called.
    /// - Parameter ending: one of `endings`.
    package static func file(of ballot: PollBallot, _ ending: String) -> String {
        "signatures-\(ballot.name).\(ending)"
    }

    /// Notes who takes the lists out, before they have them, and has them written.
    /// - Parameters:
    ///   - forBureau: whether the lists go to the members of the bureau.
    ///   - prepare: looks whether files of these names can be written, before anything is noted.
    ///   - write: writes them; returns the files' names.
    /// - Throws: what the store said, or what `prepare` threw, and nothing is noted; what `write` threw, and the entry stays.
    package func export(
        forBureau: Bool, by actor: Actor, prepare: ([String]) throws -> Void, write: () throws -> [String]
    ) throws -> Outcome {
        let number = election.number
        let (found, ballots) = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            (try Poll.find(reading, election: number), try PollBallot.all(reading, election: number))
        }
        guard let poll = found, poll.state != .sealing else { return .isNotSealed }
        guard poll.state == .closed || forBureau else { return .isForBureau }
        let files = ballots.flatMap { ballot in SignatureExport.endings.map { SignatureExport.file(of: ballot, $0) } }
        try prepare(files)
        try context.note(
            .pollSignatures, of: election.election.id, ["files": "\(files.count)", "state": poll.state.rawValue],
            by: actor
        )
        return .written(try write())
    }
}
