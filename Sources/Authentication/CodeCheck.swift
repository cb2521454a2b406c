import Crypto
import Delivery
import Elections
import Issuance
package import Store

extension Doorkeeper {
    /// What a typed connection code came to.
    package enum CodeOutcome: Sendable, Equatable {
        /// Right: the browser goes on with this token.
        case verified(token: String)
        /// Not the right one, or no longer valid: nobody is told which.
        case wrong(left: Int)
        /// No attempt is left for this request.
        case exhausted
        /// The request has ended.
        case gone
    }

    /// A code in what was typed, from the text alone; nil when there is none.
    package func readCode(_ typed: String) -> TypedCode? {
        let digits = OneTimeCode.find(in: typed, digits: policy.codeDigits...policy.codeDigits + Doorkeeper.extraDigits)
        var symbols: SymbolCode?
        if case .code(let code) = SymbolCode.read(typed, count: Identifier.printedCodeCount) { symbols = code }
        symbols = symbols ?? SymbolCode.find(in: typed, count: Identifier.printedCodeCount)
        return digits == nil && symbols == nil ? nil : TypedCode(digits: digits, symbols: symbols)
    }

    /// A typed code in the forms that it may have.
    package struct TypedCode: Sendable {
        /// As a one-time code.
        let digits: String?
        /// As a printed code.
        let symbols: SymbolCode?
    }

    /// Checks a code: the attempt is counted first, and a right code is consumed. No attempt is ever put off for what others
    /// tried: a right code counts in the browser that asked for it.
    package func check(
        _ transaction: borrowing Transaction, token: String, _ typed: TypedCode
    ) throws(StoreError) -> CodeOutcome {
        let request = try request(transaction.reading, token: token)
        guard let request, request.state != .verified else { return .gone }
        let counted = try transaction.execute(
            "UPDATE access_request SET attempts = attempts + 1 WHERE id = ? AND attempts < ?", request.id,
            policy.codeAttempts)
        guard counted == 1 else { return .exhausted }
        try count(transaction, request.subject)
        var mayBeRight = true
        if request.isQuiet {
            mayBeRight = try takeShared(transaction, request) || request.route == .letter
        }
        guard mayBeRight, try isRight(transaction.reading, request, typed) else {
            let left = policy.codeAttempts - request.attempts - 1
            return left > 0 ? .wrong(left: left) : .exhausted
        }
        return try consume(transaction, request)
    }

    /// Compares in constant time with the code of the request, or with the printed one where it came by letter.
    private func isRight(
        _ reading: borrowing Reading, _ request: CodeRequest, _ typed: TypedCode
    ) throws(StoreError) -> Bool {
        let code = try reading.first("SELECT code FROM access_request WHERE id = ?", request.id) {
            (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0]
        }
        guard let code else { return false }
        let until = try validUntil(reading, source: request.source, codeUntil: request.codeUntil)
        let asDigits = Secret(hash(code: typed.digits ?? "")).matches(Secret(code))
        let asSymbols = typed.symbols.map { Secret(hash(printed: $0)).matches(Secret(code)) } ?? false
        // A printed code has no hour; a sent one has, from the moment in which the relay took it.
        return request.route == .letter ? asSymbols : asDigits && clock.now < until
    }

    /// When a sent code ends: the election's minutes after the relay or gateway took its message, 15 minutes after the
    /// request at most.
    func validUntil(_ reading: borrowing Reading, source: Int, codeUntil: Int) throws(StoreError) -> Int {
        let message = try reading.number("SELECT coalesce(message, 0) FROM access_request WHERE id = ?", source)
        guard let fate = try outbox.fate(reading, message), let accepted = fate.endedAt else { return codeUntil }
        return min(codeUntil, accepted + policy.codeMinutes * 60)
    }

    /// Counts a wrong code for the identifier and day, before it is looked at; `consume` takes it back for a right one.
    private func count(_ transaction: borrowing Transaction, _ subject: [UInt8]) throws(StoreError) {
        try transaction.execute(
            """
            INSERT INTO access_counter (election, subject, day, wrong, in_row, last_at) VALUES (?1, ?2, ?3, 1, 0, ?4)
            ON CONFLICT (election, subject) DO UPDATE SET wrong = CASE day WHEN ?3 THEN wrong + 1 ELSE 1 END,
                shared = CASE day WHEN ?3 THEN shared ELSE 0 END, day = ?3, last_at = ?4
            """, election.number, subject, clock.now / 86_400, clock.now)
    }

    /// Uses a right code up in one UPDATE, with a new cookie; `gone` where another browser was faster.
    private func consume(
        _ transaction: borrowing Transaction, _ request: CodeRequest
    ) throws(StoreError) -> CodeOutcome {
        let token = newToken()
        let consumed = try transaction.execute(
            """
            UPDATE access_request SET state = 'verified', token = ?, sealed = NULL, used_at = ?
            WHERE id = ? AND state IN ('asked', 'sent')
            """, hash(token: token), clock.now, request.id)
        guard consumed == 1 else { return .gone }
        if request.route != .letter {
            // Whoever else was given this code cannot use it any more.
            try transaction.execute(
                "UPDATE access_request SET state = 'ended' WHERE source = ? AND id <> ? AND state IN ('asked', 'sent')",
                request.source, request.id)
        }
        try transaction.execute(
            "UPDATE access_counter SET wrong = max(0, wrong - 1) WHERE election = ? AND subject = ?",
            election.number, request.subject)
        return .verified(token: token)
    }
}
