import Crypto
package import Delivery
import Elections
package import Journal
package import Store

/// A request for a connection code, as the browser that made it sees it.
package struct CodeRequest: Sendable {
    package enum State: String, Sendable { case asked, sent, replaced, verified, ended }
    /// What the code is for.
    package enum Purpose: String, Sendable { case signIn, reset }

    package let id: Int
    package let subject: [UInt8]
    package let purpose: Purpose
    package let state: State
    /// Two signs that stand in the message and on the page.
    package let label: String
    /// The request whose message carries the code: itself, or an earlier one when no further message was sent.
    package let source: Int
    /// How often the other channel was asked for.
    package let turns: Int
    package let attempts: Int
    package let createdAt: Int
    /// When the code can no longer be valid.
    package let codeUntil: Int
    /// Who asked, where it is somebody; known once the worker has looked.
    package let principal: Principal?
    package let generation: Int?
    /// The way the code went.
    package let route: Route?
    /// For a reset: the way by which this browser's sign-in code came, and the reset's must not.
    package let avoid: Route?
    /// The identifier as it was typed, sealed: what a new secret must not resemble.
    let typed: [UInt8]
    /// Whether the question of the roll was answered, and whether the secret sent with the identifier was given.
    package let isAnswered: Bool
    package let isProven: Bool
    /// Whether the roll's question was asked for the sake of a forgotten secret.
    package let wantsReset: Bool

    /// Whether no further message was sent for it.
    package var isQuiet: Bool { source != id }
    /// Whether there is no code for it at all: too many were asked for, and the last one's time is over.
    package var isEmpty: Bool { source == 0 }

    static func read(_ row: borrowing Row) throws(StoreError) -> CodeRequest {
        let (principal, route, avoid): (String?, String?, String?) = (try row[10], try row[12], try row[13])
        return CodeRequest(
            id: try row[0], subject: try row[1], purpose: try row.value(2), state: try row.value(3),
            label: try row[4], source: try row[5], turns: try row[6], attempts: try row[7], createdAt: try row[8],
            codeUntil: try row[9], principal: principal.flatMap(Principal.init(text:)), generation: try row[11],
            route: route.flatMap(Route.init(rawValue:)), avoid: avoid.flatMap(Route.init(rawValue:)),
            typed: try row[14],
            isAnswered: try row[15], isProven: try row[16], wantsReset: try row[17])
    }
}

extension Doorkeeper {
    /// Seconds for which a request's page works: time to look for a letter in a drawer.
    package static let requestSeconds = 3600
    /// Longest life of a code, counted from the request, when the relay is slow.
    static let longestCode = 900
    /// Messages with codes for one identifier: this many in quick succession, ...
    static let burst = 3
    /// ... then one in this many seconds, so that somebody who knows an identifier cannot fill its owner's mailbox, ...
    static let pace = 900
    /// ... and this many in an hour.
    static let mostAnHour = 6
    /// Live codes of one identifier.
    static let mostLive = 3
    /// Guesses at one code by browsers other than the one it was sent for: beyond them the code serves that one alone.
    static let mostShared = 20
    /// Wrong codes for one identifier and day after which codes are longer and work is harder.
    static let manyWrong = 30
    /// Digits that codes are longer by then.
    package static let extraDigits = 2

    /// The request of a browser by its cookie; nil when there is none or it has ended.
    package func request(_ reading: borrowing Reading, token: String) throws(StoreError) -> CodeRequest? {
        try reading.first(
            """
            SELECT id, subject, purpose, state, label, source, turns, attempts, created_at, code_until, principal, generation,
                route, avoid, typed, answered, proven, wants_reset
            FROM access_request WHERE token = ? AND election = ? AND ends_at > ? AND state IN ('asked', 'sent', 'verified')
            ORDER BY id DESC LIMIT 1
            """, hash(token: token), election.number, clock.now, row: CodeRequest.read)
    }

    /// Makes a request for a code; returns the token for the browser's cookie. The same for everybody: who it is for is
    /// looked up later.
    /// - Parameter canonical: the identifier in the form that is looked up.
    package func ask(_ transaction: borrowing Transaction, canonical: String) throws(StoreError) -> String {
        let token = newToken()
        let subject = subject(canonical)
        let typed = sealer().seal(Array(canonical.utf8), associated: subject)
        try insert(transaction, Order(subject: subject, token: hash(token: token), typed: typed))
        return token
    }

