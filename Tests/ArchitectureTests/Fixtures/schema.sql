CREATE TABLE access_counter (
    election INTEGER NOT NULL REFERENCES election_definition (id),
    subject BLOB NOT NULL,
    day INTEGER NOT NULL,
    wrong INTEGER NOT NULL,
    in_row INTEGER NOT NULL,
    last_at INTEGER NOT NULL, shared INTEGER NOT NULL DEFAULT 0, pace_from INTEGER NOT NULL DEFAULT 0, wrong_before INTEGER NOT NULL DEFAULT 0, shared_before INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (election, subject)
) STRICT, WITHOUT ROWID;

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
, realm TEXT NOT NULL DEFAULT 'voters'
    CHECK (realm IN ('voters', 'staff')), network BLOB NOT NULL DEFAULT x'', pictured INTEGER NOT NULL DEFAULT 0 CHECK (pictured IN (0, 1)), digits INTEGER NOT NULL DEFAULT 0, renews INTEGER NOT NULL DEFAULT 0 CHECK (renews IN (0, 1)), token_before BLOB) STRICT;

CREATE INDEX access_request_asked ON access_request (id) WHERE state = 'asked';

CREATE INDEX access_request_before ON access_request (token_before) WHERE token_before IS NOT NULL;

CREATE INDEX access_request_end ON access_request (ends_at);

CREATE INDEX access_request_subject ON access_request (election, subject, created_at);

CREATE INDEX access_request_token ON access_request (token);

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
, confirmed_at INTEGER, idle_seconds INTEGER NOT NULL DEFAULT 900 CHECK (idle_seconds > 0)) STRICT;

CREATE INDEX access_session_principal ON access_session (principal);

CREATE TABLE access_sign_in (
    id INTEGER PRIMARY KEY,
    election INTEGER NOT NULL REFERENCES election_definition (id),
    principal TEXT NOT NULL,
    at INTEGER NOT NULL,
    route TEXT NOT NULL
) STRICT;

CREATE INDEX access_sign_in_principal ON access_sign_in (election, principal, at);

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

CREATE TABLE bureau_announcement (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    election INTEGER NOT NULL REFERENCES election_definition (id),
    mailing INTEGER NOT NULL REFERENCES outbox_mailing (id),
    asked_by TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    last_voter INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER
, news TEXT NOT NULL DEFAULT 'extension' CHECK (news IN ('extension', 'suspension', 'resumption', 'restoration', 'abandonment'))) STRICT;

CREATE TABLE bureau_answer (
    election INTEGER NOT NULL REFERENCES election_definition (id),
    question TEXT NOT NULL,
    holds INTEGER NOT NULL CHECK (holds IN (0, 1)),
    by TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (election, question)
) STRICT, WITHOUT ROWID;

