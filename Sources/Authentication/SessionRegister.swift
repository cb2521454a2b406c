import Contacts
import Elections
package import Journal
package import Store

/// The sessions of those who signed in, and when they did.
package struct SessionRegister: Sendable {
    /// The election's number in the store.
    let election: Int
    /// Under which sessions' cookies are kept.
    let tokens: CookieTokens
    /// Who holds what a session was opened with.
    let directory: any AccountDirectory
    let passphrases: PassphraseService
    let clock: Clock

    /// Seconds after which a session ends in any case.
    package static let longestSession = 4 * 3600
    /// How often in its idle time use of a session is noted at most: a note writes, and what is not noted ends it early by a
    /// thirtieth.
    private static let notesInIdle = 30

    /// Opens a session for whoever proved to be `principal`, and completes a renewal; returns the cookie's token.
    package func open(
        _ transaction: borrowing Transaction, _ principal: Principal, generation: Int, from origin: SessionOrigin
    ) throws(StoreError) -> String {
        let (now, subject, route) = (clock.now, origin.subject, origin.route)
        let token = origin.token ?? tokens.new()
        // Two presses at once open one.
        if try find(transaction.reading, token: token) != nil { return token }
        try directory.complete(transaction, principal, generation: generation)
        let secret = try passphrases.record(transaction.reading, election: election, principal)
        try transaction.execute(
            """
            INSERT INTO access_session (election, principal, token, generation, secret_generation, opened_at, seen_at, ends_at,
                idle_seconds)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, election, principal.text, tokens.hash(token), generation, secret.generation, now, now,
            now + SessionRegister.longestSession, origin.device.idleSeconds)
        try transaction.execute(
            "INSERT INTO access_sign_in (election, principal, at, route) VALUES (?, ?, ?, ?)", election,
            principal.text, now, route?.rawValue ?? "none")
        try passphrases.attempts.succeed(transaction, election: election, subject: subject)
        return token
    }

    /// The session of a cookie; nil when it has ended: by time, by a reissue, a completed renewal or a new secret.
    package func find(_ reading: borrowing Reading, token: String) throws(StoreError) -> Session? {
        let now = clock.now
        let found = try reading.first(
            """
            SELECT id, principal, opened_at, seen_at, ends_at, generation, secret_generation, confirmed_at, idle_seconds
            FROM access_session WHERE token = ?1 AND election = ?2 AND ends_at > ?3 AND seen_at + idle_seconds > ?3
            """, tokens.hash(token), election, now
        ) { (row: borrowing Row) throws(StoreError) -> (Session?, generation: Int, secret: Int) in
            let (name, seen, idle): (String, Int, Int) = (try row[1], try row[3], try row[8])
            guard let principal = Principal(text: name) else { return (nil, 0, 0) }
            let session = Session(
                id: try row[0], principal: principal, openedAt: try row[2], idleSeconds: idle,
                idleUntil: seen + idle, endsAt: try row[4], confirmedAt: try row[7])
            return (session, try row[5], try row[6])
        }
        guard let found, let session = found.0,
            try directory.isLive(reading, session.principal, generation: found.generation),
            try passphrases.record(reading, election: election, session.principal).generation == found.secret
        else { return nil }
        return session
    }

    /// Whether use of a session is to be noted now.
    package func mustNote(_ session: Session) -> Bool {
        (clock.now - (session.idleUntil - session.idleSeconds)) * SessionRegister.notesInIdle >= session.idleSeconds
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
        let secret = try passphrases.record(transaction.reading, election: election, session.principal)
        try transaction.execute(
            "DELETE FROM access_session WHERE election = ? AND principal = ? AND id <> ?", election,
            session.principal.text, session.id)
        try transaction.execute(
            "UPDATE access_session SET secret_generation = ? WHERE id = ?", secret.generation, session.id)
    }

    /// The latest sign-ins, newest first.
    package func signIns(
        _ reading: borrowing Reading, _ principal: Principal, limit: Int
    ) throws(StoreError) -> [SignIn] {
        try reading.all(
            "SELECT at, route FROM access_sign_in WHERE election = ? AND principal = ? ORDER BY at DESC, id DESC LIMIT ?",
            election, principal.text, limit
        ) { (row: borrowing Row) throws(StoreError) in
            let route: String = try row[1]
            return SignIn(at: try row[0], route: Channel(rawValue: route))
        }
    }

    /// When a principal signed in first; nil when they never did.
    package func firstSignIn(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> Int? {
        try reading.first(
            "SELECT min(at) FROM access_sign_in WHERE election = ? AND principal = ?", election, principal.text
        ) { (row: borrowing Row) throws(StoreError) -> Int? in try row[0] } ?? nil
    }

    /// Whether a principal has ever signed in.
    package func hasSignedIn(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> Bool {
        try reading.number(
            "SELECT EXISTS (SELECT 1 FROM access_sign_in WHERE election = ? AND principal = ?)", election,
            principal.text) == 1
    }

    /// Hands every principal who has ever signed in to `body`.
    package func eachSignedIn(
        _ reading: borrowing Reading, _ body: (Principal) throws(StoreError) -> Void
    ) throws(StoreError) {
        try reading.each("SELECT DISTINCT principal FROM access_sign_in WHERE election = ?", election) {
            (row: borrowing Row) throws(StoreError) in
            let text: String = try row[0]
            if let principal = Principal(text: text) { try body(principal) }
        }
    }
}