    /// The identifier that a request was made with.
    package func canonical(_ request: CodeRequest) -> String? {
        sealer().open(request.typed, associated: request.subject).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Asks for the code with which a forgotten secret is replaced, by another channel than the sign-in's.
    func askReset(
        _ transaction: borrowing Transaction, token: String, of request: CodeRequest
    ) throws(StoreError) {
        var order = Order(subject: request.subject, token: hash(token: token), typed: request.typed)
        order.purpose = .reset
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
        _ transaction: borrowing Transaction, token: String, otherChannel: Bool
    ) throws(StoreError) -> Again {
        guard let request = try request(transaction.reading, token: token), request.state != .verified else {
            return .gone
        }
        let wait = request.createdAt + policy.codeResendSeconds - clock.now
        if wait > 0, wait <= policy.codeResendSeconds { return .wait(seconds: wait) }
        guard try mayOrder(transaction.reading, request.subject, request.purpose, replacing: 1) else { return .quiet }
        try transaction.execute(
            "UPDATE access_request SET state = 'replaced', sealed = NULL WHERE id = ?", request.id)
        var order = Order(subject: request.subject, token: hash(token: token), typed: request.typed)
        order.turns = request.turns + (otherChannel ? 1 : 0)
        order.purpose = request.purpose
        order.avoid = request.avoid
        order.isAnswered = request.isAnswered
        try insert(transaction, order)
        return .asked
    }

    /// Ends a browser's request.
    package func cancel(_ transaction: borrowing Transaction, token: String) throws(StoreError) {
        try transaction.execute(
            "UPDATE access_request SET state = 'ended', sealed = NULL WHERE token = ? AND election = ?",
            hash(token: token), election.number)
    }

    /// Whether a message may be sent for this identifier now. A code that was used shows that its owner is there: what was
    /// sent before it does not count.
    private func mayOrder(
        _ reading: borrowing Reading, _ subject: [UInt8], _ purpose: CodeRequest.Purpose, replacing: Int = 0
    ) throws(StoreError) -> Bool {
        let now = clock.now
        let sent = try reading.all(
            """
            SELECT created_at, code_until > ?3 AND state IN ('asked', 'sent') FROM access_request
            WHERE election = ?1 AND subject = ?2 AND purpose = ?4 AND created_at > ?3 - 3600 AND source = id
                AND id > (SELECT coalesce(max(id), 0) FROM access_request
                    WHERE election = ?1 AND subject = ?2 AND purpose = ?4 AND used_at IS NOT NULL)
            ORDER BY created_at DESC
            """, election.number, subject, now, purpose.rawValue
        ) { (row: borrowing Row) throws(StoreError) -> (at: Int, isLive: Bool) in (try row[0], try row[1]) }
        guard sent.count < Doorkeeper.mostAnHour, sent.count(where: \.isLive) < Doorkeeper.mostLive + replacing else {
            return false
        }
        guard sent.count >= Doorkeeper.burst, let last = sent.first?.at else { return true }
        return last + Doorkeeper.pace <= now
    }

    /// What a new request is made of.
    private struct Order {
        let subject: [UInt8]
        let token: [UInt8]
        let typed: [UInt8]
        var purpose = CodeRequest.Purpose.signIn
        var turns = 0
        var avoid: Route?
        var isAnswered = false
    }

    private func insert(_ transaction: borrowing Transaction, _ order: Order) throws(StoreError) {
        let now = clock.now
        let isOrdered = try mayOrder(transaction.reading, order.subject, order.purpose)
        let code = OneTimeCode.random(digits: try digits(transaction.reading, order.subject), from: randomness)
        let label = Doorkeeper.label(randomness)
        let id = try transaction.insert(
            """
            INSERT INTO access_request (election, token, subject, purpose, state, label, code, sealed, source, turns,
                created_at, code_until, ends_at, avoid, typed, answered, realm)
            VALUES (?, ?, ?, ?, 'asked', ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)
            """, election.number, order.token, order.subject, order.purpose.rawValue, label, hash(code: code),
            isOrdered ? sealer().seal(Array(code.utf8), associated: order.token) : nil, order.turns, now,
            now + Doorkeeper.longestCode, now + Doorkeeper.requestSeconds, order.avoid?.rawValue, order.typed,
            order.isAnswered, realm.rawValue)
        // Without a message of its own the request takes the code of the latest one that is under way.
        let source = isOrdered ? nil : try latest(transaction.reading, order.subject, order.purpose)
        try transaction.execute(
            """
            UPDATE access_request SET source = coalesce(?2, CASE WHEN ?3 THEN id ELSE 0 END),
                label = coalesce((SELECT label FROM access_request WHERE id = ?2), label),
                code = coalesce((SELECT code FROM access_request WHERE id = ?2), code),
                code_until = coalesce((SELECT code_until FROM access_request WHERE id = ?2), code_until)
            WHERE id = ?1
            """, id, source, isOrdered)
    }

    private func latest(
        _ reading: borrowing Reading, _ subject: [UInt8], _ purpose: CodeRequest.Purpose
    ) throws(StoreError) -> Int? {
        let found = try reading.first(
            """
            SELECT id, code_until FROM access_request WHERE election = ? AND subject = ? AND purpose = ? AND source = id
                AND state IN ('asked', 'sent') AND code_until > ? AND guesses < ? ORDER BY created_at DESC, id DESC LIMIT 1
            """, election.number, subject, purpose.rawValue, clock.now, Doorkeeper.mostShared
        ) { (row: borrowing Row) throws(StoreError) -> (id: Int, until: Int) in (try row[0], try row[1]) }
        // One whose time is over since its message was accepted helps nobody.
        guard let found, try validUntil(reading, source: found.id, codeUntil: found.until) > clock.now else {
            return nil
        }
        return found.id
    }

    /// Digits of the next code.
    private func digits(_ reading: borrowing Reading, _ subject: [UInt8]) throws(StoreError) -> Int {
        policy.codeDigits + (try isUnderAttack(reading, subject) ? Doorkeeper.extraDigits : 0)
    }

    /// Whether so many wrong codes came for an identifier today that guessing must become harder.
    package func isUnderAttack(_ reading: borrowing Reading, _ subject: [UInt8]) throws(StoreError) -> Bool {
        try reading.number(
            "SELECT count(*) FROM access_counter WHERE election = ? AND subject = ? AND day = ? AND wrong >= ?",
            election.number, subject, clock.now / 86_400, Doorkeeper.manyWrong) == 1
    }

    /// Two signs that nobody confuses, a letter and a digit: `K7`.
    private static func label(_ randomness: Randomness) -> String {
        let (letters, digits) = (Array("ACDEFHJKMNPRTVWXY"), Array("34679"))
        return
            "\(letters[randomness.numbers(1, below: letters.count)[0]])\(digits[randomness.numbers(1, below: digits.count)[0]])"
    }
}
