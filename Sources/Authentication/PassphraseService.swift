package import Crypto
import Delivery
package import Journal
package import Store
import Synchronization

/// Sets, checks and resets the secrets that principals chose.
///
///     browser            PassphraseService                       store
///       | secret ------> | attempts.begin: count the attempt --> |
///       |                | check: Argon2id, outside any transaction
///       | <------------- | attempts.succeed: forget them ------> |
package final class PassphraseService: Sendable {
    private let hasher: PassphraseHasher
    private let journal: AuditJournal
    private let clock: Clock
    /// What an unknown principal's secret is compared with, so that it costs what a known one's does.
    private final class Decoy: Sendable {
        let hash = Mutex<String?>(nil)
    }

    private let decoy: Decoy
    private let randomness: Randomness
    private let outbox: Outbox
    /// How often secrets may be tried.
    package let attempts: AttemptLimiter

    /// - Parameter hasher: limits how many hashes are made at once; what is over is `busy`.
    package convenience init(
        hasher: PassphraseHasher, journal: AuditJournal, clock: Clock, randomness: Randomness
    ) { self.init(hasher, journal, clock, randomness, Decoy()) }

    private init(
        _ hasher: PassphraseHasher, _ journal: AuditJournal, _ clock: Clock, _ randomness: Randomness, _ decoy: Decoy
    ) {
        self.decoy = decoy
        (self.hasher, self.journal, self.clock, self.randomness) = (hasher, journal, clock, randomness)
        outbox = Outbox(clock: clock, randomness: randomness)
        attempts = AttemptLimiter(clock: clock)
    }

    /// The same checks by another clock: what limits them is shared, and so is what unknown principals are compared with.
    package func following(_ clock: Clock, _ journal: AuditJournal) -> PassphraseService {
        PassphraseService(hasher, journal, clock, randomness, decoy)
    }

    /// A principal's secret as it stands.
    package struct Record: Sendable, Equatable {
        /// Argon2id; nil before the first one is chosen and after a reset.
        package let hash: String?
        /// Counts the changes: sessions that were opened with an earlier one have ended.
        package let generation: Int
        /// When it was last changed, seconds since 1970.
        package let setAt: Int

        /// Whether there is a chosen secret to be asked for.
        package var isSet: Bool { hash != nil }
    }

    /// A principal's secret; one of generation 0, without a hash, where nobody ever chose.
    package func record(
        _ reading: borrowing Reading, election: Int, _ principal: Principal
    ) throws(StoreError) -> Record {
        try reading.first(
            "SELECT hash, generation, set_at FROM passphrase_secret WHERE election = ? AND principal = ?", election,
            principal.text
        ) { (row: borrowing Row) throws(StoreError) in
            Record(hash: try row[0], generation: try row[1], setAt: try row[2])
        } ?? Record(hash: nil, generation: 0, setAt: 0)
    }

    // MARK: Hashing, outside transactions

    /// Mebibytes that all checks at once take.
    package var mebibytes: Int { hasher.mebibytes }

    /// Whether the system gives the memory for as many checks at once as there may ever be.
    package func rehearse() -> Bool { hasher.rehearse() }

    /// Whether a secret is the one behind `hash`; without a hash it costs the same and is wrong.
    package func check(_ secret: Secret, against hash: String?) -> PassphraseHasher.Outcome<Bool> {
        if let hash { return hasher.verify(secret, against: hash) }
        switch decoyHash() {
        case .busy(let seconds): return .busy(retryAfterSeconds: seconds)
        case .done(let decoy):
            if case .busy(let seconds) = hasher.verify(secret, against: decoy) {
                return .busy(retryAfterSeconds: seconds)
            }
            return .done(false)
        }
    }

    /// The hash of a secret that nobody knows, made at the first need and kept while the process lives.
    private func decoyHash() -> PassphraseHasher.Outcome<String> {
        if let known = decoy.hash.withLock({ $0 }) { return .done(known) }
        let made = hasher.hash(Secret(randomness.bytes(16)))
        if case .done(let hash) = made { decoy.hash.withLock { $0 = hash } }
        return made
    }

    /// Argon2id at today's cost, `busy` where too many hash at once. Never inside a transaction.
    package func hash(_ secret: Secret) -> PassphraseHasher.Outcome<String> { hasher.hash(secret) }

    /// Whether a hash was made at another cost than today's and should be made again.
    package func isOutdated(_ hash: String) -> Bool { hasher.isOutdated(hash) }

    // MARK: Changes

    /// Stores a chosen secret and ends a reset under way; sessions opened before end with it. Returns its generation.
    @discardableResult
    package func set(
        _ transaction: borrowing Transaction, election: Int, named name: String, _ principal: Principal, hash: String,
        why: String
    ) throws(StoreError) -> Int {
        try store(transaction, election, principal, hash)
        try cancelReset(transaction, election: election, principal)
        try journal.record(transaction, election: name, by: principal, .passphraseSet, ["why": why])
        return try record(transaction.reading, election: election, principal).generation
    }

    /// Stores the same secret's hash at today's cost: nothing else changes.
    package func upgrade(
        _ transaction: borrowing Transaction, election: Int, _ principal: Principal, from old: String, to new: String
    ) throws(StoreError) {
        try transaction.execute(
            "UPDATE passphrase_secret SET hash = ? WHERE election = ? AND principal = ? AND hash = ?", new, election,
            principal.text, old)
    }

    /// Takes a principal's secret away: the next sign-in asks for a new one.
    package func clear(
        _ transaction: borrowing Transaction, election: Int, named name: String, _ principal: Principal,
        by actor: Principal, why: String
    ) throws(StoreError) {
        try store(transaction, election, principal, nil)
        if actor != principal {
            try transaction.execute(
                "UPDATE passphrase_secret SET reset_at = ? WHERE election = ? AND principal = ?", clock.now, election,
                principal.text)
        }
        try cancelReset(transaction, election: election, principal)
        try journal.record(
            transaction, election: name, by: actor, .passphraseReset, ["principal": principal.text, "why": why])
    }

    /// When somebody else last took a principal's secret away; nil when nobody did.
    package func resetAt(
        _ reading: borrowing Reading, election: Int, _ principal: Principal
    ) throws(StoreError) -> Int? {
        try reading.first(
            "SELECT reset_at FROM passphrase_secret WHERE election = ? AND principal = ?", election, principal.text
        ) { (row: borrowing Row) throws(StoreError) -> Int? in try row[0] } ?? nil
    }

    /// Writes the hash, or its absence, and counts the generation up: that ends sessions.
    private func store(
        _ transaction: borrowing Transaction, _ election: Int, _ principal: Principal, _ hash: String?
    ) throws(StoreError) {
        try transaction.execute(
            """
            INSERT INTO passphrase_secret (election, principal, hash, generation, set_at) VALUES (?1, ?2, ?3, 1, ?4)
            ON CONFLICT (election, principal)
                DO UPDATE SET hash = excluded.hash, generation = generation + 1, set_at = excluded.set_at
            """, election, principal.text, hash, clock.now)
    }

    /// Ends what an election keeps of secrets, once its poll is destroyed: the hash of a phrase is somebody's too.
    package func erase(_ transaction: borrowing Transaction, election: Int) throws(StoreError) {
        try transaction.execute("DELETE FROM passphrase_secret WHERE election = ?", election)
        try transaction.execute("DELETE FROM passphrase_throttle WHERE election = ?", election)
        try transaction.execute("DELETE FROM passphrase_reset WHERE election = ?", election)
    }

    // MARK: Resets after a delay

    /// Seconds within which a new contact and a reset of one voter are two halves of one takeover.
    package static let takeoverSeconds = 48 * 3600

    /// Seconds between asking for a reset and choosing, where the voter has one channel only: the time in which the owner
    /// of a mailbox that somebody else reads can notice and object.
    package static let resetDelay = 3600
    /// Seconds for which a reset stays open once it is ready.
    private static let resetOpen = 86_400

    /// When a reset that was asked for may be completed, in seconds since 1970; nil when none was, or when it lapsed.
    package func resetReady(
        _ reading: borrowing Reading, election: Int, _ principal: Principal
    ) throws(StoreError) -> Int? {
        try reading.first(
            "SELECT ready_at FROM passphrase_reset WHERE election = ? AND principal = ? AND ready_at > ?", election,
            principal.text, clock.now - PassphraseService.resetOpen
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
    }

    /// Notes that a reset was asked for.
    /// - Parameter message: the word that will say that it is ready, to be taken back with it.
    package func askReset(
        _ transaction: borrowing Transaction, election: Int, named name: String, _ principal: Principal, readyAt: Int,
        message: Int?
    ) throws(StoreError) {
        try transaction.execute(
            """
            INSERT INTO passphrase_reset (election, principal, asked_at, ready_at, message) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT (election, principal)
                DO UPDATE SET asked_at = excluded.asked_at, ready_at = excluded.ready_at, message = excluded.message
            """, election, principal.text, clock.now, readyAt, message)
        try journal.record(transaction, election: name, by: principal, .passphraseResetAsked, ["ready": "\(readyAt)"])
    }

    /// Ends a reset under way, and takes back the word that would have said that it is ready. `set` and `clear` do so too.
    package func cancelReset(
        _ transaction: borrowing Transaction, election: Int, _ principal: Principal
    ) throws(StoreError) {
        let message = try transaction.reading.first(
            "SELECT message FROM passphrase_reset WHERE election = ? AND principal = ?", election, principal.text
        ) { (row: borrowing Row) throws(StoreError) -> Int? in try row[0] }
        try transaction.execute(
            "DELETE FROM passphrase_reset WHERE election = ? AND principal = ?", election, principal.text)
        if let message, let message { try outbox.withdraw(transaction, message: message) }
    }
}
