package import Contacts
package import Crypto
import FoundationEssentials
package import Store

/// Puts messages into the outbox, in the transaction that makes what they carry.
package struct Outbox: Sendable {
    let clock: Clock
    /// What the times of new messages are given by, where that is not the clock of who sends them.
    private let giver: Clock?
    let randomness: Randomness
    /// Where the console has an address of its own.
    let console: String?

    /// - Parameters:
    ///   - clock: seconds since 1970, for when messages are due, expire and end.
    ///   - randomness: of Message-IDs, seals and the jitter of delays.
    ///   - console: `https://console.example.org`, for the links of what leaves; nil where the console stands at the election's
    ///     address.
    ///   - giver: what the times of new messages are given by, where a poll has a clock of its own: one dispatcher sends the messages
    ///     of all, and goes by `clock`.
    package init(clock: Clock, randomness: Randomness, console: String? = nil, giver: Clock? = nil) {
        (self.clock, self.randomness, self.console, self.giver) = (clock, randomness, console, giver)
    }

    /// The giver's time, and by how many seconds the sender's is later.
    fileprivate var times: (now: Int, lead: Int) {
        guard let giver else { return (clock.now, 0) }
        let now = giver.now
        let lead = clock.now - now
        // Two looks at one clock may be a second apart.
        return (now, abs(lead) <= 1 ? 0 : lead)
    }

    /// What the dispatcher does with the messages.
    package var lease: OutboxLease { OutboxLease(clock: clock, randomness: randomness) }

    /// What people are shown of the messages.
    package var reports: OutboxReports { OutboxReports(clock: clock) }

    /// The number of a frame, stored when it is new.
    package func store(_ transaction: borrowing Transaction, _ frame: MessageEnvelope) throws(StoreError) -> Int {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let content: String
        do { content = String(decoding: try encoder.encode(frame), as: UTF8.self) } catch {
            throw StoreError(.failed, "A message frame could not be written as JSON: \(error).")
        }
        let hash = sha256(Array(content.utf8))
        try transaction.execute(
            "INSERT INTO outbox_frame (hash, content) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING", hash, content)
        return try transaction.reading.number("SELECT id FROM outbox_frame WHERE hash = ?", hash)
    }

    /// A session for queueing many messages of one election.
    package func queue(election: Int, key: ElectionKey) -> OutboxQueue {
        OutboxQueue(election: election, sealer: Sealer(key: key.subkey(.outbox), randomness: randomness), outbox: self)
    }

    /// Takes back what waits for a subject; returns how many messages were withdrawn. Notices always go out: whoever got
    /// hold of somebody's identifier must not be able to call back the word that warns of it.
    @discardableResult
    package func withdraw(
        _ transaction: borrowing Transaction, election: Int, subject: Int
    ) throws(StoreError) -> Int {
        try transaction.execute(
            """
            UPDATE outbox_message SET state = 'withdrawn', sealed = NULL, ended_at = ?
            WHERE election = ? AND subject = ? AND kind NOT IN ('notice', 'noticeHeld', 'resetAsked', 'secretChanged', 'staffSecretChanged', 'voteRecorded', 'contactChanged',
                'pollExtended', 'pollSuspended', 'pollResumed', 'pollRestored', 'pollAbandoned')
                AND (state IN ('waiting', 'printed', 'unknown', 'failed') OR state = 'sent' AND channel = 'letter')
            """, clock.now, election, subject)
    }

    /// Takes back what carries one identifier of a subject and has not arrived.
    package func withdraw(
        _ transaction: borrowing Transaction, election: Int, subject: Int, identifier generation: Int
    ) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE outbox_message SET state = 'withdrawn', sealed = NULL, ended_at = ?
            WHERE election = ? AND subject = ? AND generation = ?
                AND kind IN ('identifier', 'identifierCode', 'activation', 'renewal', 'renewedActivation')
                AND (state IN ('waiting', 'printed', 'unknown', 'failed') OR state = 'sent' AND channel = 'letter')
            """, clock.now, election, subject, generation)
    }

    /// Takes back word of the poll's hours that waits: it is not true any more. That of everybody, so that nothing tells one
    /// voter from another.
    /// - Parameter sparesRestored: whether word that the poll goes on after a restore stays: it still holds.
    package func withdrawNews(
        _ transaction: borrowing Transaction, election: Int, sparesRestored: Bool
    ) throws(StoreError) {
        // Two statements, each by the index that holds no more than it needs.
        try transaction.execute(
            """
            UPDATE outbox_message SET state = 'withdrawn', sealed = NULL, ended_at = ?1
            WHERE state = 'waiting' AND channel IN ('email', 'sms') AND election = ?2
                AND kind IN ('pollExtended', 'pollSuspended', 'pollResumed', 'pollRestored', 'pollAbandoned')
                AND NOT (?3 AND kind = 'pollRestored')
            """, clock.now, election, sparesRestored ? 1 : 0)
        try transaction.execute(
            """
            UPDATE outbox_message SET state = 'withdrawn', sealed = NULL, ended_at = ?1
            WHERE state IN ('failed', 'unknown') AND election = ?2
                AND kind IN ('pollExtended', 'pollSuspended', 'pollResumed', 'pollRestored', 'pollAbandoned')
                AND NOT (?3 AND kind = 'pollRestored')
            """, clock.now, election, sparesRestored ? 1 : 0)
    }

    /// What is added to the time at which a message that is held is due: no clock comes there.
    static let heldSeconds = 1 << 40

    /// Keeps word of the hours back, or lets it go: while a clock in doubt holds the poll it may not be true.
    package func holdNews(
        _ transaction: borrowing Transaction, election: Int, isHeld: Bool
    ) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE outbox_message SET due_at = due_at + CASE WHEN ?1 THEN ?2 ELSE -?2 END
            WHERE state = 'waiting' AND channel IN ('email', 'sms') AND election = ?3 AND (due_at < ?2) = ?1
                AND kind IN ('pollExtended', 'pollSuspended', 'pollResumed', 'pollRestored', 'pollAbandoned')
            """, isHeld ? 1 : 0, Outbox.heldSeconds, election)
    }

    /// Gives a subject's messages on a channel that have not left another recipient, since the old one was wrong: those
    /// that wait, until when they would have, and those that failed, which wait again and are due at once. Notices keep theirs.
    /// Returns how many there were.
    package func readdress(
        _ transaction: borrowing Transaction, election: Int, key: ElectionKey, subject: Int, route: Channel,
        to recipient: [UInt8]
    ) throws(StoreError) -> Int {
        let sealer = Sealer(key: key.subkey(.outbox), randomness: randomness)
        let waiting = try transaction.reading.all(
            """
            SELECT id, kind, sealed FROM outbox_message
            WHERE election = ? AND subject = ? AND channel = ? AND state IN ('waiting', 'failed') AND sealed IS NOT NULL
                AND kind NOT IN ('notice', 'noticeHeld', 'resetAsked', 'secretChanged', 'staffSecretChanged', 'voteRecorded', 'contactChanged')
            """, election, subject, route.rawValue
        ) { (row: borrowing Row) throws(StoreError) -> (id: Int, kind: MessageKind, sealed: [UInt8]) in
            (try row[0], try row.value(1), try row[2])
        }
        var count = 0
        for message in waiting {
            guard let plain = sealer.open(message.sealed, associated: PersonalModel.place(message.id)),
                let model = PersonalModel(plain, names: message.kind.personalNames)
            else {
                throw StoreError(
                    .damaged, "Message \(message.id) does not open with this election's key.",
                    cure: "Check that --keys names the right key folder; if it does, run `store check`.")
            }
            guard model.recipient != recipient else { continue }
            let changed = PersonalModel(
                recipient: recipient, values: model.values, date: model.date, token: model.token)
            let sealed = sealer.seal(
                changed.encoded(message.kind.personalNames), associated: PersonalModel.place(message.id))
            try transaction.execute(
                """
                UPDATE outbox_message SET sealed = ?1, ended_at = NULL, reply = NULL, place = ?2,
                    due_at = CASE WHEN state = 'waiting' AND (attempts = 0 OR due_at >= ?3) THEN due_at ELSE ?4 END,
                    state = 'waiting', attempts = 0
                WHERE id = ?5
                """, sealed, Outbox.place(recipient, route), Outbox.heldSeconds, clock.now, message.id)
            try lease.forgetEarly(transaction, message.id)
            // Whether a reminder waits would tell whether somebody voted.
            if message.kind != .reminder { count += 1 }
        }
        return count
    }

    /// What became of a message and when; nil when there is none with this number.
    package func fate(
        _ reading: borrowing Reading, _ message: Int
    ) throws(StoreError) -> (state: MessageState, endedAt: Int?)? {
        let lead = times.lead
        return try reading.first("SELECT state, ended_at FROM outbox_message WHERE id = ?", message) {
            (row: borrowing Row) throws(StoreError) -> (state: MessageState, endedAt: Int?) in
            let ended: Int? = try row[1]
            // The dispatcher wrote it down, by its own clock; whoever gave the message goes by another one perhaps.
            return (try row.value(0), ended.map { $0 - lead })
        }
    }

    /// Whether any message to a subject has left by a channel, or may have.
    package func hasLeft(
        _ reading: borrowing Reading, election: Int, subject: Int, by route: Channel
    ) throws(StoreError) -> Bool {
        try reading.number(
            """
            SELECT count(*) FROM outbox_message WHERE election = ? AND subject = ? AND channel = ?
                AND state IN ('printed', 'sent', 'accepted', 'delivered', 'bounced', 'unknown', 'confirmed')
            """, election, subject, route.rawValue) > 0
    }

    /// A number by which the next message of a kind to a subject is told from the earlier ones where nothing counts them: the time, and
    /// one more where two come within a second.
    package func nextGeneration(
        _ reading: borrowing Reading, election: Int, subject: Int, _ kind: MessageKind
    ) throws(StoreError) -> Int {
        let last = try reading.number(
            "SELECT coalesce(max(generation), 0) FROM outbox_message WHERE election = ? AND subject = ? AND kind = ?",
            election, subject, kind.rawValue)
        return max(clock.now, last + 1)
    }

    /// Takes back the renewals that wait for a subject: a newer one was asked for.
    package func withdrawRenewals(
        _ transaction: borrowing Transaction, election: Int, subject: Int
    ) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE outbox_message SET state = 'withdrawn', sealed = NULL, ended_at = ?
            WHERE election = ? AND subject = ? AND kind IN ('renewal', 'renewedActivation')
                AND state IN ('waiting', 'unknown', 'failed')
            """, clock.now, election, subject)
    }

    /// Takes back one message that waits.
    package func withdraw(_ transaction: borrowing Transaction, message: Int) throws(StoreError) {
        try transaction.execute(
            "UPDATE outbox_message SET state = 'withdrawn', sealed = NULL, ended_at = ? WHERE id = ? AND state = 'waiting'",
            clock.now, message)
    }

    /// Makes mails and SMS due again: failed ones and those that wait for their next attempt, or those of which nobody
    /// knows whether they arrived. What was never tried waits for its time: a delayed reset, word of the hours that is held. Only
    /// messages whose model still exists can be sent again; returns how many. With all messages paused channels go on too.
    package func retry(
        _ transaction: borrowing Transaction, election: Int, unknown: Bool, of selection: MessageSelection = .init()
    ) throws(StoreError) -> Int {
        if selection.isAll { try transaction.execute("DELETE FROM outbox_pause") }
        // What is counted tells nothing of votes: who is reminded, or told of a vote, is not.
        let count = try transaction.reading.number(
            """
            SELECT count(*) FROM outbox_message
            WHERE election = ?2 AND sealed IS NOT NULL AND channel IN ('email', 'sms')
                AND (state = CASE WHEN ?3 THEN 'unknown' ELSE 'failed' END OR state = 'waiting' AND NOT ?3 AND due_at > ?1
                    AND due_at < ?6 AND attempts > 0)
                AND (?4 IS NULL OR place = ?4) AND (?5 IS NULL OR mailing = ?5)
                AND kind NOT IN ('reminder', 'voteRecorded')
            """, clock.now, election, unknown, selection.place, selection.mailing, Outbox.heldSeconds)
        try transaction.execute(
            """
            UPDATE outbox_message SET state = 'waiting', attempts = 0, due_at = ?1, ended_at = NULL, reply = NULL
            WHERE election = ?2 AND sealed IS NOT NULL AND channel IN ('email', 'sms')
                AND (state = CASE WHEN ?3 THEN 'unknown' ELSE 'failed' END OR state = 'waiting' AND NOT ?3 AND due_at > ?1
                    AND due_at < ?6 AND attempts > 0)
                AND (?4 IS NULL OR place = ?4) AND (?5 IS NULL OR mailing = ?5)
            """, clock.now, election, unknown, selection.place, selection.mailing, Outbox.heldSeconds)
        return count
    }
}

/// Queues messages of one election. One for each thread.
package final class OutboxQueue {
    private let election: Int
    private let sealer: Sealer
    private let outbox: Outbox
    private var next = 0
    /// The mailing that messages belong to from now on; nil for those that go out one by one.
    package var mailing: Int?

    init(election: Int, sealer: Sealer, outbox: Outbox) {
        (self.election, self.sealer, self.outbox) = (election, sealer, outbox)
    }

    /// Begins with the first free row; called once in each transaction before `add`.
    package func begin(_ transaction: borrowing Transaction) throws(StoreError) {
        next = try transaction.reading.number("SELECT coalesce(max(id), 0) + 1 FROM outbox_message")
    }

    /// The first number from `least` on by which a message can be told from all earlier ones of its kind to a subject.
    package func freeGeneration(
        _ reading: borrowing Reading, subject: Int, kind: MessageKind, route: Channel, from least: Int
    ) throws(StoreError) -> Int {
        max(
            least,
            try reading.number(
                """
                SELECT coalesce(max(generation), 0) + 1 FROM outbox_message
                WHERE election = ? AND subject = ? AND kind = ? AND channel = ?
                """, election, subject, kind.rawValue, route.rawValue))
    }

    /// Queues one message and returns its number; the same subject, kind, generation and channel twice is refused by the
    /// store.
    @discardableResult
    package func add(_ transaction: borrowing Transaction, _ message: NewMessage) throws(StoreError) -> Int {
        let (kind, route, recipient) = (message.kind, message.route, message.recipient)
        let (present, lead) = outbox.times
        let now = message.date ?? present
        let model = PersonalModel(
            recipient: recipient, values: message.values, date: now, token: hex(outbox.randomness.bytes(12)))
        let sealed = sealer.seal(model.encoded(kind.personalNames), associated: PersonalModel.place(next))
        try transaction.execute(
            """
            INSERT INTO outbox_message (id, election, subject, kind, generation, channel, priority, state, frame, sealed,
                due_at, expires_at, created_at, place, mailing, provider_id)
            VALUES (?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?, ?, ?, ?, ?, ?, ?)
            """, next, election, message.subject, kind.rawValue, message.generation, route.rawValue,
            message.priority.rawValue,
            message.frame, sealed,
            (message.dueAt ?? now) + lead, message.expiresAt.map { $0 + lead }, now, Outbox.place(recipient, route),
            mailing,
            // Known from the start: a receipt may come before the handing over is written down.
            route == .letter ? nil : model.token)
        defer { next += 1 }
        return next
    }
}
