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
