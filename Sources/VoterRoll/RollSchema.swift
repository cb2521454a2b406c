package import Store

/// The voter roll's tables.
///
/// Mail, phone and address are sealed column by column (associated data: election, voter, column) and found by keyed
/// blind indices. Rows of an import become the roll when the import is published: until then `import` is larger than
/// any published one and no look-up sees them; a crash leaves nothing else behind.
///
/// `roll_voter` has no CHECK: a single one costs a fifth of an import's time (measured with SQLite 3.40), and the reader
/// refuses a value that is not one of its type's.
package enum RollSchema {
    /// In the order in which they were shipped; never edited afterwards. Times are seconds since 1970; `removed_at` is
    /// NULL for whoever is on the roll, `returned_at` unless the post brought a letter back.
    package static let migrations = [
        Migration(
            "roll-1",
            """
            CREATE TABLE roll_import (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                state TEXT NOT NULL CHECK (state IN ('loading', 'published')),
                started_at INTEGER NOT NULL,
                published_at INTEGER
            ) STRICT;
            CREATE TABLE roll_voter (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                import INTEGER NOT NULL REFERENCES roll_import (id),
                line INTEGER NOT NULL,
                reference TEXT NOT NULL,
                civility TEXT NOT NULL,
                last_name TEXT NOT NULL,
                first_name TEXT NOT NULL,
                college TEXT NOT NULL,
                site TEXT NOT NULL,
                weight INTEGER NOT NULL,
                language TEXT NOT NULL,
                channel TEXT,
                mail BLOB,
                mail_index INTEGER,
                phone BLOB,
                phone_index INTEGER,
                mobile INTEGER NOT NULL,
                address BLOB,
                challenge TEXT,
                digest BLOB NOT NULL,
                removed_at INTEGER,
                returned_at INTEGER,
                UNIQUE (election, reference)
            ) STRICT;
            CREATE INDEX roll_voter_mail ON roll_voter (mail_index) WHERE mail_index IS NOT NULL;
            CREATE INDEX roll_voter_phone ON roll_voter (phone_index) WHERE phone_index IS NOT NULL;
            CREATE TABLE roll_change (
                voter INTEGER PRIMARY KEY REFERENCES roll_voter (id),
                import INTEGER NOT NULL REFERENCES roll_import (id),
                line INTEGER NOT NULL,
                civility TEXT NOT NULL,
                last_name TEXT NOT NULL,
                first_name TEXT NOT NULL,
                college TEXT NOT NULL,
                site TEXT NOT NULL,
                weight INTEGER NOT NULL,
                language TEXT NOT NULL,
                channel TEXT,
                mail BLOB,
                mail_index INTEGER,
                phone BLOB,
                phone_index INTEGER,
                mobile INTEGER NOT NULL,
                address BLOB,
                challenge TEXT,
                digest BLOB NOT NULL
            ) STRICT;
            """),
        // Names and references word by word, accents aside: SQLite's FTS5 over the roll itself. `last` is the last voter
        // in it; the rest is taken in little by little after an import.
        Migration(
            "roll-2",
            """
            CREATE VIRTUAL TABLE roll_search USING fts5 (
                reference, last_name, first_name, content = 'roll_voter', content_rowid = 'id', detail = 'none',
                prefix = '1 2 3', tokenize = "unicode61 remove_diacritics 2"
            );
            CREATE TABLE roll_searched (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                last INTEGER NOT NULL
            ) STRICT;
            INSERT INTO roll_searched (id, last) VALUES (1, 0);
            """),
        // Who corrected a contact last, and when: it may be half of a takeover.
        Migration(
            "roll-3",
            """
            ALTER TABLE roll_voter ADD COLUMN contact_at INTEGER;
            ALTER TABLE roll_voter ADD COLUMN contact_by TEXT;
            CREATE INDEX roll_voter_contact ON roll_voter (contact_at) WHERE contact_at IS NOT NULL;
            """),
        // What a manager said that headings of files mean, for the next file.
        Migration(
            "roll-4",
            """
            CREATE TABLE roll_heading (
                election INTEGER NOT NULL REFERENCES election_definition (id),
                heading TEXT NOT NULL,
                meaning TEXT NOT NULL,
                PRIMARY KEY (election, heading)
            ) STRICT;
            """),
        // Rows of an applied file that give a new contact to somebody who has an identifier stay beside the roll until a second
        // person approves them: then `stood` is a keyed hash of the voter's row as it was when that was asked for. So several
        // files may have a row for one voter. What was staged and not applied goes: it is read again.
        Migration(
            "roll-5",
            """
            DROP TABLE roll_change;
            CREATE TABLE roll_change (
                import INTEGER NOT NULL REFERENCES roll_import (id),
                voter INTEGER NOT NULL REFERENCES roll_voter (id),
                line INTEGER NOT NULL,
                civility TEXT NOT NULL,
                last_name TEXT NOT NULL,
                first_name TEXT NOT NULL,
                college TEXT NOT NULL,
                site TEXT NOT NULL,
                weight INTEGER NOT NULL,
                language TEXT NOT NULL,
                channel TEXT,
                mail BLOB,
                mail_index INTEGER,
                phone BLOB,
                phone_index INTEGER,
                mobile INTEGER NOT NULL,
                address BLOB,
                challenge TEXT,
                digest BLOB NOT NULL,
                stood BLOB,
                PRIMARY KEY (import, voter)
            ) STRICT;
            """),
        // Rows of one voter, and the foreign key, are found without reading all that wait. `named_at` is when somebody on the roll got
        // another name last: they may stand where another one stood.
        Migration(
            "roll-6",
            """
            CREATE INDEX roll_change_voter ON roll_change (voter);
            ALTER TABLE roll_voter ADD COLUMN named_at INTEGER;
            """),
    ]
}
