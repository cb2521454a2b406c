import Contacts
package import Crypto
import Delivery
import Elections
import Issuance
import Journal
package import Store
import VoterRoll

/// Gives voters who lost their identifier a new one, at a contact that is on the roll.
///
///     browser            site                        worker                outbox
///       | contact -----> | one row, for everybody     |                    |
///       | <-- "if..." -- |                            |                    |
///       |                |        (a moment later) -> | whose is it?       |
///       |                |                            | pending one ------>| mail, SMS
///       | (signs in with the pending one: only then does the old one end)
package struct RecoveryService: Sendable {
    private let directory: VoterDirectory
    private let clock: Clock
    private let randomness: Randomness
    private let lookup: LookupKey

    /// Messages to one contact in an hour: together with the other contact of the same voter, six.
    static let mostAnHour = 3
    /// Requests served in one transaction.
    private static let chunk = 50
    /// Voters who may share a mailbox or telephone and be served at once.
    private static let mostSharing = 20

    private var election: StoredElection { directory.election }

    /// - Parameter directory: the voters among whom a contact is looked up.
    package init(directory: VoterDirectory, clock: Clock, randomness: Randomness) {
        (self.directory, self.clock, self.randomness) = (directory, clock, randomness)
        lookup = LookupKey(directory.key.subkey(.access))
    }

    /// Takes in a request. The same for every contact: whose it is, is looked up later.
    package func ask(_ transaction: borrowing Transaction, _ entry: RecoveryEntry) throws(StoreError) {
        let contact = lookup.hash("recovery:" + entry.counted)
        let sealed = Sealer(key: directory.key.subkey(.access), randomness: randomness)
            .seal(Array(entry.text.utf8), associated: contact)
        try transaction.execute(
            "INSERT INTO recovery_request (election, contact, sealed, state, created_at) VALUES (?, ?, ?, 'asked', ?)",
            election.number, contact, sealed, clock.now)
    }

    /// Serves the waiting requests; returns how many there were. Run by one worker.
    package func serveRequests(_ store: Store) throws(StoreError) -> Int {
        let waiting = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number(
                "SELECT count(*) FROM recovery_request WHERE state = 'asked' AND election = ?", election.number)
        }
        guard waiting > 0 else { return 0 }
        do throws(StoreError) { return try serveTogether(store) } catch {
            guard !error.isOfTheStore else { throw error }
            // One that cannot be served must not hold up the others.
            try serveEach(store)
            throw error
        }
    }

    /// A request that waits for the worker.
    private struct Asked {
        let id: Int
        let contact: [UInt8]
        let sealed: [UInt8]

        static func read(_ row: borrowing Row) throws(StoreError) -> Asked {
            Asked(id: try row[0], contact: try row[1], sealed: try row[2])
        }
    }

    /// Serves the first fifty in one transaction: one that throws undoes all.
    private func serveTogether(_ store: Store) throws(StoreError) -> Int {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Int in
            let asked = try transaction.reading.all(
                "SELECT id, contact, sealed FROM recovery_request WHERE state = 'asked' AND election = ? ORDER BY id LIMIT ?",
                election.number, RecoveryService.chunk, row: Asked.read)
            for request in asked { try serve(transaction, request) }
            return asked.count
        }
    }

    /// Serves the waiting requests one by one, and ends those that cannot be served.
    private func serveEach(_ store: Store) throws(StoreError) {
        let ids = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all(
                "SELECT id FROM recovery_request WHERE state = 'asked' AND election = ? ORDER BY id LIMIT ?",
                election.number, RecoveryService.chunk
            ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        }
        for id in ids {
            do throws(StoreError) {
                try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                    let request = try transaction.reading.first(
                        "SELECT id, contact, sealed FROM recovery_request WHERE id = ? AND state = 'asked'", id,
                        row: Asked.read)
                    if let request { try serve(transaction, request) }
                }
            } catch {
                // A full disk or a lock is no fault of the request: it waits.
                guard !error.isOfTheStore else { throw error }
                try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                    try end(transaction, id)
                }
            }
        }
    }

    /// Marks a request as done and wipes its contact; the keyed hash stays for the limit of an hour.
    private func end(_ transaction: borrowing Transaction, _ id: Int) throws(StoreError) {
        try transaction.execute("UPDATE recovery_request SET state = 'done', sealed = NULL WHERE id = ?", id)
    }

    /// Renews the identifier of everybody whom the contact finds, within the hour's limit; beyond it nothing is sent.
    /// - Throws: `damaged` when the request does not open with the election's key.
    private func serve(_ transaction: borrowing Transaction, _ request: Asked) throws(StoreError) {
        let earlier = try transaction.reading.number(
            """
            SELECT count(*) FROM recovery_request
            WHERE election = ? AND contact = ? AND created_at > ? AND id < ? AND state = 'done'
            """, election.number, request.contact, clock.now - 3600, request.id)
        if earlier < RecoveryService.mostAnHour {
            let plain = Sealer(key: directory.key.subkey(.access), randomness: randomness)
                .open(request.sealed, associated: request.contact)
            guard let plain, let entry = RecoveryEntry(stored: String(decoding: plain, as: UTF8.self)) else {
                throw StoreError(.damaged, "A recovery request does not open.", cure: "Run `store check`.")
            }
            for (voter, route) in try found(transaction.reading, entry).prefix(RecoveryService.mostSharing) {
                _ = try directory.issuer.renew(
                    transaction, election, key: directory.key, messageTemplates: directory.messageTemplates,
                    voter: voter, by: route)
            }
        }
        try end(transaction, request.id)
    }

    /// The voters behind a contact, and the way by which they are served.
    private func found(
        _ reading: borrowing Reading, _ entry: RecoveryEntry
    ) throws(StoreError) -> [(voter: Voter, route: Channel)] {
        let keys = RollKeys(directory.key, randomness: randomness)
        switch entry {
        case .mail(let mail):
            return try directory.registrar.voters(reading, election, mail: mail, keys: keys).map { ($0, .email) }
        case .phone(let phone):
            return try directory.registrar.voters(reading, election, phone: phone, keys: keys).map { ($0, .sms) }
        case .domesticPhone(let text):
            let found = try NumberHolders(of: text, reading, election, directory.registrar, keys: keys)
            // Who is at home where the number is read so comes before who keeps a number of another country.
            return (found.atHome.isEmpty ? found.elsewhere : found.atHome).map { ($0, .sms) }
        case .identifier(let canonical):
            let hash = Issuer.lookup(directory.key).hash(canonical)
            guard let account = try directory.account(reading, hash: hash),
                let voter = try directory.voter(reading, account.principal)
            else { return [] }
            let routes = try directory.routes(reading, account.principal)
            guard let route = routes.contains(account.route) ? account.route : routes.first else { return [] }
            return [(voter, route)]
        case .empty, .landline, .malformed: return []
        }
    }

    /// Forgets old requests and traces; ends renewals that were not used.
    package func tidy(_ transaction: borrowing Transaction) throws(StoreError) {
        let (now, number) = (clock.now, election.number)
        try transaction.execute(
            "DELETE FROM recovery_request WHERE election = ? AND created_at < ?", number, now - 86_400)
        try transaction.execute(
            "DELETE FROM recovery_trace WHERE election = ? AND at < ?", number, now - 7 * 86_400)
        try directory.issuer.expirePending(transaction, election)
    }
}
