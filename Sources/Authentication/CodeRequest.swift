package import Contacts
import Crypto
import Delivery
import Elections
import Issuance
package import Journal
package import Store

/// A request for a connection code, as the browser that made it sees it.
package struct CodeRequest: Sendable {
    /// `asked` waits for the worker, `sent` has its code or never gets one, `replaced` and `ended` open nothing any
    /// more, `verified` has had its code typed.
    package enum State: String, Sendable { case asked, sent, replaced, verified, ended }
    /// What the code is for.
    package enum Purpose: String, Sendable { case signIn, reset }

    /// The number of the request, which its message has as generation; never given twice.
    package let id: Int
    /// The keyed hash of the identifier that was typed, held by somebody or not.
    package let subject: [UInt8]
    /// Sign-in, or the reset of a forgotten secret.
    package let purpose: Purpose
    /// How far it is.
    package let state: State
    /// Two signs that stand in the message and on the page.
    package let label: String
    /// The request whose message carries the code: itself, or an earlier one when no further message was sent.
    package let source: Int
    /// How often the other channel was asked for.
    package let turns: Int
    /// Codes typed for it, right or wrong; where no code is asked for, 1 once a secret was typed.
    package let attempts: Int
    /// Seconds since 1970, as the next time.
    package let createdAt: Int
    /// When the code can no longer be valid.
    package let codeUntil: Int
    /// Who asked, where it is somebody; known once the worker has looked.
    package let principal: Principal?
    /// The generation of the identifier that is in use or, where it was renewed, of the renewal; known with the
    /// principal.
    package let generation: Int?
    /// The way the code went.
    package let route: Channel?
    /// For a reset: the way by which this browser's sign-in code came, and the reset's must not.
    package let avoid: Channel?
    /// The identifier as it was typed, sealed: what a new secret must not resemble.
    let typed: [UInt8]
    /// Whether the question of the roll was answered, and whether the secret sent with the identifier was given.
    package let isAnswered: Bool
    /// Whether the secret sent with the identifier was typed, so that a new one may be chosen.
    package let isProven: Bool
    /// Whether the roll's question was asked for the sake of a forgotten secret.
    package let wantsReset: Bool
    /// Where the browser asked from; see `CodeAsker`.
    let network: [UInt8]
    /// Digits of the code.
    package let digits: Int
    /// Whether it was made to renew a password.
    package let renews: Bool

    /// Whether no further message was sent for it.
    package var isQuiet: Bool { source != id }
    /// Whether there is no code for it at all: too many were asked for, and the last one's time is over.
    package var isEmpty: Bool { source == 0 }

    /// A row of the columns that every query here lists, in their order.
    static func read(_ row: borrowing Row) throws(StoreError) -> CodeRequest {
        let (principal, route, avoid): (String?, String?, String?) = (try row[10], try row[12], try row[13])
        return CodeRequest(
            id: try row[0], subject: try row[1], purpose: try row.value(2), state: try row.value(3),
            label: try row[4], source: try row[5], turns: try row[6], attempts: try row[7], createdAt: try row[8],
            codeUntil: try row[9], principal: principal.flatMap(Principal.init(text:)), generation: try row[11],
            route: route.flatMap(Channel.init(rawValue:)), avoid: avoid.flatMap(Channel.init(rawValue:)),
            typed: try row[14],
            isAnswered: try row[15], isProven: try row[16], wantsReset: try row[17], network: try row[18],
            digits: try row[19], renews: try row[20])
    }
}

extension Authenticator {
    /// Seconds for which a request's page works: time to look for a letter in a drawer.
    package static let requestSeconds = 3600
    /// Seconds in which a second press of a page's button is taken for the first: as long as people wait for a page before
    /// they press again, and shorter than it takes to change one's mind.
    package static let pressSeconds = 10
    /// Longest life of a code, counted from the request, when the relay is slow.
    static let longestCode = 900
    /// The request of a browser by its cookie; nil when there is none or it has ended.
    package func request(_ reading: borrowing Reading, token: String) throws(StoreError) -> CodeRequest? {
        try reading.first(
            """
            SELECT id, subject, purpose, state, label, source, turns, attempts, created_at, code_until, principal, generation,
                route, avoid, typed, answered, proven, wants_reset, network, digits, renews
            FROM access_request WHERE token = ? AND election = ? AND ends_at > ? AND state IN ('asked', 'sent', 'verified')
            ORDER BY id DESC LIMIT 1
            """, hash(token: token), election.number, clock.now, row: CodeRequest.read)
    }

