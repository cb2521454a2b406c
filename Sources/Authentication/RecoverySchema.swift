package import Store

/// Requests of voters who lost their identifier, requests for help, and where callers stand.
package enum RecoverySchema {
    /// In the order in which they are applied; each is applied once and never changed afterwards.
    package static let migrations = [
        Migration(
            "recovery-1",
            """
            CREATE TABLE recovery_request (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                contact BLOB NOT NULL,
                sealed BLOB,
                state TEXT NOT NULL CHECK (state IN ('asked', 'done')),
                created_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX recovery_request_asked ON recovery_request (id) WHERE state = 'asked';
            CREATE INDEX recovery_request_contact ON recovery_request (election, contact, created_at);
            CREATE TABLE recovery_help (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                code TEXT NOT NULL,
                sealed BLOB NOT NULL,
                created_at INTEGER NOT NULL,
                done_at INTEGER
            ) STRICT;
            CREATE TABLE recovery_trace (
                election INTEGER NOT NULL REFERENCES election_definition (id),
                code TEXT NOT NULL,
                step TEXT NOT NULL,
                trouble TEXT NOT NULL,
                at INTEGER NOT NULL,
                PRIMARY KEY (election, code)
            ) STRICT, WITHOUT ROWID;
            CREATE INDEX recovery_trace_time ON recovery_trace (at);
            """)
    ]
}
