package import Store

/// Identifiers, contacts given on the phone, and letter batches.
///
/// The store itself refuses two identifiers of one voter in use, two on letters that are not posted yet, and two pending ones.
package enum IssuanceSchema {
    /// In the order in which they were shipped; never edited afterwards. Times are seconds since 1970; `posted_on` is
    /// a day, `2026-11-10`. Neither identifiers, codes nor secrets stand there in clear: they are hashed, and `sealed`
    /// holds an identifier only where the policy keeps it.
    package static let migrations = [
        Migration(
            "issuance-1",
            """
            CREATE TABLE issuance_identifier (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                voter INTEGER NOT NULL REFERENCES roll_voter (id),
                generation INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('unposted', 'active', 'pending', 'revoked')),
                hash BLOB NOT NULL,
                sealed BLOB,
                route TEXT NOT NULL,
                contact BLOB NOT NULL,
                code_hash BLOB,
                code_route TEXT,
                secret_hash BLOB,
                secret_route TEXT,
                created_at INTEGER NOT NULL,
                ended_at INTEGER,
                reason TEXT,
                UNIQUE (voter, generation)
            ) STRICT;
            CREATE UNIQUE INDEX issuance_identifier_live ON issuance_identifier (election, hash) WHERE state <> 'revoked';
            CREATE INDEX issuance_identifier_past ON issuance_identifier (election, hash) WHERE state = 'revoked';
            CREATE UNIQUE INDEX issuance_identifier_one ON issuance_identifier (voter)
                WHERE state IN ('unposted', 'active');
            CREATE UNIQUE INDEX issuance_identifier_next ON issuance_identifier (voter) WHERE state = 'pending';
            CREATE TABLE issuance_contact (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                voter INTEGER NOT NULL REFERENCES roll_voter (id),
                route TEXT NOT NULL,
                sealed BLOB NOT NULL,
                reason TEXT NOT NULL,
                added_by TEXT NOT NULL,
                added_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX issuance_contact_voter ON issuance_contact (voter);
            CREATE TABLE issuance_batch (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                number INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('gathering', 'printing', 'printed', 'posted', 'confirmed')),
                letters INTEGER NOT NULL,
                created_at INTEGER NOT NULL,
                printed_at INTEGER,
                posted_on TEXT,
                wiped_at INTEGER,
                UNIQUE (election, number)
            ) STRICT;
            CREATE TABLE issuance_letter (
                batch INTEGER NOT NULL REFERENCES issuance_batch (id),
                number INTEGER NOT NULL,
                voter INTEGER NOT NULL REFERENCES roll_voter (id),
                generation INTEGER NOT NULL,
                message INTEGER NOT NULL UNIQUE REFERENCES outbox_message (id),
                carries INTEGER NOT NULL CHECK (carries IN (0, 1)),
                state TEXT NOT NULL CHECK (state IN ('printed', 'withdrawn', 'spoiled', 'returned')),
                reprints INTEGER NOT NULL DEFAULT 0,
                destroyed INTEGER NOT NULL DEFAULT 0 CHECK (destroyed IN (0, 1)),
                PRIMARY KEY (batch, number)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX issuance_letter_voter ON issuance_letter (voter);
            """),
        // A pending renewal may carry the identifier that its voter keeps.
        Migration(
            "issuance-2",
            """
            DROP INDEX issuance_identifier_live;
            CREATE UNIQUE INDEX issuance_identifier_live ON issuance_identifier (election, hash, state)
                WHERE state <> 'revoked';
            CREATE INDEX issuance_identifier_pending ON issuance_identifier (created_at) WHERE state = 'pending';
            """),
        // One contact for two voters shows: dots, tags and case aside.
        Migration(
            "issuance-3",
            """
            ALTER TABLE issuance_contact ADD COLUMN folded BLOB;
            CREATE INDEX issuance_contact_folded ON issuance_contact (election, folded);
            """),
        // The identifier in use may be kept while the next one is on a letter that is not posted yet.
        Migration(
            "issuance-4",
            """
            DROP INDEX issuance_identifier_one;
            CREATE UNIQUE INDEX issuance_identifier_one ON issuance_identifier (voter) WHERE state = 'active';
            CREATE UNIQUE INDEX issuance_identifier_letter ON issuance_identifier (voter) WHERE state = 'unposted';
            """),
    ]
}
