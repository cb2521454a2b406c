import Contacts
import Crypto
import Delivery
import Elections
import Issuance
package import Store

extension Authenticator {
    /// What a typed connection code came to.
    package enum CodeOutcome: Sendable, Equatable {
        /// Right: the browser goes on with this token.
        case verified(token: String)
        /// Not the right one, or one that may be no longer valid: nobody is told which.
        case wrong(left: Int)
        /// No code of this request is good any more, whoever it was for; the attempt does not count.
        case late(since: Int)
        /// The code of a message that this browser has had replaced since; the attempt does not count.
        case older
        /// No attempt is left for this request.
        case exhausted
        /// The request has ended.
        case gone
    }

    /// A code in what was typed, from the text alone; nil when there is none.
    package func readCode(_ typed: String) -> TypedCode? {
        let digits = OneTimeCode.find(
            in: typed, digits: policy.codeDigits...policy.codeDigits + CodeLimits.extraDigits)
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
    /// tried: a right code counts in the browser that asked for it. That a code came too late is said by the request's own
    /// times, and to whoever typed the very code: an unknown identifier's request is answered alike.
    package func check(
        _ transaction: borrowing Transaction, token: String, _ typed: TypedCode
    ) throws(StoreError) -> CodeOutcome {
        let request = try request(transaction.reading, token: token)
        guard let request, request.state != .verified else { return .gone }
        // A printed code has no hour, and a request without a code has none that could be over.
        let isPrinted = typed.symbols != nil && election.election.channels.contains(.letter)
        // By letters alone no code was sent, and what is typed is no printed one.
        let isSent = election.election.channels != [.letter]
        if isOver(request), !isPrinted, isSent, !request.isEmpty { return .late(since: request.codeUntil) }
        let counted = try transaction.execute(
            "UPDATE access_request SET attempts = attempts + 1 WHERE id = ? AND attempts < ?", request.id,
            policy.codeAttempts)
        guard counted == 1 else { return .exhausted }
        try limits.count(transaction, request.subject)
        let isShared = request.isQuiet ? try limits.takeShared(transaction, request) : false
        let mayBeRight = !request.isQuiet || isShared || request.route == .letter
        let match = mayBeRight ? try compare(transaction.reading, request, typed) : .none
        switch match {
        case .right:
            if isShared { try limits.takeSharedBack(transaction, request) }
            return try consume(transaction, request, token: token)
        case .late(let since):
            try takeBack(transaction, request, isShared: isShared)
            return .late(since: since)
        case .none: break
        }
        if try isReplaced(transaction.reading, token: token, request, typed) {
            try takeBack(transaction, request, isShared: isShared)
            return .older
        }
        let left = policy.codeAttempts - request.attempts - 1
        return left > 0 ? .wrong(left: left) : .exhausted
    }

    /// Whether no code that was sent for a request can be good any more, by the time at which it was made alone.
    package func isOver(_ request: CodeRequest) -> Bool { clock.now >= request.codeUntil }

    /// What a typed code is to a request's.
    enum Match {
        case right
        /// The very code, after its time.
        case late(since: Int)
        case none
    }

    /// Compares in constant time with the code of the request, or with the printed one where it came by letter.
    func compare(
        _ reading: borrowing Reading, _ request: CodeRequest, _ typed: TypedCode
    ) throws(StoreError) -> Match {
        let code = try reading.first("SELECT code FROM access_request WHERE id = ?", request.id) {
            (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0]
        }
        guard let code else { return .none }
        let until = try limits.validUntil(reading, source: request.source, codeUntil: request.codeUntil)
        let asDigits = Secret(hash(code: typed.digits ?? "")).matches(Secret(code))
        let asSymbols = typed.symbols.map { Secret(hash(printed: $0)).matches(Secret(code)) } ?? false
        // A printed code has no hour; a sent one has, from the moment in which the relay took it.
        if request.route == .letter { return asSymbols ? .right : .none }
        guard asDigits else { return .none }
        return clock.now < until ? .right : .late(since: until)
    }

    /// Whether a code is that of a message which this sign-in has had replaced. Only of codes with which nobody can do anything
    /// any more, in any browser: what is said of such a one helps nobody who guesses.
    private func isReplaced(
        _ reading: borrowing Reading, token: String, _ request: CodeRequest, _ typed: TypedCode
    ) throws(StoreError) -> Bool {
        let codes = try reading.all(
            """
            SELECT code FROM access_request AS old
            WHERE token = ?1 AND election = ?2 AND state = 'replaced' AND source = id AND NOT EXISTS (
                SELECT 1 FROM access_request WHERE election = ?2 AND subject = ?3 AND source = old.id AND id <> old.id
                    AND state IN ('asked', 'sent'))
            """, hash(token: token), election.number, request.subject
        ) { (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0] }
        let given = hash(code: typed.digits ?? "")
        // Every one is compared, so that the time says nothing.
        return codes.map { Secret(given).matches(Secret($0)) }.contains(true)
    }

    /// Takes an attempt back that was no guess.
    /// - Parameter isShared: whether it was counted at another request's code too.
    private func takeBack(
        _ transaction: borrowing Transaction, _ request: CodeRequest, isShared: Bool
    ) throws(StoreError) {
        if isShared { try limits.takeSharedBack(transaction, request) }
        try transaction.execute(
            "UPDATE access_request SET attempts = max(0, attempts - 1) WHERE id = ?", request.id)
        try limits.uncount(transaction, request.subject)
    }

    /// Uses a right code up in one UPDATE, with a new cookie; `gone` where another browser was faster.
    private func consume(
        _ transaction: borrowing Transaction, _ request: CodeRequest, token: String
    ) throws(StoreError) -> CodeOutcome {
        let next = verifiedToken(request.id, token: token)
        let consumed = try transaction.execute(
            """
            UPDATE access_request SET state = 'verified', token = ?, token_before = ?, sealed = NULL, used_at = ?
            WHERE id = ? AND state IN ('asked', 'sent')
            """, hash(token: next), hash(token: token), clock.now, request.id)
        guard consumed == 1 else { return .gone }
        if request.route != .letter {
            // Whoever else was given this code cannot use it any more.
            try transaction.execute(
                "UPDATE access_request SET state = 'ended' WHERE source = ? AND id <> ? AND state IN ('asked', 'sent')",
                request.source, request.id)
        }
        try limits.uncount(transaction, request.subject)
        return .verified(token: next)
    }
}
