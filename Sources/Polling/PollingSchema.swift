package import Store

/// The poll's tables.
///
/// Slots and entries of the signature list are made before the first vote, at their full size, and overwritten in place: the
/// file keeps no trace of the order of votes. A slot's content is four zeros, the ballot's length (4 bytes), the ballot, zeros;
/// publication leaves it alone. Rows of `polling_tracker` count once their round stands in `polling_round`, whose head is the
/// hash of the archive's last event by then and whose height is that event's number. An elector's entry is the time of signing to the minute (8 bytes), whether they were
/// told (1 byte) and the sealed credential, which a vote overwrites with zeros.
package enum PollingSchema {
    /// In the order in which they shipped; none is changed afterwards.
    package static let migrations = [
        Migration(
            "polling-1",
            """
            CREATE TABLE polling_trustee (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                name TEXT NOT NULL,
                added_at INTEGER NOT NULL,
                proven_at INTEGER,
                UNIQUE (election, name)
            ) STRICT;
            CREATE TABLE polling_trustee_key (
                trustee INTEGER NOT NULL REFERENCES polling_trustee (id),
                ballot TEXT NOT NULL,
                document BLOB NOT NULL,
                answer BLOB NOT NULL,
                PRIMARY KEY (trustee, ballot)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE polling_poll (
                election INTEGER PRIMARY KEY REFERENCES election_definition (id),
                state TEXT NOT NULL CHECK (state IN ('sealing', 'sealed', 'open', 'suspended', 'closing', 'closed', 'destroyed')),
                sealed_at INTEGER NOT NULL,
                opened_at INTEGER,
                closes_at INTEGER NOT NULL,
                closed_at INTEGER,
                round_at INTEGER,
                manifest BLOB NOT NULL,
                fingerprint TEXT NOT NULL
            ) STRICT;
            CREATE TABLE polling_ballot (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL REFERENCES polling_poll (election),
                name TEXT NOT NULL,
                uuid TEXT NOT NULL,
                document BLOB NOT NULL,
                trustees BLOB NOT NULL,
                electors INTEGER NOT NULL,
                slot_bytes INTEGER NOT NULL,
                tally BLOB,
                tallied INTEGER,
                tallied_weight INTEGER,
                result BLOB,
                credentials BLOB NOT NULL,
                UNIQUE (election, name)
            ) STRICT;
            CREATE TABLE polling_count (
                ballot INTEGER PRIMARY KEY REFERENCES polling_ballot (id),
                votes INTEGER NOT NULL,
                box_sum BLOB NOT NULL,
                list_sum BLOB NOT NULL,
                elector_sum BLOB NOT NULL
            ) STRICT;
            CREATE TABLE polling_slot (
                id INTEGER PRIMARY KEY,
                ballot INTEGER NOT NULL REFERENCES polling_ballot (id),
                credential BLOB NOT NULL,
                weight INTEGER NOT NULL,
                content BLOB NOT NULL
            ) STRICT;
            CREATE UNIQUE INDEX polling_slot_credential ON polling_slot (ballot, credential);
            CREATE TABLE polling_elector (
                id INTEGER PRIMARY KEY,
                ballot INTEGER NOT NULL REFERENCES polling_ballot (id),
                voter INTEGER NOT NULL REFERENCES roll_voter (id),
                entry BLOB NOT NULL,
                UNIQUE (ballot, voter)
            ) STRICT;
            CREATE INDEX polling_elector_voter ON polling_elector (voter);
            CREATE TABLE polling_round (
                ballot INTEGER NOT NULL REFERENCES polling_ballot (id),
                number INTEGER NOT NULL,
                at INTEGER NOT NULL,
                ballots INTEGER NOT NULL,
                signatures INTEGER NOT NULL,
                PRIMARY KEY (ballot, number)
            ) STRICT, WITHOUT ROWID;
            CREATE TABLE polling_tracker (
                ballot INTEGER NOT NULL REFERENCES polling_ballot (id),
                place INTEGER NOT NULL,
                tracker TEXT NOT NULL,
                round INTEGER NOT NULL,
                slot INTEGER NOT NULL REFERENCES polling_slot (id),
                PRIMARY KEY (ballot, place)
            ) STRICT, WITHOUT ROWID;
            CREATE UNIQUE INDEX polling_tracker_text ON polling_tracker (ballot, tracker);
            CREATE TABLE polling_decryption (
                ballot INTEGER NOT NULL REFERENCES polling_ballot (id),
                trustee INTEGER NOT NULL REFERENCES polling_trustee (id),
                owner INTEGER NOT NULL,
                document BLOB NOT NULL,
                at INTEGER NOT NULL,
                PRIMARY KEY (ballot, owner)
            ) STRICT, WITHOUT ROWID;
            """),
        // The sums in the clear are given up, not sealed: nobody knows what they were changed to meanwhile.
        Migration(
            "polling-2-rounds",
            """
            ALTER TABLE polling_count ADD COLUMN sums BLOB NOT NULL DEFAULT x'';
            ALTER TABLE polling_count DROP COLUMN box_sum;
            ALTER TABLE polling_count DROP COLUMN list_sum;
            ALTER TABLE polling_count DROP COLUMN elector_sum;
            ALTER TABLE polling_round ADD COLUMN head TEXT NOT NULL DEFAULT '';
            ALTER TABLE polling_round ADD COLUMN height INTEGER NOT NULL DEFAULT 0;
            ALTER TABLE polling_poll ADD COLUMN stopped_at INTEGER;
            """),
        // Trustees sign a nonce and check the seal; decryptions can be replaced until they give a result; records of opening
        // and close; members of the bureau by the keys that sign.
        Migration(
            "polling-3-trustees",
            """
            ALTER TABLE polling_trustee ADD COLUMN nonce BLOB;
            ALTER TABLE polling_trustee ADD COLUMN replaced_at INTEGER;
            ALTER TABLE polling_trustee ADD COLUMN replaced_by TEXT;
            ALTER TABLE polling_trustee ADD COLUMN checked_at INTEGER;
            ALTER TABLE polling_trustee ADD COLUMN check_file BLOB;
            ALTER TABLE polling_trustee ADD COLUMN waived TEXT;
            ALTER TABLE polling_trustee ADD COLUMN waiver_file BLOB;
            ALTER TABLE polling_trustee_key DROP COLUMN answer;
            CREATE TABLE polling_member (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL REFERENCES election_definition (id),
                name TEXT NOT NULL,
                key BLOB NOT NULL,
                added_at INTEGER NOT NULL,
                UNIQUE (election, name),
                UNIQUE (election, key)
            ) STRICT;
            CREATE TABLE polling_part (
                id INTEGER PRIMARY KEY,
                ballot INTEGER NOT NULL REFERENCES polling_ballot (id),
                trustee INTEGER NOT NULL REFERENCES polling_trustee (id),
                owner INTEGER NOT NULL,
                document BLOB NOT NULL,
                binding BLOB,
                waiver TEXT,
                at INTEGER NOT NULL,
                replaced_at INTEGER
            ) STRICT;
            CREATE UNIQUE INDEX polling_part_current ON polling_part (ballot, owner) WHERE replaced_at IS NULL;
            INSERT INTO polling_part (ballot, trustee, owner, document, at)
                SELECT ballot, trustee, owner, document, at FROM polling_decryption ORDER BY ballot, owner;
            DROP TABLE polling_decryption;
            CREATE TABLE polling_record (
                election INTEGER NOT NULL REFERENCES polling_poll (election),
                kind TEXT NOT NULL CHECK (kind IN ('opening', 'closing')),
                at INTEGER NOT NULL,
                text TEXT NOT NULL,
                PRIMARY KEY (election, kind)
            ) STRICT, WITHOUT ROWID;
            """),
        // One more state. The column is made anew in place: the table itself stays, and with it what refers to it.
        Migration(
            "polling-4-clock",
            """
            ALTER TABLE polling_poll ADD COLUMN stage TEXT NOT NULL DEFAULT 'sealing' CHECK (stage IN ('sealing', 'sealed', 'open', 'suspended', 'closing', 'ended', 'closed', 'destroyed'));
            UPDATE polling_poll SET stage = state;
            ALTER TABLE polling_poll DROP COLUMN state;
            ALTER TABLE polling_poll RENAME COLUMN stage TO state;
            ALTER TABLE polling_poll ADD COLUMN seen_at INTEGER;
            ALTER TABLE polling_poll ADD COLUMN clock_doubt TEXT;
            ALTER TABLE polling_poll ADD COLUMN ordered_at INTEGER;
            """),
        Migration(
            "polling-5-restore",
            """
            CREATE TABLE polling_restore (
                id INTEGER PRIMARY KEY,
                election INTEGER NOT NULL REFERENCES polling_poll (election),
                at INTEGER NOT NULL,
                backup_at INTEGER NOT NULL,
                file TEXT NOT NULL,
                sha256 TEXT NOT NULL,
                mark TEXT NOT NULL,
                holds INTEGER NOT NULL,
                resumed_at INTEGER
            ) STRICT;
            """),
        // Polls that were sealed before hours stood where everybody reads them.
        Migration(
            "polling-6-hours",
            """
            INSERT INTO election_hours (election, stage, closes_at, planned_closes_at, opened_at, stopped_at)
            SELECT election, CASE state WHEN 'closed' THEN 'ended' WHEN 'destroyed' THEN 'ended' ELSE state END, closes_at,
                closes_at, opened_at, stopped_at
            FROM polling_poll WHERE state <> 'sealing';
            """),
        // One more record, of the result; one more state, of a poll that ends without one.
        Migration(
            "polling-7-records",
            """
            ALTER TABLE polling_record RENAME TO polling_record_before;
            CREATE TABLE polling_record (
                election INTEGER NOT NULL REFERENCES polling_poll (election),
                kind TEXT NOT NULL CHECK (kind IN ('opening', 'closing', 'result', 'abandonment')),
                at INTEGER NOT NULL,
                text TEXT NOT NULL,
                PRIMARY KEY (election, kind)
            ) STRICT, WITHOUT ROWID;
            INSERT INTO polling_record SELECT election, kind, at, text FROM polling_record_before;
            DROP TABLE polling_record_before;
            ALTER TABLE polling_poll ADD COLUMN stage TEXT NOT NULL DEFAULT 'sealing' CHECK (stage IN ('sealing', 'sealed', 'open', 'suspended', 'closing', 'ended', 'closed', 'abandoned', 'destroyed'));
            UPDATE polling_poll SET stage = state;
            ALTER TABLE polling_poll DROP COLUMN state;
            ALTER TABLE polling_poll RENAME COLUMN stage TO state;
            """),
        // The manifest under the election's key: other members or trustees written into it would let false statements in.
        Migration(
            "polling-8-manifest",
            """
            ALTER TABLE polling_poll ADD COLUMN manifest_seal BLOB NOT NULL DEFAULT x'';
            """),
        // The members' signed word beside what it let in, and the file that it speaks of: what is noted in words can be written
        // by whoever writes the store's file.
        Migration(
            "polling-9-statements",
            """
            ALTER TABLE polling_part ADD COLUMN waiver_file BLOB;
            ALTER TABLE polling_part ADD COLUMN file_sha256 TEXT;
            ALTER TABLE polling_restore ADD COLUMN statement BLOB;
            """),
        // What voters are told of polls that stood so before.
        Migration(
            "polling-10-halted",
            """
            UPDATE election_hours SET stage = 'halted' WHERE election IN (SELECT election FROM polling_poll WHERE state = 'ended');
            UPDATE election_hours SET restored = 1 WHERE election IN (SELECT election FROM polling_restore);
            """),
        // Where the clock that nobody sets stood at the last sign of life, and at which start of the machine: a restart does not make
        // a wrong clock right. A closed poll that had been restored was not told so where voters read of it.
        Migration(
            "polling-11-witness",
            """
            ALTER TABLE polling_poll ADD COLUMN seen_ticks INTEGER;
            ALTER TABLE polling_poll ADD COLUMN seen_boot TEXT;
            UPDATE election_hours SET restored = 1 WHERE election IN (SELECT election FROM polling_restore);
            """),
        // How many were told of their vote at once, sealed under the election's key until the close; null for none.
        Migration(
            "polling-12-told",
            """
            ALTER TABLE polling_poll ADD COLUMN told BLOB;
            """),
    ]
}