    /// Makes a request for a code; returns the token for the browser's cookie. The same for everybody: who it is for is
    /// looked up later.
    /// - Parameters:
    ///   - canonical: the identifier in the form that is looked up.
    ///   - asker: where the browser is, and what it showed of itself.
    ///   - renews: whether it is to renew a password.
    ///   - token: nil for a new one; else `pressToken`, under which no request is under way.
    package func ask(
        _ transaction: borrowing Transaction, canonical: String, from asker: CodeAsker, renews: Bool = false,
        token given: String? = nil
    ) throws(StoreError) -> String {
        let token = given ?? newToken()
        let subject = subject(canonical)
        let typed = sealer().seal(Array(canonical.utf8), associated: subject)
        let claim = limits.claim(subject, .signIn, asker)
        try insert(transaction, Order(claim: claim, token: hash(token: token), typed: typed, renews: renews))
        return token
    }

    /// The token of a sign-in that begins with one press: whoever presses twice before the first answer has come means one sign-in,
    /// and a browser that drops the first answer drops its cookie too. It hangs on a key and on what one browser's form held, and
    /// is the same for known and unknown identifiers.
    /// - Parameters:
    ///   - browser: the browser's own token, which nobody else holds.
    ///   - form: what the page's form alone carried.
    package func pressToken(canonical: String, browser: String, form: String) -> String {
        let parts = ["press", realm.rawValue, browser, form, canonical]
        return hex(tokens.hash(parts.map { "\($0.utf8.count):\($0)" }.joined(separator: ",")))
    }

    /// What a press's token came to.
    package enum Press: Sendable, Equatable {
        /// Nothing was begun with it.
        case first
        /// The sign-in that it began, a moment ago, is under way.
        case again
        /// The sign-in that it began, a moment ago, has ended.
        case ended
        /// It began one earlier: this is another.
        case spent
    }

    /// Whether a sign-in was begun with this press's token.
    package func press(_ reading: borrowing Reading, token: String) throws(StoreError) -> Press {
        // No more is read than this: whose request it is would take a moment longer where it is somebody's.
        let latest = try reading.first(
            """
            SELECT created_at, state IN ('asked', 'sent') AND ends_at > ?3 FROM access_request
            WHERE token = ?1 AND election = ?2 ORDER BY id DESC LIMIT 1
            """, hash(token: token), election.number, clock.now
        ) { (row: borrowing Row) throws(StoreError) -> (at: Int, isUnderWay: Bool) in (try row[0], try row[1]) }
        guard let latest else { return .first }
        guard 0..<Authenticator.pressSeconds ~= clock.now - latest.at else { return .spent }
        return latest.isUnderWay ? .again : .ended
    }

    /// Until when a code that is received now works at least: its minutes run from the moment in which the relay took it.
    package func codeHolds(_ request: CodeRequest) -> Int {
        request.codeUntil - Authenticator.longestCode + policy.codeMinutes * 60
    }

    /// A short sign of a request, which the forms of its pages carry. It opens nothing: it tells the pages of one sign-in from
    /// those of another in the same browser.
    package func mark(_ request: CodeRequest) -> String { mark(id: request.id) }