CREATE TABLE bureau_expertise (
    election INTEGER PRIMARY KEY REFERENCES election_definition (id),
    date TEXT NOT NULL,
    expert TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    by TEXT NOT NULL,
    at INTEGER NOT NULL
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

CREATE TABLE bureau_threshold (
    election INTEGER NOT NULL REFERENCES election_definition (id),
    name TEXT NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (election, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE captcha_spent (
    hash BLOB PRIMARY KEY CHECK (length(hash) = 16),
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX captcha_spent_expiry ON captcha_spent (expires_at);

CREATE TABLE election_definition (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    definition TEXT NOT NULL,
    stored_at INTEGER NOT NULL
) STRICT;

CREATE TABLE election_hours (
    election INTEGER PRIMARY KEY REFERENCES election_definition (id),
    closes_at INTEGER NOT NULL,
    planned_closes_at INTEGER NOT NULL,
    opened_at INTEGER,
    stopped_at INTEGER,
    reason TEXT
, stage TEXT NOT NULL DEFAULT 'sealed' CHECK (stage IN ('sealed', 'open', 'suspended', 'closing', 'halted', 'ended', 'abandoned')), restored INTEGER NOT NULL DEFAULT 0, changes INTEGER NOT NULL DEFAULT 0) STRICT;

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

CREATE TABLE issuance_contact (
    id INTEGER PRIMARY KEY,
    election INTEGER NOT NULL REFERENCES election_definition (id),
    voter INTEGER NOT NULL REFERENCES roll_voter (id),
    route TEXT NOT NULL,
    sealed BLOB NOT NULL,
    reason TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at INTEGER NOT NULL
, folded BLOB) STRICT;

CREATE INDEX issuance_contact_folded ON issuance_contact (election, folded);

CREATE INDEX issuance_contact_voter ON issuance_contact (voter);

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

CREATE UNIQUE INDEX issuance_identifier_letter ON issuance_identifier (voter) WHERE state = 'unposted';

CREATE UNIQUE INDEX issuance_identifier_live ON issuance_identifier (election, hash, state)
    WHERE state <> 'revoked';

CREATE UNIQUE INDEX issuance_identifier_next ON issuance_identifier (voter) WHERE state = 'pending';

CREATE UNIQUE INDEX issuance_identifier_one ON issuance_identifier (voter) WHERE state = 'active';

CREATE INDEX issuance_identifier_past ON issuance_identifier (election, hash) WHERE state = 'revoked';

CREATE INDEX issuance_identifier_pending ON issuance_identifier (created_at) WHERE state = 'pending';

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

CREATE TRIGGER journal_entry_keeps BEFORE UPDATE ON journal_entry
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;

CREATE TRIGGER journal_entry_stays BEFORE DELETE ON journal_entry
BEGIN SELECT RAISE(ABORT, 'the journal only grows'); END;

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

CREATE INDEX journal_entry_action ON journal_entry (action, number);

CREATE TABLE journal_head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    number INTEGER NOT NULL,
    hash BLOB NOT NULL
) STRICT;

CREATE TABLE outbox_budget (
    day INTEGER NOT NULL,
    priority INTEGER NOT NULL,
    used INTEGER NOT NULL,
    PRIMARY KEY (day, priority)
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox_dispatcher (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    owner TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox_early (
    message INTEGER PRIMARY KEY REFERENCES outbox_message (id),
    state TEXT NOT NULL CHECK (state IN ('delivered', 'bounced')),
    reply TEXT,
    at INTEGER NOT NULL
) STRICT;

CREATE TABLE outbox_frame (
    id INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    content TEXT NOT NULL
) STRICT;

CREATE TABLE outbox_hold (
    channel TEXT PRIMARY KEY,
    by TEXT NOT NULL,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox_mailing (
    id INTEGER PRIMARY KEY,
    election INTEGER NOT NULL,
    started_by TEXT NOT NULL,
    started_at INTEGER NOT NULL
, purpose TEXT NOT NULL DEFAULT 'issue' CHECK (purpose IN ('issue', 'failOver', 'hours'))) STRICT;

CREATE TRIGGER outbox_message_leaves AFTER UPDATE OF state ON outbox_message
WHEN OLD.state IS NOT NEW.state AND OLD.ended_at IS NOT NULL
BEGIN
    INSERT INTO outbox_past (message, state, at, reply) VALUES (OLD.id, OLD.state, OLD.ended_at, OLD.reply);
    INSERT INTO outbox_past (message, state, at)
    SELECT OLD.id, 'waiting', max(NEW.due_at, OLD.ended_at) WHERE NEW.state = 'waiting';
END;

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
    provider_id TEXT, place TEXT, accepted_at INTEGER, mailing INTEGER REFERENCES outbox_mailing (id),
    UNIQUE (election, subject, kind, generation, channel)
) STRICT;

CREATE INDEX outbox_message_due ON outbox_message (channel, priority, election, due_at)
    WHERE state = 'waiting';

CREATE INDEX outbox_message_expiry ON outbox_message (expires_at)
    WHERE state = 'waiting' AND expires_at IS NOT NULL;

CREATE INDEX outbox_message_provider ON outbox_message (provider_id) WHERE provider_id IS NOT NULL;

CREATE INDEX outbox_message_trouble ON outbox_message (ended_at) WHERE state IN ('failed', 'unknown');

CREATE TABLE outbox_past (
    id INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES outbox_message (id),
    state TEXT NOT NULL,
    at INTEGER NOT NULL,
    reply TEXT
) STRICT;

CREATE INDEX outbox_past_message ON outbox_past (message);

CREATE TABLE outbox_pause (
    channel TEXT PRIMARY KEY,
    reason TEXT NOT NULL,
    since INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE passphrase_reset (
    election INTEGER NOT NULL REFERENCES election_definition (id),
    principal TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    ready_at INTEGER NOT NULL,
    message INTEGER,
    PRIMARY KEY (election, principal)
) STRICT, WITHOUT ROWID;

CREATE TABLE passphrase_secret (
    election INTEGER NOT NULL REFERENCES election_definition (id),
    principal TEXT NOT NULL,
    hash TEXT,
    generation INTEGER NOT NULL,
    set_at INTEGER NOT NULL, reset_at INTEGER,
    PRIMARY KEY (election, principal)
) STRICT, WITHOUT ROWID;

CREATE TABLE passphrase_throttle (
    election INTEGER NOT NULL REFERENCES election_definition (id),
    subject BLOB NOT NULL,
    failures INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (election, subject)
) STRICT, WITHOUT ROWID;

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
    sums BLOB NOT NULL DEFAULT x'') STRICT;

CREATE TABLE polling_elector (
    id INTEGER PRIMARY KEY,
    ballot INTEGER NOT NULL REFERENCES polling_ballot (id),
    voter INTEGER NOT NULL REFERENCES roll_voter (id),
    entry BLOB NOT NULL,
    UNIQUE (ballot, voter)
) STRICT;

CREATE INDEX polling_elector_voter ON polling_elector (voter);

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
, waiver_file BLOB, file_sha256 TEXT) STRICT;

CREATE UNIQUE INDEX polling_part_current ON polling_part (ballot, owner) WHERE replaced_at IS NULL;

CREATE TABLE polling_poll (
    election INTEGER PRIMARY KEY REFERENCES election_definition (id),
    sealed_at INTEGER NOT NULL,
    opened_at INTEGER,
    closes_at INTEGER NOT NULL,
    closed_at INTEGER,
    round_at INTEGER,
    manifest BLOB NOT NULL,
    fingerprint TEXT NOT NULL
, stopped_at INTEGER, seen_at INTEGER, clock_doubt TEXT, ordered_at INTEGER, state TEXT NOT NULL DEFAULT 'sealing' CHECK (state IN ('sealing', 'sealed', 'open', 'suspended', 'closing', 'ended', 'closed', 'abandoned', 'destroyed')), manifest_seal BLOB NOT NULL DEFAULT x'', seen_ticks INTEGER, seen_boot TEXT, told BLOB) STRICT;

CREATE TABLE polling_record (
    election INTEGER NOT NULL REFERENCES polling_poll (election),
    kind TEXT NOT NULL CHECK (kind IN ('opening', 'closing', 'result', 'abandonment')),
    at INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (election, kind)
) STRICT, WITHOUT ROWID;

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
, statement BLOB) STRICT;

CREATE TABLE polling_round (
    ballot INTEGER NOT NULL REFERENCES polling_ballot (id),
    number INTEGER NOT NULL,
    at INTEGER NOT NULL,
    ballots INTEGER NOT NULL,
    signatures INTEGER NOT NULL, head TEXT NOT NULL DEFAULT '', height INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (ballot, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE polling_slot (
    id INTEGER PRIMARY KEY,
    ballot INTEGER NOT NULL REFERENCES polling_ballot (id),
    credential BLOB NOT NULL,
    weight INTEGER NOT NULL,
    content BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX polling_slot_credential ON polling_slot (ballot, credential);

CREATE TABLE polling_tracker (
    ballot INTEGER NOT NULL REFERENCES polling_ballot (id),
    place INTEGER NOT NULL,
    tracker TEXT NOT NULL,
    round INTEGER NOT NULL,
    slot INTEGER NOT NULL REFERENCES polling_slot (id),
    PRIMARY KEY (ballot, place)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX polling_tracker_text ON polling_tracker (ballot, tracker);

CREATE TABLE polling_trustee (
    id INTEGER PRIMARY KEY,
    election INTEGER NOT NULL REFERENCES election_definition (id),
    name TEXT NOT NULL,
    added_at INTEGER NOT NULL,
    proven_at INTEGER, nonce BLOB, replaced_at INTEGER, replaced_by TEXT, checked_at INTEGER, check_file BLOB, waived TEXT, waiver_file BLOB,
    UNIQUE (election, name)
) STRICT;

CREATE TABLE polling_trustee_key (
    trustee INTEGER NOT NULL REFERENCES polling_trustee (id),
    ballot TEXT NOT NULL,
    document BLOB NOT NULL,
    PRIMARY KEY (trustee, ballot)
) STRICT, WITHOUT ROWID;

CREATE TABLE recovery_help (
    id INTEGER PRIMARY KEY,
    election INTEGER NOT NULL REFERENCES election_definition (id),
    code TEXT NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    done_at INTEGER
) STRICT;

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

CREATE TABLE recovery_trace (
    election INTEGER NOT NULL REFERENCES election_definition (id),
    code TEXT NOT NULL,
    step TEXT NOT NULL,
    trouble TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (election, code)
) STRICT, WITHOUT ROWID;

CREATE INDEX recovery_trace_time ON recovery_trace (at);

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

CREATE INDEX roll_change_voter ON roll_change (voter);

CREATE TABLE roll_heading (
    election INTEGER NOT NULL REFERENCES election_definition (id),
    heading TEXT NOT NULL,
    meaning TEXT NOT NULL,
    PRIMARY KEY (election, heading)
) STRICT;

CREATE TABLE roll_import (
    id INTEGER PRIMARY KEY,
    election INTEGER NOT NULL REFERENCES election_definition (id),
    state TEXT NOT NULL CHECK (state IN ('loading', 'published')),
    started_at INTEGER NOT NULL,
    published_at INTEGER
) STRICT;

CREATE VIRTUAL TABLE roll_search USING fts5 (
    reference, last_name, first_name, content = 'roll_voter', content_rowid = 'id', detail = 'none',
    prefix = '1 2 3', tokenize = "unicode61 remove_diacritics 2"
);

CREATE TABLE roll_searched (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    last INTEGER NOT NULL
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
    returned_at INTEGER, contact_at INTEGER, contact_by TEXT, named_at INTEGER,
    UNIQUE (election, reference)
) STRICT;

CREATE INDEX roll_voter_contact ON roll_voter (contact_at) WHERE contact_at IS NOT NULL;

CREATE INDEX roll_voter_mail ON roll_voter (mail_index) WHERE mail_index IS NOT NULL;

CREATE INDEX roll_voter_phone ON roll_voter (phone_index) WHERE phone_index IS NOT NULL;

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
, replaced_by TEXT) STRICT;

CREATE INDEX staff_approval_subject ON staff_approval (election, subject);

CREATE INDEX staff_approval_waiting ON staff_approval (election, expires_at) WHERE state = 'waiting';

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
    removed_at INTEGER, in_force_at INTEGER, confirmed_by TEXT, decides_at INTEGER NOT NULL DEFAULT 0, sent_at INTEGER NOT NULL DEFAULT 0,
    UNIQUE (election, name)
) STRICT;

CREATE UNIQUE INDEX staff_member_hash ON staff_member (election, hash);

CREATE TABLE staff_spare (
    member INTEGER NOT NULL REFERENCES staff_member (id),
    hash BLOB NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (member, hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE store_migration (
    position INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    applied_at INTEGER NOT NULL
) STRICT;

CREATE TABLE store_pulse (id INTEGER PRIMARY KEY CHECK (id = 1), beats INTEGER NOT NULL) STRICT;

CREATE TABLE "turnout_snapshot" (
    election INTEGER PRIMARY KEY REFERENCES election_definition (id),
    at INTEGER NOT NULL,
    round_at INTEGER,
    content TEXT NOT NULL
) STRICT;
