package import Elections
import Polling
package import Store

/// What a server takes in of trustees: their keys before the seal, and their word on it afterwards. Command line and rehearsal come
/// here. Which signature is good for what, the register of the trustees knows.
package struct TrusteeChanges: Sendable {
    /// What came of a public file.
    package enum Addition: Sendable, Equatable {
        /// The challenge that the trustee answers with the private keys.
        case added(challenge: [UInt8])
        /// Nothing changes any more under this seal.
        case sealed(fingerprint: String)
        /// Why not, in English.
        case refused(String)
    }

    /// What came of a trustee's word that the seal has their key.
    package enum Check: Sendable, Equatable {
        /// Taken; the names of those whose word is still awaited.
        case taken(awaited: [String])
        /// Why not, in English.
        case refused(String)
    }

    private let context: StoreContext
    private let election: StoredElection

    /// - Parameter election: whose trustees they are.
    package init(_ context: StoreContext, _ election: StoredElection) {
        (self.context, self.election) = (context, election)
    }

    private var trustees: TrusteeRegister { TrusteeRegister(journal: context.journal, clock: context.clock) }

    /// Registers a public file.
    /// - Parameter replacement: signed by the old keys or by two members, where the trustee has shown others.
    /// - Throws: `busy` while a seal is under way.
    package func add(_ file: [UInt8], replacement: [UInt8]?, by actor: Actor) throws(StoreError) -> Addition {
        if let fingerprint = try SealRule.fingerprint(context.store, election: election.number) {
            return .sealed(fingerprint: fingerprint)
        }
        let addition = try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try trustees.add(transaction, election, file: file, replacement: replacement, by: actor.principal)
        }
        return switch addition {
        case .added(let challenge): .added(challenge: challenge)
        case .refused(let reason): .refused(reason)
        }
    }

    /// Takes the signed answer to the challenge: the trustee holds the private keys.
    /// - Returns: why not, in English; nil when it was done.
    package func confirm(_ answer: [UInt8], by actor: Actor) throws(StoreError) -> String? {
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try trustees.confirm(transaction, election, answer: answer, by: actor.principal)
        }
    }

    /// Takes a trustee away before the seal.
    /// - Parameter statement: two members' word, for one who has shown the keys.
    /// - Returns: why not, in English; nil when it was done.
    package func remove(_ name: String, statement: [UInt8]?, by actor: Actor) throws(StoreError) -> String? {
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try trustees.remove(transaction, election, name: name, statement: statement, by: actor.principal)
        }
    }

    /// Takes a trustee's word that the sealed election is made with their key.
    package func checked(_ file: [UInt8], by actor: Actor) throws(StoreError) -> Check {
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            if let refusal = try trustees.checked(transaction, election, file: file, by: actor.principal) {
                return .refused(refusal)
            }
            let all = try trustees.all(transaction.reading, election)
            return .taken(awaited: all.filter { $0.checkedAt == nil }.map(\.name))
        }
    }

    /// Takes the bureau's word that the poll opens without a trustee's check.
    /// - Returns: why not, in English; nil when it was done.
    package func waive(_ statement: [UInt8], by actor: Actor) throws(StoreError) -> String? {
        try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try trustees.waive(transaction, election, statement: statement, by: actor.principal)
        }
    }
}