    /// Whether a form is one of the sign-in that is under way: of its request, of one that it replaced, or of one whose code was
    /// typed with a press of which this is the second. A form without a mark is no page's of ours and is judged by what is in it.
    package func isCurrent(_ reading: borrowing Reading, token: String, mark: String) throws(StoreError) -> Bool {
        guard !mark.isEmpty else { return true }
        let ids = try reading.all(
            """
            SELECT id FROM access_request
            WHERE election = ?2 AND (token = ?1 OR token_before = ?1 AND used_at <= ?3 AND used_at + ?4 > ?3)
            """, hash(token: token), election.number, clock.now, Authenticator.pressSeconds
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        return ids.contains { self.mark(id: $0) == mark }
    }

    /// Seconds until another code may be asked for in the same browser. Whoever got no message of their own has nothing to wait
    /// for.
    package func resendWait(_ request: CodeRequest) -> Int {
        let wait = request.isQuiet ? 0 : request.createdAt + policy.codeResendSeconds - clock.now
        return wait > policy.codeResendSeconds ? 0 : max(0, wait)
    }

    /// The identifier that was typed, as it is written in messages: by it a browser's password manager keeps the secret.
    package func shownIdentifier(_ request: CodeRequest) -> String {
        canonical(request).map(shown) ?? ""
    }

    /// The identifier with which a session was opened; nil once its request was removed, two hours after it was made.
    /// Of several requests one whose code was used comes first: anybody may have made the others.
    package func shownIdentifier(_ reading: borrowing Reading, _ session: Session) throws(StoreError) -> String? {
        let found = try reading.first(
            """
            SELECT typed, subject FROM access_request JOIN access_session USING (election, principal, generation)
            WHERE access_session.id = ? ORDER BY used_at IS NULL, access_request.id DESC LIMIT 1
            """, session.id
        ) { (row: borrowing Row) throws(StoreError) -> (typed: [UInt8], subject: [UInt8]) in (try row[0], try row[1]) }
        return found.flatMap { sealer().open($0.typed, associated: $0.subject) }.map {
            shown(String(decoding: $0, as: UTF8.self))
        }
    }

    /// An identifier as messages write it.
    private func shown(_ canonical: String) -> String {
        guard policy.scheme == .random, case .code(let code) = SymbolCode.read(canonical, count: Identifier.randomCount)
        else { return canonical }
        return code.grouped
    }

    /// The identifier that a request was made with.
    package func canonical(_ request: CodeRequest) -> String? {
        sealer().open(request.typed, associated: request.subject).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Asks for the code with which a forgotten secret is replaced, by another channel than the sign-in's.
    func askReset(
        _ transaction: borrowing Transaction, token: String, of request: CodeRequest
    ) throws(StoreError) {
        // A right code has been typed in this browser, and stands for a picture.
        let claim = CodeClaim(subject: request.subject, purpose: .reset, network: request.network, isPictured: true)
        var order = Order(claim: claim, token: hash(token: token), typed: request.typed)
        order.avoid = request.route
        order.isAnswered = request.isAnswered
        try insert(transaction, order)
    }

    /// What asking again came to.
    package enum Again: Sendable, Equatable {
        case asked
        /// Too soon after the last one.
        case wait(seconds: Int)
        /// No further message is sent for now; the last code stays valid.
        case quiet
        /// There is no request to repeat.
        case gone
    }

    /// Asks for another code in the same browser, which replaces the first, perhaps by the other channel.
    package func askAgain(
        _ transaction: borrowing Transaction, token: String, otherChannel: Bool, from asker: CodeAsker
    ) throws(StoreError) -> Again {
        guard let request = try request(transaction.reading, token: token), request.state != .verified else {
            return .gone
        }
        let wait = resendWait(request)
        if wait > 0 { return .wait(seconds: wait) }
        let claim = limits.claim(request.subject, request.purpose, asker)
        guard try limits.allowance(transaction.reading, claim, replacing: request) != nil else { return .quiet }
        try transaction.execute(
            "UPDATE access_request SET state = 'replaced', sealed = NULL WHERE id = ?", request.id)
        var order = Order(claim: claim, token: hash(token: token), typed: request.typed)
        order.turns = request.turns + (otherChannel ? 1 : 0)
        order.avoid = request.avoid
        order.isAnswered = request.isAnswered
        order.renews = request.renews
        try insert(transaction, order)
        return .asked
    }

    /// Lets a request end in so many seconds, and never later than its page would: a device that many share is left in the middle.
    /// - Parameters:
    ///   - verified: seconds for one whose code was typed, or that asks for none.
    ///   - waiting: for one that waits for its code.
    /// - Returns: whether there is one that has not ended.
    package func hold(
        _ transaction: borrowing Transaction, token: String, verified: Int, waiting: Int
    ) throws(StoreError) -> Bool {
        let unverified = policy.codeChannel == .none ? verified : waiting
        let held = try transaction.execute(
            """
            UPDATE access_request
            SET ends_at = min(created_at + ?, ? + CASE state WHEN 'verified' THEN ? ELSE ? END)
            WHERE token = ? AND election = ? AND state IN ('asked', 'sent', 'verified') AND ends_at > ?
            """, Authenticator.requestSeconds, clock.now, verified, unverified, hash(token: token), election.number,
            clock.now)
        return held > 0
    }

    /// Ends what other browsers of a principal had under way: after a change of secret they begin again.
    package func endOthers(
        _ transaction: borrowing Transaction, _ principal: Principal, but request: Int
    ) throws(StoreError) {
        try transaction.execute(
            "UPDATE access_request SET state = 'ended' WHERE election = ? AND principal = ? AND state = 'verified' AND id <> ?",
            election.number, principal.text, request)
    }

    /// Ends a browser's request.
    package func cancel(_ transaction: borrowing Transaction, token: String) throws(StoreError) {
        try transaction.execute(
            "UPDATE access_request SET state = 'ended', sealed = NULL WHERE token = ? AND election = ?",
            hash(token: token), election.number)
    }

    /// What a new request is made of.
    private struct Order {
        let claim: CodeClaim
        let token: [UInt8]
        let typed: [UInt8]
        var turns = 0
        var avoid: Channel?
        var isAnswered = false
        var renews = false
    }

    /// Writes the request with a code of its own, or with the code of the latest request that may be shared.
    private func insert(_ transaction: borrowing Transaction, _ order: Order) throws(StoreError) {
        let (now, claim) = (clock.now, order.claim)
        let allowance = try limits.allowance(transaction.reading, claim)
        let isOrdered = allowance != nil
        let digits = try limits.digits(transaction.reading, claim)
        let code = OneTimeCode.random(digits: digits, from: randomness)
        let label = Authenticator.label(randomness)
        let id = try transaction.insert(
            """
            INSERT INTO access_request (election, token, subject, purpose, state, label, code, sealed, source, turns,
                created_at, code_until, ends_at, avoid, typed, answered, realm, network, pictured, digits, renews)
            VALUES (?, ?, ?, ?, 'asked', ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, election.number, order.token, claim.subject, claim.purpose.rawValue, label, hash(code: code),
            isOrdered ? sealer().seal(Array(code.utf8), associated: order.token) : nil, order.turns, now,
            now + Authenticator.longestCode, now + Authenticator.requestSeconds, order.avoid?.rawValue, order.typed,
            order.isAnswered, realm.rawValue, claim.network, allowance == .pictured, digits,
            order.renews)
        // Without a message of its own the request takes the code of the latest one that is under way.
        let source = isOrdered ? nil : try limits.latest(transaction.reading, claim)
        try transaction.execute(
            """
            UPDATE access_request SET source = coalesce(?2, CASE WHEN ?3 THEN id ELSE 0 END),
                label = coalesce((SELECT label FROM access_request WHERE id = ?2), label),
                code = coalesce((SELECT code FROM access_request WHERE id = ?2), code),
                digits = coalesce((SELECT digits FROM access_request WHERE id = ?2), digits),
                code_until = coalesce((SELECT code_until FROM access_request WHERE id = ?2), code_until)
            WHERE id = ?1
            """, id, source, isOrdered)
    }

    /// Two signs that nobody confuses, a letter and a digit: `K7`.
    private static func label(_ randomness: Randomness) -> String {
        let (letters, digits) = (Array("ACDEFHJKMNPRTVWXY"), Array("34679"))
        return
            "\(letters[randomness.numbers(1, below: letters.count)[0]])\(digits[randomness.numbers(1, below: digits.count)[0]])"
    }
}
