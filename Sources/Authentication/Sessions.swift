package import Contacts
package import Delivery
import Elections
package import Journal
package import Store

/// What a signed-in principal holds.
package struct Session: Sendable {
    /// Of this session alone; the cookie has a token instead, of which the store keeps the hash.
    package let id: Int
    /// Who signed in.
    package let principal: Principal
    /// Seconds since 1970, as the times below.
    package let openedAt: Int
    /// When it ends without anything being done.
    package let idleUntil: Int
    /// When it ends in any case.
    package let endsAt: Int
    /// When it was confirmed by a second factor; nil where it was not, or none is asked for.
    package let confirmedAt: Int?
}

/// A past sign-in.
package struct SignIn: Sendable {
    /// Seconds since 1970.
    package let at: Int
    /// The way the code came; nil where none was asked for.
    package let route: Channel?
}

extension Authenticator {
    /// Seconds without activity after which a session ends.
    package static let idleSeconds = 900
    /// Seconds after which a session ends in any case.
    package static let longestSession = 4 * 3600
    /// Seconds between notes that a session is in use.
    private static let noteSeconds = 30

    /// Opens a session for whoever proved to be `principal`, and completes a renewal; returns the cookie's token.
    package func open(
        _ transaction: borrowing Transaction, _ principal: Principal, generation: Int, subject: [UInt8], route: Channel?
    ) throws(StoreError) -> String {
        let now = clock.now
        let token = newToken()
        try directory.complete(transaction, principal, generation: generation)
        let secret = try passphrases.record(transaction.reading, election: election.number, principal)
        try transaction.execute(
            """
            INSERT INTO access_session (election, principal, token, generation, secret_generation, opened_at, seen_at, ends_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """, election.number, principal.text, hash(token: token), generation, secret.generation, now, now,
            now + Authenticator.longestSession)
        try transaction.execute(
            "INSERT INTO access_sign_in (election, principal, at, route) VALUES (?, ?, ?, ?)", election.number,
            principal.text, now, route?.rawValue ?? "none")
        try passphrases.succeed(transaction, election: election.number, subject: subject)
        return token
    }

    /// The session of a cookie; nil when it has ended: by time, by a reissue, a completed renewal or a new secret.
    package func session(_ reading: borrowing Reading, token: String) throws(StoreError) -> Session? {
        let now = clock.now
        let found = try reading.first(
            """
            SELECT id, principal, opened_at, seen_at, ends_at, generation, secret_generation, confirmed_at FROM access_session
            WHERE token = ? AND election = ? AND ends_at > ? AND seen_at > ?
            """, hash(token: token), election.number, now, now - Authenticator.idleSeconds
        ) { (row: borrowing Row) throws(StoreError) -> (Session?, generation: Int, secret: Int) in
            let (name, seen): (String, Int) = (try row[1], try row[3])
            guard let principal = Principal(text: name) else { return (nil, 0, 0) }
            let session = Session(
                id: try row[0], principal: principal, openedAt: try row[2], idleUntil: seen + Authenticator.idleSeconds,
                endsAt: try row[4], confirmedAt: try row[7])
            return (session, try row[5], try row[6])
        }
        guard let found, let session = found.0,
            try directory.isLive(reading, session.principal, generation: found.generation),
            try passphrases.record(reading, election: election.number, session.principal).generation == found.secret
        else { return nil }
        return session
    }

    /// Whether use of a session is to be noted now.
    package func mustNote(_ session: Session) -> Bool {
        clock.now - (session.idleUntil - Authenticator.idleSeconds) >= Authenticator.noteSeconds
    }

    /// Notes that a session is in use.
    package func note(_ transaction: borrowing Transaction, _ session: Session) throws(StoreError) {
        try transaction.execute("UPDATE access_session SET seen_at = ? WHERE id = ?", clock.now, session.id)
    }

    /// Says that whoever holds a session gave a second factor.
    package func confirm(_ transaction: borrowing Transaction, _ session: Session) throws(StoreError) {
        try transaction.execute("UPDATE access_session SET confirmed_at = ? WHERE id = ?", clock.now, session.id)
    }

    /// Signs out.
    package func end(_ transaction: borrowing Transaction, _ session: Session) throws(StoreError) {
        try transaction.execute("DELETE FROM access_session WHERE id = ?", session.id)
    }

    /// Carries a session over a change of its own secret; the principal's other sessions end.
    package func keep(_ transaction: borrowing Transaction, _ session: Session) throws(StoreError) {
        let secret = try passphrases.record(transaction.reading, election: election.number, session.principal)
        try transaction.execute(
            "DELETE FROM access_session WHERE election = ? AND principal = ? AND id <> ?", election.number,
            session.principal.text, session.id)
        try transaction.execute(
            "UPDATE access_session SET secret_generation = ? WHERE id = ?", secret.generation, session.id)
    }

    /// Ends what other browsers of a principal had under way: after a change of secret they begin again.
    package func endOthers(
        _ transaction: borrowing Transaction, _ principal: Principal, but request: Int
    ) throws(StoreError) {
        try transaction.execute(
            "UPDATE access_request SET state = 'ended' WHERE election = ? AND principal = ? AND state = 'verified' AND id <> ?",
            election.number, principal.text, request)
    }

    /// The latest sign-ins, newest first.
    package func signIns(
        _ reading: borrowing Reading, _ principal: Principal, limit: Int
    ) throws(StoreError) -> [SignIn] {
        try reading.all(
            "SELECT at, route FROM access_sign_in WHERE election = ? AND principal = ? ORDER BY at DESC, id DESC LIMIT ?",
            election.number, principal.text, limit
        ) { (row: borrowing Row) throws(StoreError) in
            let route: String = try row[1]
            return SignIn(at: try row[0], route: Channel(rawValue: route))
        }
    }
}
