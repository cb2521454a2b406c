package import BallotCore
package import BallotEngine
package import Store
import Synchronization

/// Checks ballots of each ballot (scrutin); its tables are made once.
package final class BallotCheckers: Sendable {
    private let checkers = Mutex<[[UInt8]: BallotChecker<GMPGroup>]>([:])

    /// Checks ballots of one ballot (scrutin); its tables are made once.
    /// - Throws: `.damaged` where the election document cannot be read.
    package func checker(_ ballot: PollBallot) throws(StoreError) -> BallotChecker<GMPGroup> {
        if let known = checkers.withLock({ $0[ballot.uuid] }) { return known }
        guard let document = ElectionDocument(ballot.document), let group = GMPGroup(key: document.publicKey) else {
            throw StoreError(
                .damaged, "The election document of \(ballot.name) was changed.", cure: "Restore the latest backup.")
        }
        let checker = BallotChecker(group: group, form: document.form)
        checkers.withLock { $0[ballot.uuid] = checker }
        return checker
    }
}
