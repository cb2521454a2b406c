package import Store

/// Requests for connection codes, sessions, and what happened.
///
/// A request's number names its message in the outbox, which is kept: it is never given twice.
///
/// Nothing here tells a known identifier from an unknown one: `subject` is the keyed hash of what was typed, and every
/// request has a code, whether anybody can ever receive it or not.
package enum AccessSchema {
    /// In the order in which they are applied; each is applied once and never changed afterwards.
    package static let migrations = [
        Migration(
            "access-1",
            """
            CREATE TABLE access_request (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                token BLOB NOT NULL,
                subject BLOB NOT NULL,
                purpose TEXT NOT NULL CHECK (purpose IN ('signIn', 'reset')),
                state TEXT NOT NULL CHECK (state IN ('asked', 'sent', 'replaced', 'verified', 'ended')),
                label TEXT NOT NULL,
                code BLOB NOT NULL,
                sealed BLOB,
                source INTEGER NOT NULL,
                turns INTEGER NOT NULL,
                attempts INTEGER NOT NULL DEFAULT 0,
                created_at INTEGER NOT NULL,
                code_until INTEGER NOT NULL,
                ends_at INTEGER NOT NULL,
                principal TEXT,
                generation INTEGER,
                route TEXT,
                avoid TEXT,
                message INTEGER,
                used_at INTEGER,
                guesses INTEGER NOT NULL DEFAULT 0,
                wants_reset INTEGER NOT NULL DEFAULT 0 CHECK (wants_reset IN (0, 1)),
                typed BLOB NOT NULL,
                answered INTEGER NOT NULL DEFAULT 0 CHECK (answered IN (0, 1)),
                proven INTEGER NOT NULL DEFAULT 0 CHECK (proven IN (0, 1))
            ) STRICT;
            CREATE INDEX access_request_token ON access_request (token);
            CREATE INDEX access_request_subject ON access_request (election, subject, created_at);
            CREATE INDEX access_request_asked ON access_request (id) WHERE state = 'asked';
            CREATE INDEX access_request_end ON access_request (ends_at);
            CREATE TABLE access_counter (
                election INTEGER NOT NULL REFERENCES election_definition (id),
                subject BLOB NOT NULL,
                day INTEGER NOT NULL,
                wrong INTEGER NOT NULL,
                in_row INTEGER NOT NULL,
                last_at INTEGER NOT NULL,
                PRIMARY KEY (election, subject)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE access_session (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                principal TEXT NOT NULL,
                token BLOB NOT NULL UNIQUE,
                generation INTEGER NOT NULL,
                secret_generation INTEGER NOT NULL,
                opened_at INTEGER NOT NULL,
                seen_at INTEGER NOT NULL,
                ends_at INTEGER NOT NULL
            ) STRICT;
            CREATE INDEX access_session_principal ON access_session (principal);
            CREATE TABLE access_sign_in (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                principal TEXT NOT NULL,
                at INTEGER NOT NULL,
                route TEXT NOT NULL
            ) STRICT;
            CREATE INDEX access_sign_in_principal ON access_sign_in (election, principal, at);
            """),
        // Staff sign in by authenticators of their own, and confirm a session by a second factor.
        Migration(
            "access-2",
            """
            ALTER TABLE access_request ADD COLUMN realm TEXT NOT NULL DEFAULT 'voters'
                CHECK (realm IN ('voters', 'staff'));
            ALTER TABLE access_session ADD COLUMN confirmed_at INTEGER;
            """),
        // Slots by network, messages for a solved picture, and what an unlocking clears: the requests up to `pace_from`.
        Migration(
            "access-3-slots",
            """
            ALTER TABLE access_request ADD COLUMN network BLOB NOT NULL DEFAULT x'';
            ALTER TABLE access_request ADD COLUMN pictured INTEGER NOT NULL DEFAULT 0 CHECK (pictured IN (0, 1));
            ALTER TABLE access_request ADD COLUMN digits INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE access_counter ADD COLUMN shared INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE access_counter ADD COLUMN pace_from INTEGER NOT NULL DEFAULT 0;
            """),
        // Whether a request was made to renew a password, which is then not asked for.
        Migration(
            "access-4-renewal",
            """
            ALTER TABLE access_request ADD COLUMN renews INTEGER NOT NULL DEFAULT 0 CHECK (renews IN (0, 1));
            """),
        // Guesses of the day before: with today's they are those of any 24 hours.
        Migration(
            "access-5-two-days",
            """
            ALTER TABLE access_counter ADD COLUMN wrong_before INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE access_counter ADD COLUMN shared_before INTEGER NOT NULL DEFAULT 0;
            """),
        // A session on a device that many share ends sooner than one on a device of one's own.
        Migration(
            "access-6-idle",
            """
            ALTER TABLE access_session ADD COLUMN idle_seconds INTEGER NOT NULL DEFAULT 900 CHECK (idle_seconds > 0);
            """),
        // Under which token a code was typed: the second of two presses comes with it again.
        Migration(
            "access-7-presses",
            """
            ALTER TABLE access_request ADD COLUMN token_before BLOB;
            CREATE INDEX access_request_before ON access_request (token_before) WHERE token_before IS NOT NULL;
            """),
    ]
}
