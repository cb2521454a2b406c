package import Store

/// The journal's tables. Triggers refuse to change or remove an entry; the chain shows it where they were disabled.
package enum JournalSchema {
    /// In the order in which they are applied; each is applied once and never changed afterwards.
    package static let migrations = [
        Migration(
            "journal-1",
            """
            CREATE TABLE journal_entry (
                number INTEGER PRIMARY KEY,
                at INTEGER NOT NULL,
                election TEXT,
                principal TEXT NOT NULL,
                action TEXT NOT NULL,
                details TEXT NOT NULL,
                sealed BLOB,
                sealed_hash BLOB,
                previous BLOB NOT NULL CHECK (length(previous) = 32),
                hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32)
            ) STRICT;
            CREATE TABLE journal_head (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                number INTEGER NOT NULL,
                hash BLOB NOT NULL
            ) STRICT;
            CREATE TRIGGER journal_entry_stays BEFORE DELETE ON journal_entry
            BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
            CREATE TRIGGER journal_entry_keeps BEFORE UPDATE ON journal_entry
            BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;
            """),
        // What the console asks of the journal at every page is about few kinds of entries among very many.
        Migration("journal-2", "CREATE INDEX journal_entry_action ON journal_entry (action, number);"),
    ]
}
