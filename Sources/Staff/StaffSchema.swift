package import Store

/// Accounts of the staff, approvals by a second person, and tokens of programs.
///
/// Mail address and authenticator secret are sealed under the election's key. A member's number is never given twice: the
/// outbox knows them by its negative.
package enum StaffSchema {
    /// In the order in which they are applied; each is applied once and never changed afterwards.
    package static let migrations = [
        Migration(
            "staff-1",
            """
            CREATE TABLE staff_member (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                name TEXT NOT NULL,
                full_name TEXT NOT NULL,
                role TEXT NOT NULL CHECK (role IN ('manager', 'bureau', 'support', 'auditor', 'printer')),
                language TEXT NOT NULL,
                mail BLOB NOT NULL,
                hash BLOB NOT NULL,
                generation INTEGER NOT NULL,
                factor BLOB,
                factor_at INTEGER,
                factor_step INTEGER NOT NULL DEFAULT 0,
                printer_key BLOB,
                printer_fingerprint TEXT,
                added_by TEXT NOT NULL,
                added_at INTEGER NOT NULL,
                removed_at INTEGER,
                UNIQUE (election, name)
            ) STRICT;
            CREATE UNIQUE INDEX staff_member_hash ON staff_member (election, hash);
            CREATE TABLE staff_spare (
                member INTEGER NOT NULL REFERENCES staff_member (id),
                hash BLOB NOT NULL,
                used_at INTEGER,
                PRIMARY KEY (member, hash)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE staff_approval (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                deed TEXT NOT NULL,
                subject INTEGER NOT NULL,
                sealed BLOB NOT NULL,
                reason TEXT NOT NULL,
                needs_bureau INTEGER NOT NULL CHECK (needs_bureau IN (0, 1)),
                asked_by TEXT NOT NULL,
                asked_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('waiting', 'approved', 'refused', 'taken back')),
                decided_by TEXT CHECK (decided_by <> asked_by OR state <> 'approved'),
                decided_at INTEGER,
                answer TEXT
            ) STRICT;
            CREATE INDEX staff_approval_waiting ON staff_approval (election, expires_at) WHERE state = 'waiting';
            CREATE INDEX staff_approval_subject ON staff_approval (election, subject);
            CREATE TABLE staff_client (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                name TEXT NOT NULL,
                role TEXT NOT NULL CHECK (role IN ('manager', 'bureau', 'support', 'auditor', 'printer')),
                hash BLOB NOT NULL UNIQUE,
                added_by TEXT NOT NULL,
                added_at INTEGER NOT NULL,
                expires_at INTEGER NOT NULL,
                removed_at INTEGER,
                UNIQUE (election, name)
            ) STRICT;
            CREATE TABLE staff_answer (
                client INTEGER NOT NULL REFERENCES staff_client (id),
                key TEXT NOT NULL,
                request BLOB NOT NULL,
                status INTEGER,
                body BLOB,
                at INTEGER NOT NULL,
                PRIMARY KEY (client, key)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX staff_answer_at ON staff_answer (at);
            """),
        // An account that decides comes into force by the command line or a second person's word, and decides later still.
        Migration(
            "staff-2-force",
            """
            ALTER TABLE staff_member ADD COLUMN in_force_at INTEGER;
            ALTER TABLE staff_member ADD COLUMN confirmed_by TEXT;
            ALTER TABLE staff_member ADD COLUMN decides_at INTEGER NOT NULL DEFAULT 0;
            UPDATE staff_member SET in_force_at = added_at;
            """),
        // An identifier that nobody uses expires; those that were sent before have the whole time from now on.
        Migration(
            "staff-3-unused",
            """
            ALTER TABLE staff_member ADD COLUMN sent_at INTEGER NOT NULL DEFAULT 0;
            UPDATE staff_member SET sent_at = unixepoch();
            """),
        // A file's request ends where a newer file takes its place: then the newer one's name stands here.
        Migration("staff-4-replaced", "ALTER TABLE staff_approval ADD COLUMN replaced_by TEXT;"),
    ]
}
