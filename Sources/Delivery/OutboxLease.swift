import Crypto
package import Store

/// A message that this dispatcher may hand over now.
struct LeasedMessage {
    let id: Int
    let election: Int
    let route: Route
    let priority: Int
    let frame: Int
    let attempts: Int
    let sealed: [UInt8]
}

/// A message's number and what came of it.
struct SendResult: Sendable {
    let id: Int
    let attempts: Int
    let outcome: Handover
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

extension Outbox {
    /// Seconds for which the dispatcher's lease holds; renewed with every batch of results.
    private static let leaseSeconds = 60

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
            """, owner, now + Outbox.leaseSeconds, now, isAlone) == 1
    }

    /// Expires what is too late, then lists up to `limit` messages that are due, the most urgent first, or those of one
    /// class only. They stay `waiting` in the store: only the one dispatcher hands messages over, and if it dies they
    /// simply wait again.
    /// - Parameter except: messages that are being handed over already.
    func lease(
        _ transaction: borrowing Transaction, _ route: Route, limit: Int, except: Set<Int> = [], only: Priority? = nil
    ) throws(StoreError) -> [LeasedMessage] {
        let now = clock.now
        try transaction.execute(
            """
            UPDATE outbox_message SET state = 'expired', sealed = NULL, ended_at = ?1
            WHERE state = 'waiting' AND channel = ?2 AND expires_at <= ?1
            """, now, route.rawValue)
        var leased: [LeasedMessage] = []
        try transaction.reading.each(
            """
            SELECT id, election, priority, frame, attempts + 1, sealed FROM outbox_message
            WHERE state = 'waiting' AND channel = ?1 AND priority = coalesce(?4, priority) AND due_at <= ?2
            ORDER BY priority, due_at LIMIT ?3
            """, route.rawValue, now, limit + except.count, only?.rawValue
        ) { (row: borrowing Row) throws(StoreError) in
            let id: Int = try row[0]
            guard !except.contains(id), leased.count < limit else { return }
            leased.append(
                LeasedMessage(
                    id: id, election: try row[1], route: route, priority: try row[2], frame: try row[3],
                    attempts: try row[4], sealed: try row[5]))
        }
        return leased
    }

    /// Stores results.
    func record(_ transaction: borrowing Transaction, _ results: [SendResult], route: Route) throws(StoreError) {
        let now = clock.now
        for result in results {
            switch result.outcome {
            case .accepted(let provider):
                try transaction.execute(
                    """
                    UPDATE outbox_message SET state = 'accepted', sealed = NULL, attempts = attempts + 1, ended_at = ?, provider_id = ?, reply = NULL
                    WHERE id = ?
                    """, now, provider, result.id)
            case .failed(let reply): try end(transaction, result.id, .failed, reply)
            case .unknown(let reply): try end(transaction, result.id, .unknown, reply)
            case .temporary(let reply) where result.attempts >= Backoff.mostAttempts:
                try end(transaction, result.id, .failed, reply)
            case .temporary(let reply):
                let delay = Backoff.delay(attempts: result.attempts - 1, jitter: randomness.bytes(1)[0])
                try transaction.execute(
                    "UPDATE outbox_message SET attempts = attempts + 1, due_at = ?, reply = ? WHERE id = ? AND state = 'waiting'",
                    now + delay, reply, result.id)
            case .paused(let reason): try pause(transaction, route, reason)
            }
        }
    }

    /// Pauses a channel until somebody has mended what is wrong and runs it again.
    func pause(_ transaction: borrowing Transaction, _ route: Route, _ reason: String) throws(StoreError) {
        try transaction.execute(
            """
            INSERT INTO outbox_pause (channel, reason, since) VALUES (?, ?, ?)
            ON CONFLICT (channel) DO UPDATE SET reason = excluded.reason
            """, route.rawValue, reason, clock.now)
    }

    private func end(
        _ transaction: borrowing Transaction, _ id: Int, _ state: MessageState, _ reply: String
    ) throws(StoreError) {
        try transaction.execute(
            "UPDATE outbox_message SET state = ?, attempts = attempts + 1, ended_at = ?, reply = ? WHERE id = ?",
            state.rawValue, clock.now, reply, id)
    }

    /// Takes in a delivery receipt; false when no message has this number.
    package func takeReceipt(
        _ transaction: borrowing Transaction, providerID: String, delivered: Bool
    ) throws(StoreError) -> Bool {
        try transaction.execute(
            "UPDATE outbox_message SET state = ?, ended_at = ? WHERE provider_id = ? AND state IN ('accepted', 'delivered')",
            delivered ? "delivered" : "bounced", clock.now, providerID) > 0
    }

    /// Charges `count` messages to a class's budget of the day; returns how many are allowed.
    func charge(
        _ transaction: borrowing Transaction, _ priority: Priority, count: Int, budget: Int
    ) throws(StoreError) -> Int {
        let day = clock.now / 86_400
        let used = try transaction.reading.number(
            "SELECT used FROM outbox_budget WHERE day = ? AND priority = ?", day, priority.rawValue)
        // Codes are never stopped: a voter who waits for one would be kept out. The excess shows in `outbox status`.
        let allowed = priority == .code ? count : min(count, max(0, budget - used))
        try transaction.execute(
            """
            INSERT INTO outbox_budget (day, priority, used) VALUES (?1, ?2, ?3)
            ON CONFLICT (day, priority) DO UPDATE SET used = used + ?3
            """, day, priority.rawValue, allowed)
        return allowed
    }
}
