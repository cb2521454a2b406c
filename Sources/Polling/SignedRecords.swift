import Crypto
import Elections
package import Store

/// Keeps the signed records of a poll, and writes the lines that they have in common.
package struct SignedRecords: Sendable {
    let election: StoredElection
    let store: Store
    let clock: Clock
    let signing: SigningKey
    let list: SignatureList

    /// Keeps a record; a second one of the same kind is none.
    /// - Returns: what the store holds: the text that was signed now, or the one that was there before.
    package func keep(
        _ transaction: borrowing Transaction, _ kind: SignedRecord.Kind, _ lines: [String]
    ) throws(StoreError) -> String {
        let text = SignedRecord.signed(lines, by: signing)
        let added = try transaction.execute(
            """
            INSERT INTO polling_record (election, kind, at, text) VALUES (?, ?, ?, ?)
            ON CONFLICT (election, kind) DO NOTHING
            """, election.number, kind.rawValue, clock.now, text)
        guard added == 0 else { return text }
        return try record(transaction.reading, kind) ?? text
    }

    /// A record as it was signed; nil before there is one.
    package func record(_ reading: borrowing Reading, _ kind: SignedRecord.Kind) throws(StoreError) -> String? {
        try reading.first(
            "SELECT text FROM polling_record WHERE election = ? AND kind = ?", election.number, kind.rawValue
        ) { (row: borrowing Row) throws(StoreError) in try row[0] }
    }

    /// What the opening found, signed with the key that signs receipts: for the bureau's minutes. Empty before the opening.
    package func opening() throws(StoreError) -> String {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try record(reading, .opening) ?? "" }
    }

    /// Writes the record of an abandoned poll where it is missing: in a transaction of its own, since it tells of the change
    /// that was just written down. Whoever looks next writes it where this program died in between.
    /// - Throws: what the store throws; nothing was written then.
    func keepAbandonment() throws(StoreError) {
        let isThere = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try record(reading, .abandonment) != nil
        }
        guard !isThere else { return }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let lines = ["isoloir abandonment record 1", "election \(election.election.id)"]
            let restored = try restoreLines(transaction.reading)
            _ = try keep(
                transaction, .abandonment,
                lines + restored + (try minutesLines(transaction.reading, hasTurnout: true)))
        }
    }
}
