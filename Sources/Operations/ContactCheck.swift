package import Crypto
package import Elections
package import Issuance
import Polling
package import Store

/// Whether everybody's contacts can be read: a voter whose do not open gets no message, and nobody hears why.
package struct ContactCheck {
    /// What was found in one election.
    package enum Outcome: Sendable, Equatable {
        /// There is nothing to open any more.
        case isDestroyed
        /// The election's key is not in the folder: nothing was opened.
        case keyElsewhere
        /// Everybody's contacts were tried; the references of those that do not open.
        case unreadable([String])
    }

    private let store: Store
    private let keys: KeyFolder
    private let issuer: Issuer

    /// - Parameter keys: where the elections' keys lie.
    package init(store: Store, keys: KeyFolder, issuer: Issuer) {
        (self.store, self.keys, self.issuer) = (store, keys, issuer)
    }

    /// Opens everybody's contacts with the election's key. Reads the whole roll.
    /// - Parameter messageTemplates: the election's; asked for only where there is something to open.
    /// - Throws: what the store, the key's file or the templates say.
    package func outcome(
        _ election: StoredElection, messageTemplates: () throws -> MessageTemplates
    ) throws -> Outcome {
        let poll = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: election.number)
        }
        if poll?.state == .destroyed { return .isDestroyed }
        guard let key = try keys.key(of: election.election.id) else { return .keyElsewhere }
        let messageTemplates = try messageTemplates()
        let unreadable = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try issuer.unreadable(reading, election, key: key, messageTemplates: messageTemplates)
        }
        return .unreadable(unreadable)
    }
}
