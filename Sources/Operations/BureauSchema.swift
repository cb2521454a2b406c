package import Store

/// What the console keeps beside the rooms it looks into.
package enum BureauSchema {
    /// In the order in which they are applied; a name that was shipped is never given to another text.
    package static let migrations = [
        Migration(
            "bureau-1",
            """
            CREATE TABLE bureau_snapshot (
                election INTEGER PRIMARY KEY REFERENCES election_definition (id),
                at INTEGER NOT NULL,
                round_at INTEGER,
                content TEXT NOT NULL
            ) STRICT;
            CREATE TABLE bureau_reminder (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                target TEXT NOT NULL CHECK (target IN ('notSignedIn', 'notVoted')),
                college TEXT NOT NULL,
                site TEXT NOT NULL,
                about INTEGER NOT NULL,
                asked_by TEXT NOT NULL,
                asked_at INTEGER NOT NULL,
                last_voter INTEGER NOT NULL DEFAULT 0,
                ended_at INTEGER
            ) STRICT;
            CREATE TABLE bureau_specimen (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                sha256 TEXT NOT NULL,
                made_by TEXT NOT NULL,
                made_at INTEGER NOT NULL,
                approved_by TEXT,
                approved_at INTEGER
            ) STRICT;
            CREATE TABLE bureau_parcel (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                batch INTEGER NOT NULL,
                printer TEXT NOT NULL,
                fingerprint TEXT NOT NULL,
                folder TEXT NOT NULL,
                letters INTEGER NOT NULL,
                first INTEGER NOT NULL,
                last INTEGER NOT NULL,
                why TEXT NOT NULL,
                made_by TEXT NOT NULL,
                made_at INTEGER NOT NULL,
                received_by TEXT,
                received_at INTEGER,
                destroyed_by TEXT,
                destroyed_at INTEGER
            ) STRICT;
            CREATE TABLE bureau_file (
                parcel INTEGER NOT NULL REFERENCES bureau_parcel (id),
                number INTEGER NOT NULL,
                name TEXT NOT NULL,
                bytes INTEGER NOT NULL,
                sha256 TEXT NOT NULL,
                fetched INTEGER NOT NULL DEFAULT 0,
                ticket BLOB,
                ticket_until INTEGER NOT NULL DEFAULT 0,
                PRIMARY KEY (parcel, number)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE bureau_answer (
                election INTEGER NOT NULL REFERENCES election_definition (id),
                question TEXT NOT NULL,
                holds INTEGER NOT NULL CHECK (holds IN (0, 1)),
                by TEXT NOT NULL,
                at INTEGER NOT NULL,
                PRIMARY KEY (election, question)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE bureau_acceptance (
                election INTEGER NOT NULL REFERENCES election_definition (id),
                point TEXT NOT NULL,
                reason TEXT NOT NULL,
                by TEXT NOT NULL,
                at INTEGER NOT NULL,
                PRIMARY KEY (election, point)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE bureau_alert (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                kind TEXT NOT NULL,
                subject TEXT NOT NULL,
                at INTEGER NOT NULL,
                seen_by TEXT,
                seen_at INTEGER
            ) STRICT;
            CREATE INDEX bureau_alert_open ON bureau_alert (election, kind) WHERE seen_at IS NULL;
            CREATE TABLE bureau_threshold (
                election INTEGER NOT NULL REFERENCES election_definition (id),
                name TEXT NOT NULL,
                value INTEGER NOT NULL,
                PRIMARY KEY (election, name)
            ) STRICT, WITHOUT ROWID;
            """),
        // Figures of an older form are made anew.
        Migration("bureau-2", "DELETE FROM bureau_snapshot;"),
        // Word to all voters that the poll was extended, suspended or resumed.
        Migration(
            "bureau-3-hours",
            """
            CREATE TABLE bureau_announcement (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                news TEXT NOT NULL CHECK (news IN ('extension', 'suspension', 'resumption')),
                mailing INTEGER NOT NULL REFERENCES outbox_mailing (id),
                asked_by TEXT NOT NULL,
                asked_at INTEGER NOT NULL,
                last_voter INTEGER NOT NULL DEFAULT 0,
                ended_at INTEGER
            ) STRICT;
            """),
        // Word of a poll that goes on after a restore, and of an abandoned one.
        Migration(
            "bureau-4-news",
            """
            ALTER TABLE bureau_announcement ADD COLUMN about TEXT NOT NULL DEFAULT 'extension' CHECK (about IN ('extension', 'suspension', 'resumption', 'restoration', 'abandonment'));
            UPDATE bureau_announcement SET about = news;
            ALTER TABLE bureau_announcement DROP COLUMN news;
            ALTER TABLE bureau_announcement RENAME COLUMN about TO news;
            """),
        // The report of an independent expert on the system: its date and fingerprint.
        Migration(
            "bureau-5-expertise",
            """
            CREATE TABLE bureau_expertise (
                election INTEGER PRIMARY KEY REFERENCES election_definition (id),
                date TEXT NOT NULL,
                expert TEXT NOT NULL,
                sha256 TEXT NOT NULL,
                by TEXT NOT NULL,
                at INTEGER NOT NULL
            ) STRICT;
            """),
    ]
}
