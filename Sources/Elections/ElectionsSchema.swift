package import Store

/// The elections' table: each holds its definition as the organiser wrote it, the one truth from which the rest is read.
package enum ElectionsSchema {
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
    ]
}
