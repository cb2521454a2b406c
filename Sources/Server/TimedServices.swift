import Authentication
import Crypto
import Delivery
import Elections
import Glibc
import Issuance
import Journal
import Store
import VoterRoll

/// Services that go by a clock: the store's, or the one of an election's own poll, which nobody's word on another poll moves.
struct TimedServices {
    let clock: Clock
    let journal: AuditJournal
    let elections: ElectionRepository
    let registrar: Registrar
    let outbox: Outbox
    let issuer: Issuer
    let letterBatches: LetterBatches
    let passphrases: PassphraseService
    private let store: Store
    private let hasher: PassphraseHasher

    /// The store's.
    init(_ clock: Clock, _ store: Store, _ settings: Settings) {
        let randomness = Randomness.system
        // One core stays free for everything else while sign-ins are hashed.
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let passphrases = PassphraseService(
            hasher: PassphraseHasher(threads: max(1, cores - 1)),
            journal: AuditJournal(clock: clock, randomness: randomness), clock: clock, randomness: randomness)
        self.init(
            clock, store, Outbox(clock: clock, randomness: randomness, console: settings.server.console?.url),
            PassphraseHasher(), passphrases, smsPrefixes: settings.smsPolicy.prefixes)
    }

    private init(
        _ clock: Clock, _ store: Store, _ outbox: Outbox, _ hasher: PassphraseHasher, _ passphrases: PassphraseService,
        smsPrefixes: [String]
    ) {
        (self.clock, self.store, self.outbox, self.hasher) = (clock, store, outbox, hasher)
        let randomness = Randomness.system
        journal = AuditJournal(clock: clock, randomness: randomness)
        elections = ElectionRepository(journal: journal, clock: clock)
        registrar = Registrar(store: store, journal: journal, clock: clock, hasher: hasher)
        self.passphrases = passphrases.following(clock, journal)
        issuer = Issuer(
            outbox: outbox, registrar: registrar, journal: journal, clock: clock, randomness: randomness,
            smsPrefixes: smsPrefixes)
        letterBatches = LetterBatches(
            store: store, outbox: outbox, registrar: registrar, issuer: issuer, journal: journal, clock: clock)
    }

    /// The same by an election's clock. Hashes stay limited for all together, and one dispatcher sends the messages of all: it goes
    /// by the store's clock.
    func following(_ own: Clock, _ settings: Settings) -> TimedServices {
        TimedServices(
            own, store,
            Outbox(clock: clock, randomness: .system, console: settings.server.console?.url, giver: own), hasher,
            passphrases, smsPrefixes: settings.smsPolicy.prefixes)
    }
}
