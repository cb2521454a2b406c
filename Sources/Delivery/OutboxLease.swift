import Contacts
import Crypto
package import Store

/// A message that this dispatcher may hand over now.
struct LeasedMessage: Sendable {
    let id: Int
    let election: Int
    let route: Channel
    let priority: Int
    let frame: Int
    let attempts: Int
    let sealed: [UInt8]
}

/// A message's number and what came of it.
struct SendResult: Sendable {
    let id: Int
    let attempts: Int
    let outcome: DeliveryOutcome
    /// What goes back to a day's budget with it; nil where nothing was charged or all of it stays charged.
    var refund: Refund?

    /// Segments of a class's budget.
    struct Refund: Sendable {
        let priority: Priority
        let segments: Int
    }
}

/// Classes of messages that one line hands over.
package enum MessageClass {
    /// Every class, for a run that sends what is due and ends.
    package static let all = Priority.code...Priority.batch
    /// Somebody is waiting at a screen.
    package static let codes = Priority.code...Priority.code
    /// What may wait behind a code: recovery and batches.
    package static let others = Priority.recovery...Priority.batch
}

/// Which messages a dispatcher asks for.
struct LeaseOrder {
    let route: Channel
    let limit: Int
    /// Messages that it is handing over already.
    var except: Set<Int> = []
    /// Elections whose key is not at hand.
    var blocked: Set<Int> = []
    var classes = MessageClass.all
    /// The election that was served last: the next one comes first.
    var after = 0
}

/// How long temporary refusals wait, and when we give up.
enum Backoff {
    /// After this many refusals a message has failed: about two days with the delays below.
    static let mostAttempts = 16
    private static let first = 60
    private static let longest = 4 * 3600

    /// Seconds until the next attempt: doubled each time, a fifth more or less, so that a relay that comes back is not
    /// met by everybody at once.
    static func delay(attempts: Int, jitter: UInt8) -> Int {
        let delay = min(longest, first << min(attempts, 10))
        return delay * (80 + Int(jitter) * 40 / 255) / 100
    }
}

