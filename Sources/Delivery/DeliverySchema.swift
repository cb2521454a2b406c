package import Store

/// The outbox's tables. A row carries an opaque `subject` and a sealed model; the text is rendered when it is sent.
package enum DeliverySchema {
    /// In the order in which they were shipped; never edited afterwards. All times are seconds since 1970.
    /// `outbox_message.subject` is a voter's number, or the negative number of a member of the staff. `sealed` is NULL
    /// once the message was handed over or ended.
    package static let migrations = [
        Migration(
            "outbox-1",
            """
            CREATE TABLE outbox_frame (
                id INTEGER PRIMARY KEY,
                hash BLOB NOT NULL UNIQUE,
                content TEXT NOT NULL
            ) STRICT;
            CREATE TABLE outbox_message (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL,
                subject INTEGER NOT NULL,
                kind TEXT NOT NULL,
                generation INTEGER NOT NULL,
                channel TEXT NOT NULL CHECK (channel IN ('email', 'sms', 'letter')),
                priority INTEGER NOT NULL,
                state TEXT NOT NULL CHECK (state IN ('waiting', 'printed', 'sent', 'accepted', 'delivered', 'bounced',
                    'failed', 'unknown', 'expired', 'withdrawn', 'confirmed')),
                frame INTEGER NOT NULL REFERENCES outbox_frame (id),
                sealed BLOB,
                attempts INTEGER NOT NULL DEFAULT 0,
                due_at INTEGER NOT NULL,
                expires_at INTEGER,
                created_at INTEGER NOT NULL,
                ended_at INTEGER,
                reply TEXT,
                provider_id TEXT,
                UNIQUE (election, subject, kind, generation, channel)
            ) STRICT;
            CREATE INDEX outbox_message_due ON outbox_message (channel, priority, due_at) WHERE state = 'waiting';
            CREATE INDEX outbox_message_expiry ON outbox_message (expires_at)
                WHERE state = 'waiting' AND expires_at IS NOT NULL;
            CREATE INDEX outbox_message_trouble ON outbox_message (ended_at) WHERE state IN ('failed', 'unknown');
            CREATE INDEX outbox_message_provider ON outbox_message (provider_id) WHERE provider_id IS NOT NULL;
            CREATE TABLE outbox_dispatcher (
                id INTEGER PRIMARY KEY CHECK (id = 1),
                owner TEXT NOT NULL,
                expires_at INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE outbox_budget (
                day INTEGER NOT NULL,
                priority INTEGER NOT NULL,
                used INTEGER NOT NULL,
                PRIMARY KEY (day, priority)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE outbox_pause (
                channel TEXT PRIMARY KEY,
                reason TEXT NOT NULL,
                since INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """),
        // Where messages go, as far as statistics may know it: a mail's domain, the first digits of a number.
        Migration(
            "outbox-2",
            """
            ALTER TABLE outbox_message ADD COLUMN place TEXT;
            CREATE TABLE outbox_hold (
                channel TEXT PRIMARY KEY,
                by TEXT NOT NULL,
                since INTEGER NOT NULL
            ) STRICT, WITHOUT ROWID;
            """),
        // When the relay or gateway took a message, whatever came of it later.
        Migration("outbox-3", "ALTER TABLE outbox_message ADD COLUMN accepted_at INTEGER;"),
        // What one order sent to many, so that it can be followed by itself.
        Migration(
            "outbox-4",
            """
            CREATE TABLE outbox_mailing (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL,
                purpose TEXT NOT NULL CHECK (purpose IN ('issue', 'failOver')),
                started_by TEXT NOT NULL,
                started_at INTEGER NOT NULL
            ) STRICT;
            ALTER TABLE outbox_message ADD COLUMN mailing INTEGER REFERENCES outbox_mailing (id);
            """),
        // What a message was before: every state that it has left, but for waiting, with which it begins, and when it was
        // made to wait again.
        Migration(
            "outbox-5",
            """
            CREATE TABLE outbox_past (
                id INTEGER PRIMARY KEY,
                message INTEGER NOT NULL REFERENCES outbox_message (id),
                state TEXT NOT NULL,
                at INTEGER NOT NULL,
                reply TEXT
            ) STRICT;
            CREATE INDEX outbox_past_message ON outbox_past (message);
            CREATE TRIGGER outbox_message_leaves AFTER UPDATE OF state ON outbox_message
            WHEN OLD.state IS NOT NEW.state AND OLD.ended_at IS NOT NULL
            BEGIN
                INSERT INTO outbox_past (message, state, at, reply) VALUES (OLD.id, OLD.state, OLD.ended_at, OLD.reply);
                INSERT INTO outbox_past (message, state, at)
                SELECT OLD.id, 'waiting', max(NEW.due_at, OLD.ended_at) WHERE NEW.state = 'waiting';
            END;
            """),
        // Word to all voters that the poll's hours changed is a mailing as well.
        Migration(
            "outbox-6-hours",
            """
            ALTER TABLE outbox_mailing ADD COLUMN aim TEXT NOT NULL DEFAULT 'issue' CHECK (aim IN ('issue', 'failOver', 'hours'));
            UPDATE outbox_mailing SET aim = purpose;
            ALTER TABLE outbox_mailing DROP COLUMN purpose;
            ALTER TABLE outbox_mailing RENAME COLUMN aim TO purpose;
            """),
        // What gateways and relays say of messages whose handing over is not written down yet.
        Migration(
            "outbox-7-early",
            """
            CREATE TABLE outbox_early (
                message INTEGER PRIMARY KEY REFERENCES outbox_message (id),
                state TEXT NOT NULL CHECK (state IN ('delivered', 'bounced')),
                reply TEXT,
                at INTEGER NOT NULL
            ) STRICT;
            """),
        // What is due of one election is found without a walk over another's.
        Migration(
            "outbox-8-share",
            """
            DROP INDEX outbox_message_due;
            CREATE INDEX outbox_message_due ON outbox_message (channel, priority, election, due_at)
                WHERE state = 'waiting';
            """),
    ]
}
