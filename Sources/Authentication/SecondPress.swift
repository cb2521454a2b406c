import Crypto
import Elections
package import Store

/// The second of two presses, of which the first has been taken while the browser dropped its answer, and the cookie with it: it
/// leads where the first led. Tokens of what a step opens hang on a key and on the token of the step before, so that it opens the
/// same, once; and nobody goes on who does not type the same again.
///
///     browser                      site
///       | code ------------------> | right: this sign-in, under another token
///       | code (pressed again) --> | right still: the same token
///       | secret ----------------> | right: a session
///       | secret (again) --------> | right still: the same session
extension Authenticator {
    /// The token under which a sign-in goes on once its code was typed.
    /// - Parameter request: its number.
    func verifiedToken(_ request: Int, token: String) -> String {
        hex(tokens.hash(step("code", request, token)))
    }

    /// The token of the session that a sign-in opens.
    /// - Parameter request: its number.
    func sessionToken(_ request: Int, token: String) -> String {
        hex(tokens.hash(step("session", request, token)))
    }

    /// What a further token hangs on: never on the token of before alone, which a browser may come to hold again.
    private func step(_ name: String, _ request: Int, _ token: String) -> String {
        "\(realm.rawValue):\(name):\(request):\(token)"
    }

    /// Checks the code of a second press; the attempt is counted first, and there is one beyond those of a code: the first press may
    /// have been the last of them. A used code opens nothing else, and nothing in another browser.
    /// - Returns: `verified` with the token that the first press was given; `gone` for every other press.
    package func checkAgain(
        _ transaction: borrowing Transaction, token: String, _ typed: TypedCode
    ) throws(StoreError) -> CodeOutcome {
        let request = try transaction.reading.first(
            """
            SELECT id, subject, purpose, state, label, source, turns, attempts, created_at, code_until, principal, generation,
                route, avoid, typed, answered, proven, wants_reset, network, digits, renews
            FROM access_request
            WHERE token_before = ?1 AND election = ?2 AND state = 'verified' AND ends_at > ?3 AND used_at <= ?3 AND used_at + ?4 > ?3
            ORDER BY id DESC LIMIT 1
            """, hash(token: token), election.number, clock.now, Authenticator.pressSeconds, row: CodeRequest.read)
        guard let request else { return .gone }
        let counted = try transaction.execute(
            "UPDATE access_request SET attempts = attempts + 1 WHERE id = ? AND attempts <= ?", request.id,
            policy.codeAttempts)
        guard counted == 1 else { return .gone }
        try limits.count(transaction, request.subject)
        switch try compare(transaction.reading, request, typed) {
        case .none: return .gone
        // It was good when it was used.
        case .right, .late:
            try limits.uncount(transaction, request.subject)
            return .verified(token: verifiedToken(request.id, token: token))
        }
    }
}

/// What became of the press before: by it the second of two presses is led.
package struct FirstPress {
    private let authenticator: Authenticator

    /// - Parameter authenticator: the door at which it was pressed.
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
        guard let session = try authenticator.session(reading, token: opened),
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

extension SignInFlow {
    /// Whether the same secret was typed with a sign-in's press a moment ago, and was wrong.
    package func wasWrong(token: String, _ typed: String) -> Bool {
        presses.wasWrong(
            token, authenticator.hash(generated: SecretText.secret(typed)), now: authenticator.clock.now)
    }

    /// Whether the same secret was typed with a sign-in's press a moment ago.
    package func wasTyped(token: String, _ typed: String) -> Bool {
        presses.wasTyped(
            token, authenticator.hash(generated: SecretText.secret(typed)), now: authenticator.clock.now)
    }

    /// Forgets the presses of which no second one can follow any more.
    package func forgetPresses() { presses.tidy(now: authenticator.clock.now) }

    /// Checks the secret of a second press; the attempt is counted first.
    /// - Returns: `gone` for every other press, as for a wrong secret.
    func enterAgain(token: String, _ secret: Secret) throws(StoreError) -> Outcome {
        let begun = try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (SignInAttempt, String)? in
            // Never put off: whoever holds this token has typed the right secret a moment ago.
            guard let (request, session) = try FirstPress(authenticator).justOpened(transaction.reading, token: token),
                try passphrases.begin(transaction, election: election, subject: request.subject, always: true)
            else { return nil }
            return (try visitor(transaction.reading, request, isFirst: false), session)
        }
        guard let (visitor, session) = begun else { return .gone }
        switch match(visitor, secret) {
        case .busy(let seconds):
            try giveBack(visitor.request.subject, of: visitor)
            return .busy(seconds: seconds)
        case .done(let match):
            guard match.generation != nil else { return .gone }
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try passphrases.succeed(transaction, election: election, subject: visitor.request.subject)
            }
            return .opened(token: session)
        }
    }
}