/// The dispatcher's side of the outbox: what is due, what came of it, and what each class may still use today.
package struct OutboxLease: Sendable {
    let clock: Clock
    let randomness: Randomness

    /// Seconds for which the dispatcher's lease holds; renewed with every batch of results.
    private static let leaseSeconds = 60
    /// Days for which a failed message can be made due again; its secrets are wiped afterwards.
    private static let keptDays = 30

    /// Takes the dispatcher's lease; `false` when another holds it.
    /// - Parameter isAlone: whether the process lock is held, so that an older lease is a dead process's.
    func takeLease(
        _ transaction: borrowing Transaction, owner: String, isAlone: Bool
    ) throws(StoreError) -> Bool {
        let now = clock.now
        return try transaction.execute(
            """
            INSERT INTO outbox_dispatcher (id, owner, expires_at) VALUES (1, ?1, ?2)
            ON CONFLICT (id) DO UPDATE SET owner = ?1, expires_at = ?2 WHERE owner = ?1 OR expires_at <= ?3 OR ?4
            """, owner, now + OutboxLease.leaseSeconds, now, isAlone) == 1
    }

    /// What a dispatcher does once when it starts, alone: SMS whose answer its predecessor never stored go again,
    /// and channels are tried again.
    func begin(_ transaction: borrowing Transaction) throws(StoreError) {
        try transaction.execute("DELETE FROM outbox_pause")
        // What the gateway has spoken of has been there: it is not sent twice.
        let known = try transaction.reading.all(
            "SELECT message FROM outbox_early JOIN outbox_message ON id = message WHERE outbox_message.state = 'sent' AND channel = 'sms'"
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        for message in known {
            try transaction.execute(
                "UPDATE outbox_message SET state = 'unknown', attempts = attempts + 1 WHERE id = ?", message)
            try takeEarly(transaction, message)
        }
        try transaction.execute("UPDATE outbox_message SET state = 'waiting' WHERE state = 'sent' AND channel = 'sms'")
    }

    /// Ends what is too late, and wipes what failed long ago. What is too late is not sent in any case: this is for whoever is sure of
    /// the time, since it takes the content away.
    package func expire(_ transaction: borrowing Transaction) throws(StoreError) {
        try transaction.execute(
            "UPDATE outbox_message SET sealed = NULL WHERE state IN ('failed', 'unknown') AND ended_at < ? AND sealed IS NOT NULL",
            clock.now - OutboxLease.keptDays * 86_400)
        try transaction.execute(
            """
            UPDATE outbox_message SET state = 'expired', sealed = NULL, ended_at = ?1
            WHERE state = 'waiting' AND expires_at IS NOT NULL AND expires_at <= ?1
            """, clock.now)
    }

    /// Whether anything of a channel and classes is due.
    /// - Parameter held: elections that are left out.
    func isDue(
        _ reading: borrowing Reading, _ route: Channel, _ classes: ClosedRange<Priority>, except held: Set<Int> = []
    ) throws(StoreError) -> Bool {
        let held = "[" + held.map(String.init).joined(separator: ",") + "]"
        return try reading.number(
            """
            SELECT EXISTS (SELECT 1 FROM outbox_message WHERE state = 'waiting' AND channel = ?1
                AND priority BETWEEN ?2 AND ?3 AND due_at <= ?4 AND (expires_at IS NULL OR expires_at > ?4)
                AND (?5 = '[]' OR election NOT IN (SELECT value FROM json_each(?5)))
                AND (priority = 0 OR NOT EXISTS (SELECT 1 FROM outbox_hold WHERE channel = ?1)))
            """, route.rawValue, classes.lowerBound.rawValue, classes.upperBound.rawValue, clock.now, held) == 1
    }

    /// Lets a paused channel be tried again.
    func resume(_ transaction: borrowing Transaction, _ route: Channel) throws(StoreError) {
        try transaction.execute("DELETE FROM outbox_pause WHERE channel = ?", route.rawValue)
    }

    /// Marks an SMS as on its way; false when it was withdrawn meanwhile.
    func markSent(_ transaction: borrowing Transaction, _ id: Int) throws(StoreError) -> Bool {
        try transaction.execute("UPDATE outbox_message SET state = 'sent' WHERE id = ? AND state = 'waiting'", id) == 1
    }

    /// Stores results.
    func record(_ transaction: borrowing Transaction, _ results: [SendResult], route: Channel) throws(StoreError) {
        let now = clock.now
        for result in results {
            if let refund = result.refund {
                try self.refund(transaction, refund.priority, count: refund.segments)
            }
            switch result.outcome {
            case .accepted(let provider):
                try transaction.execute(
                    """
                    UPDATE outbox_message SET state = 'accepted', sealed = NULL, attempts = attempts + 1, ended_at = ?1, accepted_at = ?1,
                        provider_id = coalesce(?2, provider_id), reply = NULL
                    WHERE id = ?3
                    """, now, provider, result.id)
                try takeEarly(transaction, result.id)
            case .failed(let reply): try end(transaction, result.id, .failed, reply)
            case .unknown(let reply):
                try end(transaction, result.id, .unknown, reply)
                try takeEarly(transaction, result.id)
            case .temporary(let reply) where result.attempts >= Backoff.mostAttempts:
                try end(transaction, result.id, .failed, reply)
            case .temporary(let reply):
                let delay = Backoff.delay(attempts: result.attempts - 1, jitter: randomness.bytes(1)[0])
                try transaction.execute(
                    """
                    UPDATE outbox_message SET state = 'waiting', attempts = attempts + 1, reply = ?,
                        due_at = CASE WHEN due_at >= ? THEN due_at ELSE ? END
                    WHERE id = ? AND state IN ('waiting', 'sent')
                    """, reply, Outbox.heldSeconds, now + delay, result.id)
                try forgetEarly(transaction, result.id)
            case .paused(let reason):
                try transaction.execute(
                    "UPDATE outbox_message SET state = 'waiting' WHERE id = ? AND state = 'sent'", result.id)
                try pause(transaction, route, reason)
            }
        }
    }

    /// Pauses a channel until somebody has mended what is wrong and runs it again.
    func pause(_ transaction: borrowing Transaction, _ route: Channel, _ reason: String) throws(StoreError) {
        try transaction.execute(
            """
            INSERT INTO outbox_pause (channel, reason, since) VALUES (?, ?, ?)
            ON CONFLICT (channel) DO UPDATE SET reason = excluded.reason
            """, route.rawValue, reason, clock.now)
    }

    /// A message that was withdrawn while it was handed over stays withdrawn, unless the relay took it.
    private func end(
        _ transaction: borrowing Transaction, _ id: Int, _ state: MessageState, _ reply: String
    ) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE outbox_message SET state = ?, attempts = attempts + 1, ended_at = ?, reply = ?
            WHERE id = ? AND state IN ('waiting', 'sent')
            """, state.rawValue, clock.now, reply, id)
        if state == .failed { try forgetEarly(transaction, id) }
    }

    /// What was said of an attempt that was refused says nothing of the next one.
    func forgetEarly(_ transaction: borrowing Transaction, _ id: Int) throws(StoreError) {
        try transaction.execute("DELETE FROM outbox_early WHERE message = ?", id)
    }

    /// Takes in a delivery receipt; false when no message of this number waits for one. The first final word stands: whoever
    /// can send receipts does not take a delivery back later, nor a bounce.
    package func takeReceipt(
        _ transaction: borrowing Transaction, providerID: String, delivered: Bool, reply: String? = nil
    ) throws(StoreError) -> Bool {
        let state = delivered ? "delivered" : "bounced"
        let taken = try transaction.execute(
            """
            UPDATE outbox_message SET state = ?, sealed = NULL, ended_at = ?, reply = coalesce(?, reply)
            WHERE provider_id = ? AND state IN ('accepted', 'unknown')
            """, state, clock.now, reply, providerID)
        guard taken == 0 else { return true }
        // It is being handed over: what comes of that is written down in a moment.
        return try transaction.execute(
            """
            INSERT INTO outbox_early (message, state, reply, at)
            SELECT id, ?1, ?2, ?3 FROM outbox_message WHERE provider_id = ?4 AND state IN ('waiting', 'sent')
            ON CONFLICT (message) DO NOTHING
            """, state, reply, clock.now, providerID) > 0
    }

    /// Takes in what was said of a message before its handing over was written down.
    private func takeEarly(_ transaction: borrowing Transaction, _ id: Int) throws(StoreError) {
        let early = try transaction.reading.first("SELECT state, reply, at FROM outbox_early WHERE message = ?", id) {
            (row: borrowing Row) throws(StoreError) -> (state: String, reply: String?, at: Int) in
            (try row[0], try row[1], try row[2])
        }
        guard let early else { return }
        try transaction.execute(
            """
            UPDATE outbox_message SET state = ?, sealed = NULL, ended_at = ?, reply = coalesce(?, reply)
            WHERE id = ? AND state IN ('accepted', 'unknown')
            """, early.state, early.at, early.reply, id)
        try transaction.execute("DELETE FROM outbox_early WHERE message = ?", id)
    }

    /// The election of the message that a gateway or relay knows by this name; nil when there is none.
    func election(_ reading: borrowing Reading, providerID: String) throws(StoreError) -> Int? {
        try reading.first("SELECT election FROM outbox_message WHERE provider_id = ?", providerID) {
            (row: borrowing Row) throws(StoreError) -> Int in try row[0]
        }
    }

    /// Charges `count` messages to a class's budget of the day; returns whether they are allowed. Codes always are: a
    /// voter who waits for one would be kept out; what they use shows in `outbox status`.
    func charge(
        _ transaction: borrowing Transaction, _ priority: Priority, count: Int, budget: Int
    ) throws(StoreError) -> Bool {
        let used = try transaction.reading.number(
            "SELECT used FROM outbox_budget WHERE day = ? AND priority = ?", clock.now / 86_400, priority.rawValue)
        guard priority == .code || used + count <= budget else { return false }
        try spend(transaction, priority, count)
        return true
    }

    /// Gives back what was charged for a message that the gateway did not take.
    func refund(_ transaction: borrowing Transaction, _ priority: Priority, count: Int) throws(StoreError) {
        try spend(transaction, priority, -count)
    }

    /// Changes what a class has used today, never below 0. Days are counted in UTC.
    private func spend(_ transaction: borrowing Transaction, _ priority: Priority, _ count: Int) throws(StoreError) {
        try transaction.execute(
            """
            INSERT INTO outbox_budget (day, priority, used) VALUES (?1, ?2, max(0, ?3))
            ON CONFLICT (day, priority) DO UPDATE SET used = max(0, used + ?3)
            """, clock.now / 86_400, priority.rawValue, count)
    }
}
