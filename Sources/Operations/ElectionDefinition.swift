import Contacts
import Crypto
package import Delivery
package import Elections
package import Issuance
import Polling
import Store
package import VoterRoll

/// Stores what an election is: a new one, or another definition before the seal. The command line comes here.
package struct ElectionDefinition: Sendable {
    /// What came of the order.
    package enum Outcome: Sendable, Equatable {
        /// As the definitions' store says.
        case stored(ElectionRepository.Outcome)
        /// The seal of this fingerprint froze it.
        case sealed(fingerprint: String)
        /// It was sealed while this was under way.
        case sealedMeanwhile
        /// Another election of the store has the address: a browser could be led to one of them alone.
        case sharesAddress(with: String)
        /// A seal, or another change of a definition, is under way.
        case isBusy
    }

    private let context: StoreContext
    private let elections: ElectionRepository
    private let registrar: Registrar
    private let issuer: Issuer
    private let outbox: Outbox

    /// - Parameters:
    ///   - registrar: knows to which colleges and sites voters belong.
    ///   - issuer: knows whether identifiers are in voters' hands.
    ///   - outbox: holds messages with the hours, address and contacts.
    package init(
        _ context: StoreContext, elections: ElectionRepository, registrar: Registrar, issuer: Issuer, outbox: Outbox
    ) {
        (self.context, self.elections, self.registrar) = (context, elections, registrar)
        (self.issuer, self.outbox) = (issuer, outbox)
    }

    /// Stores a definition that was read without faults, and makes the election's key where there is none.
    /// - Parameter definition: the text it was read from.
    /// - Throws: where the key cannot be made, and what the store said.
    package func store(_ election: Election, definition: String, by actor: Actor) throws -> Outcome {
        let other = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try ElectionDefinition.sharing(reading, elections, election)
        }
        if let other { return .sharesAddress(with: other) }
        _ = try context.keys.keyOrNew(of: election.id)
        let number = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try elections.number(reading, election.id)
        }
        if let number, let fingerprint = try SealRule.fingerprint(context.store, election: number) {
            return .sealed(fingerprint: fingerprint)
        }
        // Nobody seals between the look and the change.
        let lock: ProcessLock
        do throws(StoreError) { lock = try ProcessLock(store: context.store.path, name: "seal") } catch {
            guard error.kind == .busy else { throw error }
            return .isBusy
        }
        defer { withExtendedLifetime(lock) {} }
        return try context.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try put(transaction, election, definition, by: actor)
        }
    }

    /// The name of another election at the address of this one that is not destroyed, if its definition can be read.
    /// - Throws: what the store said.
    private static func sharing(
        _ reading: borrowing Reading, _ elections: ElectionRepository, _ election: Election
    ) throws(StoreError) -> String? {
        guard let address = Origin(election.address) else { return nil }
        for name in try elections.names(reading) where name != election.id {
            let other: StoredElection
            do throws(StoreError) { other = try elections.find(reading, name) } catch {
                guard error.kind == .damaged else { throw error }
                continue
            }
            let isDestroyed = try Poll.find(reading, election: other.number)?.state == .destroyed
            if !isDestroyed, Origin(other.election.address)?.isOneSite(with: address) == true { return name }
        }
        return nil
    }

    /// Looks once more at what may have changed since the first look, and stores it.
    private func put(
        _ transaction: borrowing Transaction, _ election: Election, _ definition: String, by actor: Actor
    ) throws(StoreError) -> Outcome {
        if let other = try ElectionDefinition.sharing(transaction.reading, elections, election) {
            return .sharesAddress(with: other)
        }
        var (inUse, isIssued): (Set<String>, Bool) = ([], false)
        if let number = try elections.number(transaction.reading, election.id) {
            let poll = try Poll.find(transaction.reading, election: number)
            if let poll, poll.state != .sealing { return .sealedMeanwhile }
            inUse = try registrar.groupsInUse(transaction.reading, election: number)
            isIssued = try issuer.hasIssued(transaction.reading, election: number)
        }
        let outcome = try elections.store(
            transaction, election, definition: definition, inUse: inUse, isIssued: isIssued, by: actor.principal)
        // Messages that wait give the new hours, address and contacts.
        if outcome == .changed {
            try outbox.putHours(transaction, try elections.find(transaction.reading, election.id))
        }
        return .stored(outcome)
    }
}
