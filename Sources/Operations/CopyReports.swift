package import Elections
import Glibc
package import Polling
package import Store

/// Takes word that what pairs voters with ballots is destroyed: members' copies of the box key, its files, and backups from between seal
/// and close. The command line comes here.
package struct CopyReports: Sendable {
    /// The backups that were removed from this machine, and of which copies may lie elsewhere.
    package enum Removed: Sendable {
        /// Before the close backups are still made and removed: they are reported one by one.
        case isNotOver
        /// So many are left to be reported; none perhaps.
        case left([Custody.Backup])
    }

    /// What came of a report.
    package enum Outcome: Sendable, Equatable {
        /// It is noted.
        case noted
        /// The file of the box key still lies there: it is overwritten and removed first.
        case stillThere(path: String)
        /// Why not.
        case refused(CustodyRefusal)
    }

    private let store: Store
    private let election: StoredElection
    private let station: PollingStation

    /// - Parameter station: of the same election.
    package init(store: Store, election: StoredElection, station: PollingStation) {
        (self.store, self.election, self.station) = (store, election, station)
    }

    /// Takes members' signed word on their copies of the box key.
    /// - Returns: why not; nil when it was done.
    package func take(keyDestroyed file: [UInt8], by actor: Actor) throws(StoreError) -> CustodyRefusal? {
        try station.custody.take(keyDestroyed: file, by: actor.principal)
    }

    /// Notes that a backup, or a file of the box key, was destroyed.
    /// - Parameters:
    ///   - name: as the list has it.
    ///   - who: who destroyed it.
    ///   - reason: how, or where that stands.
    package func report(
        _ name: String, who: String, reason: String, by actor: Actor
    ) throws(StoreError) -> Outcome {
        let election = election.election.id
        let isKeyFile = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Custody(reading, election: election).remainingFiles.contains { $0.path == name }
        }
        if isKeyFile, CopyReports.isThere(name) { return .stillThere(path: name) }
        let refusal = try station.custody.reportDestroyed(
            backup: name, who: who, reason: reason, by: actor.principal)
        return refusal.map { .refused($0) } ?? .noted
    }

    /// Whether a file lies at a path that this account may look at.
    package static func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Which backups can be reported together, since the program itself removed them.
    package func removed() throws(StoreError) -> Removed {
        let election = election
        return try store.read { (reading: borrowing Reading) throws(StoreError) -> Removed in
            guard try Poll.find(reading, election: election.number)?.state.isFinal == true else { return .isNotOver }
            let custody = try Custody(reading, election: election.election.id)
            return .left(custody.remaining.filter { $0.removedAt != nil })
        }
    }
}
