package import Store

/// The elections' table: each holds its definition as the organiser wrote it, the one truth from which the rest is read.
package enum ElectionsSchema {
    /// In the order in which they are applied; each is applied once and never changed afterwards.
    package static let migrations = [
        Migration(
            "elections-1",
            """
            CREATE TABLE election_definition (
                id INTEGER PRIMARY KEY,
                name TEXT NOT NULL UNIQUE,
                definition TEXT NOT NULL,
                stored_at INTEGER NOT NULL
            ) STRICT;
            """),
        // The hours in force, from the seal on. Polling writes them, everybody reads them.
        Migration(
            "elections-2-hours",
            """
            CREATE TABLE election_hours (
                election INTEGER PRIMARY KEY REFERENCES election_definition (id),
                stage TEXT NOT NULL CHECK (stage IN ('sealed', 'open', 'suspended', 'closing', 'ended')),
                closes_at INTEGER NOT NULL,
                planned_closes_at INTEGER NOT NULL,
                opened_at INTEGER,
                stopped_at INTEGER,
                reason TEXT
            ) STRICT;
            """),
        // One more stage, of a poll that ends without a result.
        Migration(
            "elections-3-abandoned",
            """
            ALTER TABLE election_hours ADD COLUMN now TEXT NOT NULL DEFAULT 'sealed' CHECK (now IN ('sealed', 'open', 'suspended', 'closing', 'ended', 'abandoned'));
            UPDATE election_hours SET now = stage;
            ALTER TABLE election_hours DROP COLUMN stage;
            ALTER TABLE election_hours RENAME COLUMN now TO stage;
            """),
        // One more stage, of a poll whose hour came by a clock in doubt; and whether its box came from a backup.
        Migration(
            "elections-4-halted",
            """
            ALTER TABLE election_hours ADD COLUMN now TEXT NOT NULL DEFAULT 'sealed' CHECK (now IN ('sealed', 'open', 'suspended', 'closing', 'halted', 'ended', 'abandoned'));
            UPDATE election_hours SET now = stage;
            ALTER TABLE election_hours DROP COLUMN stage;
            ALTER TABLE election_hours RENAME COLUMN now TO stage;
            ALTER TABLE election_hours ADD COLUMN restored INTEGER NOT NULL DEFAULT 0;
            """),
        // How often the hours were changed: calendars take a file only where its number has risen.
        Migration(
            "elections-5-changes",
            """
            ALTER TABLE election_hours ADD COLUMN changes INTEGER NOT NULL DEFAULT 0;
            """),
    ]
}
