/// One step of the schema. Named, ordered, and never edited once shipped.
package struct Migration: Sendable {
    /// `room-number`, unique: `roll-1`.
    package let name: String
    /// Statements without parameters.
    package let sql: StaticString

    /// - Parameters: the name serves as the step's memory: one that was renamed would run again.
    package init(_ name: String, _ sql: StaticString) {
        self.name = name
        self.sql = sql
    }
}

extension Store {
    /// Marks the file as ours ("ISOL"), so that no other program's database is taken for a store.
    static let applicationID = 0x4953_4F4C

    /// Brings the schema up to date in one transaction. `now` is seconds since 1970.
    ///
    /// Throws when the file is another program's, or when it was written by a newer Isoloir.
    /// - Throws: `.notAStore`, `.newerSchema`, or what a step says; nothing of the steps was kept then.
    static func migrate(
        _ connection: Connection, path: String, migrations: [Migration], now: Int
    ) throws(StoreError) {
        let reading = Reading(connection: connection)
        let id = try reading.number("PRAGMA application_id")
        let tables = try reading.number("SELECT count(*) FROM sqlite_schema")
        guard id == applicationID || (id == 0 && tables == 0) else {
            throw StoreError(
                .notAStore, "\(path) is a database of another program.",
                cure: "Give the right file with --store, or another name to create a new one.")
        }
        let version = try reading.number("PRAGMA user_version")
        guard version <= migrations.count else {
            throw StoreError(
                .newerSchema,
                "\(path) was written by a newer Isoloir (schema \(version), this program knows \(migrations.count)).",
                cure: "Use the newer program; the file was left untouched.")
        }
        guard version < migrations.count || id == 0 else { return }
        try connection.execute("BEGIN IMMEDIATE")
        do throws(StoreError) {
            try apply(migrations, to: connection, now: now)
            try connection.execute("COMMIT")
        } catch {
            if connection.inTransaction { try connection.execute("ROLLBACK") }
            throw error
        }
    }

    /// The steps that are not noted yet, each noted as it is done.
    private static func apply(_ migrations: [Migration], to connection: Connection, now: Int) throws(StoreError) {
        let transaction = Transaction(connection)
        try connection.script("PRAGMA application_id = \(applicationID)")
        try transaction.execute(
            """
            CREATE TABLE IF NOT EXISTS store_migration (
                position INTEGER PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                applied_at INTEGER NOT NULL
            ) STRICT
            """)
        try transaction.execute(
            "CREATE TABLE IF NOT EXISTS store_pulse (id INTEGER PRIMARY KEY CHECK (id = 1), beats INTEGER NOT NULL) STRICT"
        )
        // Read again inside the transaction: another process may have been faster. By name: a room's new step stands before
        // the steps of later rooms that were done long ago.
        let done = Set(
            try transaction.reading.all("SELECT name FROM store_migration") {
                (row: borrowing Row) throws(StoreError) -> String in try row[0]
            })
        for migration in migrations where !done.contains(migration.name) {
            try connection.script("\(migration.sql)")
            try transaction.execute(
                """
                INSERT INTO store_migration (position, name, applied_at)
                VALUES ((SELECT coalesce(max(position), 0) + 1 FROM store_migration), ?, ?)
                """, migration.name, now)
        }
        try connection.script("PRAGMA user_version = \(migrations.count)")
    }
}
