package import Crypto
import FoundationEssentials
package import Store

/// The append-only, hash-chained record of who did what.
///
/// An entry's hash is SHA-256 over its fields (each preceded by its length) and the hash before it. Personal details
/// are sealed under the election's key and enter the chain by the hash of their ciphertext, so that the chain still
/// verifies when the key, or the ciphertext itself, has been destroyed.
package struct AuditJournal: Sendable {
    private let clock: Clock
    private let randomness: Randomness

    /// - Parameters:
    ///   - clock: gives each entry its time.
    ///   - randomness: for the nonces of sealed details.
    package init(clock: Clock, randomness: Randomness) {
        self.clock = clock
        self.randomness = randomness
    }

    /// Appends an entry.
    /// - Parameters:
    ///   - details: what anybody who audits may read: counts, references, reasons.
    ///   - personal: contacts and other personal details; without any, nothing is sealed.
    package func record(
        _ transaction: borrowing Transaction, election: String?, by principal: Principal, _ action: JournalAction,
        _ details: [String: String], personal: PersonalDetails? = nil
    ) throws(StoreError) {
        let head = try AuditJournal.head(transaction.reading)
        var entry = JournalEntry(
            number: (head?.number ?? 0) + 1, at: clock.now, election: election, principal: principal.text,
            action: action.rawValue, details: try AuditJournal.json(details), sealed: nil, sealedHash: nil,
            previous: head?.hash ?? JournalEntry.origin)
        if let personal, !personal.details.isEmpty {
            let sealed = Sealer(key: personal.key.subkey(.journal), randomness: randomness)
                .seal(Array(try AuditJournal.json(personal.details).utf8), associated: entry.place)
            entry.sealed = sealed
            entry.sealedHash = sha256(sealed)
        }
        let hash = entry.hash
        try transaction.execute(
            """
            INSERT INTO journal_entry
                (number, at, election, principal, action, details, sealed, sealed_hash, previous, hash)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, entry.number, entry.at, entry.election, entry.principal, entry.action, entry.details, entry.sealed,
            entry.sealedHash, entry.previous, hash)
        try transaction.execute(
            """
            INSERT INTO journal_head (id, number, hash) VALUES (1, ?, ?)
            ON CONFLICT (id) DO UPDATE SET number = excluded.number, hash = excluded.hash
            """, entry.number, hash)
    }

    /// What an entry keeps sealed.
    package struct PersonalDetails {
        let details: [String: String]
        let key: ElectionKey

        /// - Parameters:
        ///   - details: by their names.
        ///   - key: the election's, under which they are sealed.
        package init(_ details: [String: String], key: ElectionKey) { (self.details, self.key) = (details, key) }
    }

    /// What the journal's check found.
    package enum Verification: Sendable, Equatable {
        case intact(entries: Int, head: [UInt8])
        /// The first entry at which the chain breaks, and why.
        case broken(number: Int, reason: String)
    }

    /// Follows the whole chain.
    package static func verify(_ reading: borrowing Reading) throws(StoreError) -> Verification {
        var previous = JournalEntry.origin
        var number = 0
        var broken: Verification?
        try each(reading) { entry, hash throws(StoreError) in
            guard broken == nil else { return }
            number += 1
            broken = fault(entry, hash, expected: number, after: previous)
            previous = hash
        }
        if let broken { return broken }
        let head = try head(reading)
        guard head?.number ?? 0 == number, head?.hash ?? JournalEntry.origin == previous else {
            return .broken(
                number: number + 1, reason: "the journal ends before its recorded head (entry \(head?.number ?? 0))")
        }
        return .intact(entries: number, head: previous)
    }

    /// Checks the last entry alone: what every command does before it works.
    package static func verifyHead(_ reading: borrowing Reading) throws(StoreError) -> Verification {
        guard let head = try head(reading) else { return .intact(entries: 0, head: JournalEntry.origin) }
        let last = try reading.first(
            "SELECT number, at, election, principal, action, details, sealed, sealed_hash, previous, hash FROM journal_entry ORDER BY number DESC LIMIT 1"
        ) { (row: borrowing Row) throws(StoreError) in (try JournalEntry(row), try row[9] as [UInt8]) }
        guard let (entry, hash) = last, entry.number == head.number, hash == head.hash, entry.hash == hash else {
            return .broken(number: head.number, reason: "the last entry does not match the journal's head")
        }
        return .intact(entries: head.number, head: head.hash)
    }

    /// Why an entry breaks the chain; nil when it does not.
    private static func fault(
        _ entry: JournalEntry, _ hash: [UInt8], expected number: Int, after previous: [UInt8]
    ) -> Verification? {
        if entry.number != number { return .broken(number: number, reason: "the entry is missing") }
        if entry.previous != previous { return .broken(number: number, reason: "it does not follow the one before") }
        if entry.hash != hash { return .broken(number: number, reason: "its content was changed") }
        if let sealed = entry.sealed, entry.sealedHash != sha256(sealed) {
            return .broken(number: number, reason: "its sealed details were changed")
        }
        return nil
    }

    /// Hands every entry, with its stored hash, to `body`, oldest first.
    package static func each(
        _ reading: borrowing Reading, _ body: (JournalEntry, [UInt8]) throws(StoreError) -> Void
    ) throws(StoreError) {
        try reading.each(
            "SELECT number, at, election, principal, action, details, sealed, sealed_hash, previous, hash FROM journal_entry ORDER BY number"
        ) {
            (row: borrowing Row) throws(StoreError) in
            try body(try JournalEntry(row), try row[9])
        }
    }

    /// Without the plus sign SQLite walks the whole journal, since that is in order.
    static let entriesOfActions: StaticString = """
        SELECT number, at, election, principal, action, details, sealed, sealed_hash, previous
        FROM journal_entry WHERE action IN (SELECT value FROM json_each(?)) ORDER BY +number
        """

    /// Hands the entries of some actions to `body`, oldest first: by their index, however long the journal is. An earlier version's
    /// action that is known no more is none of them.
    package static func each(
        _ reading: borrowing Reading, of actions: Set<JournalAction>,
        _ body: (JournalEntry) throws(StoreError) -> Void
    ) throws(StoreError) {
        try reading.each(
            entriesOfActions, "[" + actions.map { "\"\($0.rawValue)\"" }.joined(separator: ",") + "]"
        ) { (row: borrowing Row) throws(StoreError) in try body(try JournalEntry(row)) }
    }

    /// Which entries are looked for; an empty text stands for all.
    package struct Filter: Sendable {
        /// A voter as entries name them: by the number, or by the roll's reference.
        package struct Voter: Sendable {
            let number: Int
            let reference: String?

            /// - Parameter reference: nil for whom the roll has no more.
            package init(number: Int, reference: String?) { (self.number, self.reference) = (number, reference) }
        }

        let election: String
        let action: String
        let principal: String
        /// A part of the details, as they are stored.
        package let text: String
        /// The voter whom the details name.
        let voter: Voter?
        let before: Int?

        /// - Parameters:
        ///   - election: the name; entries of no election are found as well.
        ///   - action: a part of it, as are the next two.
        ///   - principal: a part of `staff:name` and the like.
        ///   - text: a part of the details as JSON, which are not sealed.
        ///   - voter: whom the details name; nil for all entries.
        ///   - before: the number below which the page begins; nil for the latest.
        package init(
            election: String, action: String, principal: String, text: String, voter: Voter? = nil, before: Int?
        ) {
            (self.election, self.action, self.principal) = (election, action, principal)
            (self.text, self.voter, self.before) = (text, voter, before)
        }

        /// The entries of one action whose details hold a text.
        package init(of action: JournalAction, election: String, text: String) {
            self.init(election: election, action: action.rawValue, principal: "", text: text, before: nil)
        }
    }

    /// The entries of an election, and those of no election, that a filter finds, the latest first.
    package static func page(
        _ reading: borrowing Reading, _ filter: Filter, limit: Int
    ) throws(StoreError) -> [JournalEntry] {
        try reading.all(
            """
            SELECT number, at, election, principal, action, details, sealed, sealed_hash, previous FROM journal_entry
            WHERE number < ?1 AND (election IS NULL OR election = ?2) AND instr(action, ?3) AND instr(principal, ?4)
                AND instr(details, ?5) AND (?6 IS NULL OR json_extract(details, '$.voter') = ?6 OR json_extract(details, '$.reference') = ?7)
            ORDER BY number DESC LIMIT ?8
            """, filter.before ?? .max, filter.election, filter.action, filter.principal, filter.text,
            filter.voter.map { "\($0.number)" }, filter.voter?.reference, limit
        ) { (row: borrowing Row) throws(StoreError) in try JournalEntry(row) }
    }

    /// The details of the latest entry of an action; nil when there is none.
    package static func lastDetails(
        _ reading: borrowing Reading, action: JournalAction
    ) throws(StoreError) -> [String: String]? {
        try lastEntry(reading, action: action).map { entry throws(StoreError) in try entry.fields() }
    }

    /// The latest entry of an action; nil when there is none.
    package static func lastEntry(
        _ reading: borrowing Reading, action: JournalAction
    ) throws(StoreError) -> JournalEntry? {
        try reading.first(
            """
            SELECT number, at, election, principal, action, details, sealed, sealed_hash, previous FROM journal_entry
            WHERE action = ? ORDER BY number DESC LIMIT 1
            """, action.rawValue
        ) { (row: borrowing Row) throws(StoreError) -> JournalEntry in try JournalEntry(row) }
    }

    /// The number and hash of the last entry, kept apart from it; nil before the first.
    private static func head(_ reading: borrowing Reading) throws(StoreError) -> (number: Int, hash: [UInt8])? {
        try reading.first("SELECT number, hash FROM journal_head WHERE id = 1") {
            (row: borrowing Row) throws(StoreError) -> (number: Int, hash: [UInt8]) in (try row[0], try row[1])
        }
    }

    /// An object with its keys sorted, so that the same details give the same hash.
    private static func json(_ details: [String: String]) throws(StoreError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(details), as: UTF8.self) } catch {
            throw StoreError(.failed, "Journal details could not be written as JSON: \(error).")
        }
    }
}
