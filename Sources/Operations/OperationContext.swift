package import Authentication
package import Crypto
package import Delivery
package import Elections
package import Issuance
package import Journal
package import Polling
package import Staff
package import Store
package import VoterRoll

/// What the operations on one election have in common: the services of lower rooms, the journal, clock and randomness. No rule stands
/// here: each operation is a type of its own that is made of this one.
package final class OperationContext: Sendable {
    /// Each operation opens its own transaction here, unless it takes one.
    package let store: Store
    /// How a voter is reached, and what the roll and the issuance know of them.
    package let directory: VoterDirectory
    /// The voters' sign-in: locks, codes and sessions.
    package let authenticator: Authenticator
    /// Electors and signatures, read only.
    package let station: PollingStation
    /// The messages, and what became of each.
    package let outbox: Outbox
    /// What waits for a second person.
    package let approvals: Approvals
    /// The accounts of the staff.
    package let register: StaffRegister
    /// Every action of staff stands in it.
    package let journal: AuditJournal
    /// The server's clock, in seconds since 1970; a test sets it.
    package let clock: Clock
    /// The source of tickets, names of folders and keys; a test fixes it.
    package let randomness: Randomness

    /// - Parameter directory: brings the election, its key, registrar and issuer along.
    package init(
        store: Store, directory: VoterDirectory, authenticator: Authenticator, station: PollingStation,
        outbox: Outbox, register: StaffRegister, journal: AuditJournal, clock: Clock, randomness: Randomness
    ) {
        (self.store, self.directory, self.authenticator, self.station) = (store, directory, authenticator, station)
        (self.outbox, self.register, approvals) = (outbox, register, Approvals(register))
        (self.journal, self.clock, self.randomness) = (journal, clock, randomness)
    }

    /// The election that the operations are on: voters of others are not found.
    package var election: StoredElection { directory.election }
    /// Opens contacts and what else is sealed of this election.
    package var key: ElectionKey { directory.key }
    /// The voters' secrets and the count of wrong answers.
    package var passphrases: PassphraseService { authenticator.passphrases }
    /// The voters' roll.
    package var registrar: Registrar { directory.registrar }
    /// The identifiers.
    package var issuer: Issuer { directory.issuer }
    /// What the roll's sealed contacts are opened and found with.
    package var keys: RollKeys { RollKeys(key, randomness: randomness) }
    /// The election, its key and its templates, as the issuance wants them.
    package var issuance: IssuanceContext {
        IssuanceContext(election, key: key, messageTemplates: directory.messageTemplates)
    }

    /// Whether the roll is frozen.
    package func isSealed(_ reading: borrowing Reading) throws(StoreError) -> Bool {
        try Poll.find(reading, election: election.number) != nil
    }

    /// A voter of this election; nil for another election's.
    package func voter(_ reading: borrowing Reading, _ id: Int) throws(StoreError) -> Voter? {
        guard let voter = try registrar.voter(reading, id: id),
            try registrar.voter(reading, election, reference: voter.reference)?.id == id
        else { return nil }
        return voter
    }
}
