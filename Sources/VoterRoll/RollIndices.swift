import Store

/// The blind indices of contacts.
///
/// Into an empty table a million voters go in half the time when these indices are built afterwards. They are dropped
/// only while no voter is stored, and built again before a roll is published, discarded, or loaded after a crash: no
/// look-up of a published roll ever misses them.
package enum RollIndices {
    /// Their names, which the store may lack while an import runs or after it died.
    package static let names: Set<String> = ["roll_voter_mail", "roll_voter_phone"]

    /// Drops the indices when no voter is stored.
    static func drop(_ transaction: borrowing Transaction) throws(StoreError) {
        guard try transaction.reading.number("SELECT EXISTS (SELECT 1 FROM roll_voter)") == 0 else { return }
        try transaction.execute("DROP INDEX IF EXISTS roll_voter_mail")
        try transaction.execute("DROP INDEX IF EXISTS roll_voter_phone")
    }

    /// Builds the indices where they are missing.
    /// Two transactions, so that nobody waits for both.
    static func build(_ store: Store) throws(StoreError) {
        let present = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number(
                "SELECT count(*) FROM sqlite_schema WHERE name IN ('roll_voter_mail', 'roll_voter_phone')")
        }
        guard present < 2 else { return }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                "CREATE INDEX IF NOT EXISTS roll_voter_mail ON roll_voter (mail_index) WHERE mail_index IS NOT NULL")
        }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                "CREATE INDEX IF NOT EXISTS roll_voter_phone ON roll_voter (phone_index) WHERE phone_index IS NOT NULL")
        }
    }
}
