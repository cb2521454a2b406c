import Crypto
import Delivery
import Elections
package import Store

/// How many messages and guesses there may be for one identifier, so that neither its owner's mailbox is filled, nor a code
/// is guessed, nor the owner is kept out by somebody who knows it.
///
/// The chance of all guesses of any 24 hours, which are counted over two days of UTC, for codes of six digits and ten attempts (the longest policy): 30 wrong ones until
/// codes become longer, 10 for each of the 3 short codes that can be live then, 10 for each of the 9 longer ones of an hour,
/// and 1,000 at others' longer ones: 60e-6 + 9 x 24 x 10e-8 + 1000e-8 = 92e-6, less than 1 in 10,000.
package struct CodeLimits: Sendable {
    /// Whose requests they are.
    let realm: Authenticator.Realm
    /// The election's number in the store.
    let election: Int
    /// What the election asks of whoever signs in.
    let policy: AccessPolicy
    let clock: Clock
    let passphrases: PassphraseService
    let outbox: Outbox
    /// Of networks.
    let tokens: LookupKey

    /// Messages in quick succession, ...
    static let burst = 3
    /// ... then one in this many seconds for each network that asks, ...
    static let pace = 900
    /// ... and this many in an hour,
    static let mostAnHour = 6
    /// of which one network has this many at most.
    static let mostOfNetwork = 4
    /// Live codes of one identifier; one network has one fewer, so that whoever asks from elsewhere finds a slot.
    static let mostLive = 3
    /// Messages in an hour beside the pace for those who pass a picture. A network that has had one leaves the last.
    static let mostPictured = 3
    /// Guesses at one code by browsers other than the one it was sent for, ...
    static let mostShared = 20
    /// ... of which one network has this many: its neighbours cannot use up what is there for others, ...
    static let mostSharedOfNetwork = 10
    /// ... and all such guesses for one identifier in two days.
    static let mostSharedADay = 1000
    /// Wrong codes for one identifier in two days after which codes are longer and work is harder.
    static let manyWrong = 30
    /// Digits that codes are longer by then.
    package static let extraDigits = 2
    /// Seconds of the hour in which messages are counted.
    static let hour = 3600

    /// Why a message may be sent.
    enum Allowance { case paced, pictured }

    /// Of a network: what one asks from is told from others, and never read back.
    func hash(network: String) -> [UInt8] { Array(tokens.hash("network:" + network).prefix(16)) }

    /// The wish of a browser for a message, before it is known whether one may be sent.
    func claim(_ subject: [UInt8], _ purpose: CodeRequest.Purpose, _ asker: CodeAsker) -> CodeClaim {
        CodeClaim(
            subject: subject, purpose: purpose, network: hash(network: asker.network),
            isPictured: asker.passedPicture)
    }

    /// A message of the last hour.
    private struct Sent {
        let at: Int
        let isLive: Bool
        let isMine: Bool
        let isPictured: Bool
    }

    /// The messages of the last hour, the latest first. A code that was used shows that its owner is there, and so does an
    /// unlocking: what was sent before does not count.
    private func sent(
        _ reading: borrowing Reading, _ claim: CodeClaim, except replaced: Int = 0
    ) throws(StoreError) -> [Sent] {
        try reading.all(
            """
            SELECT created_at, code_until > ?3 AND state IN ('asked', 'sent') AND id <> ?6, network = ?5, pictured
            FROM access_request
            WHERE election = ?1 AND subject = ?2 AND purpose = ?4 AND created_at > ?3 - ?7 AND created_at <= ?3 + ?8
                AND source = id
                AND id > (SELECT coalesce(max(id), 0) FROM access_request
                    WHERE election = ?1 AND subject = ?2 AND purpose = ?4 AND used_at IS NOT NULL)
                AND id > coalesce((SELECT pace_from FROM access_counter WHERE election = ?1 AND subject = ?2), 0)
            ORDER BY created_at DESC
            """, election, claim.subject, clock.now, claim.purpose.rawValue, claim.network, replaced,
            CodeLimits.hour, CodeLimits.pace
        ) { (row: borrowing Row) throws(StoreError) in
            Sent(at: try row[0], isLive: try row[1], isMine: try row[2], isPictured: try row[3])
        }
    }

    /// Whether a message may be sent for this identifier now, and by what right; nil when it may not.
    /// - Parameter replacing: the request whose code this one's takes the place of.
    func allowance(
        _ reading: borrowing Reading, _ claim: CodeClaim, replacing: CodeRequest? = nil
    ) throws(StoreError) -> Allowance? {
        let all = try sent(reading, claim, except: replacing?.id ?? 0)
        if isPaced(all.filter { !$0.isPictured }) { return .paced }
        guard claim.isPictured else { return nil }
        let pictured = all.filter(\.isPictured)
        let most = CodeLimits.mostPictured - (pictured.contains(where: \.isMine) ? 1 : 0)
        return pictured.count < most ? .pictured : nil
    }

    /// Whether these messages leave room for one more without a picture.
    private func isPaced(_ sent: [Sent]) -> Bool {
        let mine = sent.filter(\.isMine)
        guard sent.count < CodeLimits.mostAnHour, mine.count < CodeLimits.mostOfNetwork,
            sent.count(where: \.isLive) < CodeLimits.mostLive,
            mine.count(where: \.isLive) < CodeLimits.mostLive - 1
        else { return false }
        guard sent.count >= CodeLimits.burst, let last = mine.first?.at else { return true }
        // A clock that was set back keeps nobody waiting until it is there again.
        return last + CodeLimits.pace <= clock.now || last > clock.now + CodeLimits.pace
    }

    /// Seconds until a message is sent again to the network that asked last, without a picture; 0 when one is sent now.
    func paceWait(_ reading: borrowing Reading, _ subject: [UInt8]) throws(StoreError) -> Int {
        let latest = try reading.first(
            """
            SELECT network, created_at FROM access_request
            WHERE election = ? AND subject = ? AND purpose = 'signIn' AND created_at > ? ORDER BY id DESC LIMIT 1
            """, election, subject, clock.now - CodeLimits.hour
        ) { (row: borrowing Row) throws(StoreError) -> (network: [UInt8], at: Int) in (try row[0], try row[1]) }
        guard let latest else { return 0 }
        let claim = CodeClaim(subject: subject, purpose: .signIn, network: latest.network, isPictured: false)
        let paced = try sent(reading, claim).filter { !$0.isPictured }
        guard !isPaced(paced), let last = paced.first?.at else { return 0 }
        return min(CodeLimits.pace, max(1, last + CodeLimits.pace - clock.now))
    }

    /// Makes the messages and the guesses of the past count no more.
    func clearPace(_ transaction: borrowing Transaction, _ subject: [UInt8]) throws(StoreError) {
        try transaction.execute(
            """
            INSERT INTO access_counter (election, subject, day, wrong, in_row, last_at, pace_from)
            VALUES (?1, ?2, ?3, 0, 0, ?4,
                (SELECT coalesce(max(id), 0) FROM access_request WHERE election = ?1 AND subject = ?2))
            ON CONFLICT (election, subject) DO UPDATE SET pace_from = excluded.pace_from, last_at = excluded.last_at
            """, election, subject, clock.now / 86_400, clock.now)
        try transaction.execute(
            "UPDATE access_request SET guesses = 0 WHERE election = ? AND subject = ? AND code_until > ?",
            election, subject, clock.now)
    }

    // MARK: Longer codes

    /// Digits of the next code: more while somebody guesses, and while the most short ones are live that may be.
    func digits(_ reading: borrowing Reading, _ claim: CodeClaim) throws(StoreError) -> Int {
        let short = try reading.number(
            """
            SELECT count(*) FROM access_request WHERE election = ? AND subject = ? AND purpose = ? AND source = id
                AND state IN ('asked', 'sent') AND code_until > ? AND digits <= ? AND created_at > ?
            """, election, claim.subject, claim.purpose.rawValue, clock.now, policy.codeDigits,
            clock.now - CodeLimits.hour)
        var isLong = short >= CodeLimits.mostLive
        if try isUnderAttack(reading, claim.subject) { isLong = true }
        return policy.codeDigits + (isLong ? CodeLimits.extraDigits : 0)
    }

    /// Whether so many wrong codes came for an identifier today and yesterday that guessing must become harder.
    package func isUnderAttack(_ reading: borrowing Reading, _ subject: [UInt8]) throws(StoreError) -> Bool {
        try reading.number(
            """
            SELECT count(*) FROM access_counter WHERE election = ?1 AND subject = ?2
                AND ?4 <= CASE day WHEN ?3 THEN wrong + wrong_before WHEN ?3 - 1 THEN wrong ELSE 0 END
            """, election, subject, clock.now / 86_400, CodeLimits.manyWrong) == 1
    }

    /// Whether an identifier's next secret must be preceded by hard work. Without a code anybody may try one in a new browser at
    /// any time, so that nobody keeps its owner out: there the wait becomes work. Known and unknown identifiers count alike.
    package func wantsHardWork(_ reading: borrowing Reading, _ subject: [UInt8]) throws(StoreError) -> Bool {
        if try isUnderAttack(reading, subject) { return true }
        guard policy.codeChannel == .none else { return false }
        return try passphrases.attempts.wait(reading, election: election, subject: subject) > 0
    }

    // MARK: Wrong codes

    /// Counts a wrong code for the identifier and day, before it is looked at; `consume` takes it back for a right one. What the day
    /// before had stays beside it: any 24 hours lie in two days.
    func count(_ transaction: borrowing Transaction, _ subject: [UInt8]) throws(StoreError) {
        try transaction.execute(
            """
            INSERT INTO access_counter (election, subject, day, wrong, in_row, last_at) VALUES (?1, ?2, ?3, 1, 0, ?4)
            ON CONFLICT (election, subject) DO UPDATE SET wrong = CASE day WHEN ?3 THEN wrong + 1 ELSE 1 END,
                shared = CASE day WHEN ?3 THEN shared ELSE 0 END,
                wrong_before = CASE day WHEN ?3 THEN wrong_before WHEN ?3 - 1 THEN wrong ELSE 0 END,
                shared_before = CASE day WHEN ?3 THEN shared_before WHEN ?3 - 1 THEN shared ELSE 0 END,
                day = ?3, last_at = ?4
            """, election, subject, clock.now / 86_400, clock.now)
    }

    /// Takes a wrong code back from those of the day.
    func uncount(_ transaction: borrowing Transaction, _ subject: [UInt8]) throws(StoreError) {
        try transaction.execute(
            "UPDATE access_counter SET wrong = max(0, wrong - 1) WHERE election = ? AND subject = ?",
            election, subject)
    }

    // MARK: Codes of others

    /// The latest request whose code another browser of this network may still try.
    func latest(_ reading: borrowing Reading, _ claim: CodeClaim) throws(StoreError) -> Int? {
        let found = try reading.all(
            """
            SELECT id, code_until FROM access_request WHERE election = ? AND subject = ? AND purpose = ? AND source = id
                AND state IN ('asked', 'sent') AND code_until > ? ORDER BY created_at DESC, id DESC
            """, election, claim.subject, claim.purpose.rawValue, clock.now
        ) { (row: borrowing Row) throws(StoreError) -> (id: Int, until: Int) in (try row[0], try row[1]) }
        for (id, until) in found where try isShared(reading, source: id, claim.subject, claim.network) {
            // One whose time is over since its message was accepted helps nobody.
            if try validUntil(reading, source: id, codeUntil: until) > clock.now { return id }
        }
        return nil
    }

    /// Whether a code typed for this request can be right at all; a printed one always can.
    package func isServed(_ reading: borrowing Reading, _ request: CodeRequest) throws(StoreError) -> Bool {
        guard request.isQuiet else { return true }
        guard !request.isEmpty else { return false }
        return try isShared(reading, source: request.source, request.subject, request.network)
    }

    /// Whether one more guess at the code of request `source` may be right, by the limits of code, network and day.
    /// - Parameter counted: guesses of this network that are in the sum already and do not count.
    private func isShared(
        _ reading: borrowing Reading, source: Int, _ subject: [UInt8], _ network: [UInt8],
        counted: Int = 0
    ) throws(StoreError) -> Bool {
        let found = try reading.first(
            """
            SELECT guesses, digits, (SELECT coalesce(sum(attempts), 0) FROM access_request
                WHERE election = ?2 AND subject = ?3 AND source = ?1 AND id <> ?1 AND network = ?4
                    AND id > coalesce((SELECT pace_from FROM access_counter WHERE election = ?2 AND subject = ?3), 0)),
                coalesce((SELECT CASE day WHEN ?5 THEN shared + shared_before WHEN ?5 - 1 THEN shared ELSE 0 END
                    FROM access_counter WHERE election = ?2 AND subject = ?3), 0)
            FROM access_request WHERE id = ?1
            """, source, election, subject, network, clock.now / 86_400
        ) { (row: borrowing Row) throws(StoreError) -> (guesses: Int, digits: Int, mine: Int, day: Int) in
            (try row[0], try row[1], try row[2], try row[3])
        }
        guard let found, found.guesses < CodeLimits.mostShared,
            found.mine - counted < CodeLimits.mostSharedOfNetwork,
            found.day < CodeLimits.mostSharedADay
        else { return false }
        // Short codes are for their own browsers alone while somebody guesses.
        if found.digits > policy.codeDigits { return true }
        return try !isUnderAttack(reading, subject)
    }

    /// Counts a guess at another request's code; whether it may be right.
    func takeShared(_ transaction: borrowing Transaction, _ request: CodeRequest) throws(StoreError) -> Bool {
        // The attempt under way stands among those of its network already, and does not count against itself.
        guard !request.isEmpty,
            try isShared(transaction.reading, source: request.source, request.subject, request.network, counted: 1)
        else { return false }
        try transaction.execute("UPDATE access_request SET guesses = guesses + 1 WHERE id = ?", request.source)
        try transaction.execute(
            "UPDATE access_counter SET shared = shared + 1 WHERE election = ? AND subject = ?", election,
            request.subject)
        return true
    }

    /// Takes back what `takeShared` counted: it was no guess.
    func takeSharedBack(_ transaction: borrowing Transaction, _ request: CodeRequest) throws(StoreError) {
        try transaction.execute(
            "UPDATE access_request SET guesses = max(0, guesses - 1) WHERE id = ?", request.source)
        try transaction.execute(
            "UPDATE access_counter SET shared = max(0, shared - 1) WHERE election = ? AND subject = ?",
            election, request.subject)
    }

    /// When a sent code ends: the election's minutes after the relay or gateway took its message, 15 minutes after the
    /// request at most.
    func validUntil(_ reading: borrowing Reading, source: Int, codeUntil: Int) throws(StoreError) -> Int {
        let message = try reading.number("SELECT coalesce(message, 0) FROM access_request WHERE id = ?", source)
        guard let fate = try outbox.fate(reading, message), let accepted = fate.endedAt else { return codeUntil }
        return min(codeUntil, accepted + policy.codeMinutes * 60)
    }
}
