import Elections
package import Store

/// What became of the press before: by it the second of two presses is led.
package struct FirstPress {
    private let authenticator: Authenticator

    /// - Parameter authenticator: the one that the press was a request to.
    package init(_ authenticator: Authenticator) { self.authenticator = authenticator }

    /// Whether a form is of a request that another has replaced since: the second press of the button that asks for a further
    /// message.
    /// - Parameter isAtOnce: whether it must have been replaced a moment ago.
    package func isReplaced(
        _ reading: borrowing Reading, token: String, mark: String, isAtOnce: Bool = false
    ) throws(StoreError) -> Bool {
        guard !mark.isEmpty, let request = try authenticator.request(reading, token: token),
            authenticator.mark(request) != mark,
            try authenticator.isCurrent(reading, token: token, mark: mark)
        else { return false }
        return !isAtOnce || 0..<Authenticator.pressSeconds ~= authenticator.clock.now - request.createdAt
    }

    /// Whether a browser's sign-in ended with the last wrong code that it had. A right one is none, whatever became of it.
    package func wasExhausted(_ reading: borrowing Reading, token: String) throws(StoreError) -> Bool {
        try reading.number(
            """
            SELECT coalesce((SELECT state = 'ended' AND used_at IS NULL AND attempts >= ?3 FROM access_request
                WHERE token = ?1 AND election = ?2 ORDER BY id DESC LIMIT 1), 0)
            """, authenticator.hash(token: token), authenticator.election.number, authenticator.policy.codeAttempts)
            == 1
    }

    /// Whether a mark is one of the sign-in that opened a session, or of another of the same voter's: of its request, or of one that
    /// it replaced before its code was typed.
    package func hasOpened(
        _ reading: borrowing Reading, _ session: Session, mark: String
    ) throws(StoreError) -> Bool {
        let ids = try reading.all(
            """
            WITH own AS (
                SELECT access_request.id, access_request.token, token_before
                FROM access_request JOIN access_session USING (election, principal, generation)
                WHERE access_session.id = ?1 AND access_request.election = ?2
            )
            SELECT id FROM own
            UNION SELECT id FROM access_request
            WHERE election = ?2 AND token IN (SELECT token FROM own UNION SELECT token_before FROM own)
            """, session.id, authenticator.election.number
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        return ids.contains { authenticator.mark(id: $0) == mark }
    }

    /// The request that opened a session a moment ago, and the session's token; nil where none did.
    package func justOpened(
        _ reading: borrowing Reading, token: String
    ) throws(StoreError) -> (CodeRequest, session: String)? {
        // Its number alone, before it is known that a session was opened: whose request it is would take a moment longer where it is
        // somebody's.
        let latest = try reading.first(
            """
            SELECT id FROM access_request WHERE token = ? AND election = ? AND state = 'ended' ORDER BY id DESC LIMIT 1
            """, authenticator.hash(token: token), authenticator.election.number
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        guard let latest else { return nil }
        let opened = authenticator.sessionToken(latest, token: token)
        guard let session = try authenticator.sessions.find(reading, token: opened),
            0..<Authenticator.pressSeconds ~= authenticator.clock.now - session.openedAt
        else { return nil }
        let request = try reading.first(
            """
            SELECT id, subject, purpose, state, label, source, turns, attempts, created_at, code_until, principal, generation,
                route, avoid, typed, answered, proven, wants_reset, network, digits, renews
            FROM access_request WHERE id = ?
            """, latest, row: CodeRequest.read)
        guard let request else { return nil }
        return (request, opened)
    }
}
