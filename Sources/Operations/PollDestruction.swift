import Authentication
package import Crypto
import Delivery
package import Elections
import Foundation
package import Journal
import Polling
import Staff
package import Store
import Turnout
import VoterRoll

/// The end of an election whose frozen set was made: keys, signature lists and personal data are destroyed, and with them what
/// lies beside the store of this election, and of no other. The command line comes here.
package struct PollDestruction: Sendable {
    /// What came of the order.
    package enum Outcome: Sendable, Equatable {
        /// Nothing of it is left.
        case destroyed
        /// The poll is neither closed nor abandoned.
        case isNotOver
        /// The frozen set was not made: nothing would come back.
        case isNotKept
        /// Everything is destroyed but the store's log, which another program reads: that one ends, and this is done again.
        case logRemains
    }

    private let store: Store
    private let keys: KeyFolder
    private let election: StoredElection

    /// - Parameter keys: where the election's keys lie.
    package init(store: Store, keys: KeyFolder, election: StoredElection) {
        (self.store, self.keys, self.election) = (store, keys, election)
    }

    /// Where the uploaded rolls of an election lie while they are read.
    /// - Parameter store: the store's path.
    package static func uploads(store: String, election: String) -> String { "\(store).uploads/\(election)" }

    /// Destroys, also where an earlier attempt was interrupted.
    /// - Parameters:
    ///   - context: the election's operations; asked for only while its key still exists.
    ///   - principal: who gives the order, for the journal.
    /// - Throws: what the store, a key's file or a folder said; what was destroyed stays so, and a second call goes on.
    package func destroy(context: () throws -> OperationContext, by principal: Principal) throws -> Outcome {
        let (state, fingerprint, wasKept) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (PollState?, String, Bool) in
            let poll = try Poll.find(reading, election: election.number)
            return (poll?.state, poll?.fingerprint ?? "", try isKept(reading))
        }
        guard let state, state.isFinal else { return .isNotOver }
        if state != .destroyed {
            guard wasKept else { return .isNotKept }
            try erase(try context(), fingerprint, by: principal)
        }
        try keys.destroy(election.election.id)
        try removeFiles()
        return try store.truncateLog() ? .destroyed : .logRemains
    }

    /// Whether the set for the legal keeping was made.
    private func isKept(_ reading: borrowing Reading) throws(StoreError) -> Bool {
        var isKept = false
        try AuditJournal.each(reading, of: [.pollKeep]) { entry throws(StoreError) in
            if entry.election == election.election.id { isKept = true }
        }
        return isKept
    }

    private func erase(_ context: OperationContext, _ fingerprint: String, by principal: Principal) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try context.station.erasure.erase(transaction)
            try context.registrar.erase(transaction, election)
            try context.register.erase(transaction, by: principal)
            try context.passphrases.erase(transaction, election: election.number)
            try TurnoutRecorder.erase(transaction, election: election.number)
            try context.outbox.erase(transaction, election: election.number)
            try context.journal.record(
                transaction, election: election.election.id, by: principal, .pollDestroy,
                [
                    "fingerprint": fingerprint,
                    "destroyed": "election key, box key, signature lists, names, contacts",
                ])
        }
    }

    /// Letters for the printer and uploaded rolls of this election, encrypted or not.
    /// - Throws: what the system says at the first that cannot be removed; those before it are gone.
    package func removeFiles() throws {
        let (files, id) = (FileManager.default, election.election.id)
        let folder = store.path + ".print"
        if files.fileExists(atPath: folder) {
            for name in try files.contentsOfDirectory(atPath: folder) where PrintOrders.isFolder(name, of: id) {
                try files.removeItem(atPath: "\(folder)/\(name)")
            }
        }
        let uploads = "\(store.path).uploads"
        guard files.fileExists(atPath: uploads) else { return }
        for name in try files.contentsOfDirectory(atPath: uploads) {
            // Earlier versions kept the files of all elections side by side: what still lies there was left by one that ended.
            var isFolder: ObjCBool = false
            guard unsafe files.fileExists(atPath: "\(uploads)/\(name)", isDirectory: &isFolder) else { continue }
            if name == id || !isFolder.boolValue { try files.removeItem(atPath: "\(uploads)/\(name)") }
        }
    }
}
