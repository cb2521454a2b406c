package import Store

/// Secrets that principals chose, how often they were mistyped, and resets under way.
package enum PassphrasesSchema {
    /// In the order in which they are applied; each is applied once and never changed afterwards.
    package static let migrations = [
        Migration(
            "passphrase-1",
            """
            CREATE TABLE passphrase_secret (
                election INTEGER NOT NULL REFERENCES election_definition (id),
                principal TEXT NOT NULL,
                hash TEXT,
                generation INTEGER NOT NULL,
                set_at INTEGER NOT NULL,
                PRIMARY KEY (election, principal)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE passphrase_throttle (
                election INTEGER NOT NULL REFERENCES election_definition (id),
                subject BLOB NOT NULL,
                failures INTEGER NOT NULL,
                last_at INTEGER NOT NULL,
                PRIMARY KEY (election, subject)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE passphrase_reset (
                election INTEGER NOT NULL REFERENCES election_definition (id),
                principal TEXT NOT NULL,
                asked_at INTEGER NOT NULL,
                ready_at INTEGER NOT NULL,
                message INTEGER,
                PRIMARY KEY (election, principal)
            ) STRICT, WITHOUT ROWID;
            """),
        // When somebody else took the secret away.
        Migration("passphrase-2", "ALTER TABLE passphrase_secret ADD COLUMN reset_at INTEGER;"),
    ]
}
