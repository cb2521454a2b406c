package import Authentication
package import Crypto
import Elections
import Issuance
import Journal
package import Store

/// The authenticator of a member: enrolled at the first sign-in, asked for at every later one.
///
///     browser           SecondFactor                         store
///       | (signed in) -> | begin: a secret, not in force --> |
///       | code --------> | enrol: in force, ten spare codes   |
///       | code --------> | count, compare, step never twice   |
package struct SecondFactor: Sendable {
    let register: StaffRegister

    /// Spare codes, for who has lost the telephone.
    private static let spareCount = 10
    /// Symbols of a spare code, the check symbol among them: 45 bits.
    private static let spareSymbols = 10
    /// Steps before and after the present one whose codes are taken: clocks differ.
    private static let tolerance = 1

    /// The members of the register's election.
    package init(_ register: StaffRegister) { self.register = register }

    private var election: StoredElection { register.election }
    private var now: Int { register.clock.now }

    /// The secret that a member is about to enrol: made at the first call, the same until it is in force.
    package func begin(_ transaction: borrowing Transaction, _ member: StaffMember) throws(StoreError) -> Secret? {
        guard !member.hasFactor else { return nil }
        if let known = try secret(transaction.reading, member) { return known }
        let secret = Secret(register.randomness.bytes(TimeCode.secretCount))
        let sealed = secret.reveal { bytes in
            register.sealer().seal(bytes.indices.map { bytes[$0] }, associated: place(member))
        }
        try transaction.execute(
            "UPDATE staff_member SET factor = ?, factor_step = 0 WHERE id = ? AND factor_at IS NULL", sealed, member.id)
        return secret
    }

    /// What a typed code came to.
    package enum Outcome: Sendable, Equatable {
        case right
        case wrong
        /// Too many wrong ones: the next attempt is due in so many seconds.
        case wait(seconds: Int)
    }

    /// Puts an authenticator in force by its first code.
    /// - Parameter source: the address that it came from, for the journal.
    /// - Returns: what the code came to, and the spare codes, which are shown this once.
    package func enrol(
        _ transaction: borrowing Transaction, _ member: StaffMember, _ session: Session,
        at authenticator: Authenticator,
        _ typed: String, from source: String
    ) throws(StoreError) -> (Outcome, spare: [String]) {
        guard !member.hasFactor, let secret = try secret(transaction.reading, member) else { return (.wrong, []) }
        let outcome = try counted(transaction, member) { () throws(StoreError) in
            try use(transaction, secret, member, typed)
        }
        guard outcome == .right else { return (outcome, []) }
        try transaction.execute("UPDATE staff_member SET factor_at = ? WHERE id = ?", now, member.id)
        try transaction.execute("DELETE FROM staff_spare WHERE member = ?", member.id)
        let codes = (0..<SecondFactor.spareCount).map { _ in
            SymbolCode.random(count: SecondFactor.spareSymbols, from: register.randomness)
        }
        for code in codes {
            try transaction.execute(
                "INSERT INTO staff_spare (member, hash) VALUES (?, ?)", member.id, hash(code, member))
        }
        try authenticator.sessions.confirm(transaction, session)
        try register.journal.record(
            transaction, election: election.election.id, by: member.principal, .staffFactor,
            ["name": member.name, "from": source])
        return (.right, codes.map(\.grouped))
    }

    /// Checks a code of the authenticator, or a spare one, and confirms the session.
    /// - Parameter source: the address that it came from, for the journal: what the session does later came from there.
    package func confirm(
        _ transaction: borrowing Transaction, _ member: StaffMember, _ session: Session,
        at authenticator: Authenticator,
        _ typed: String, from source: String
    ) throws(StoreError) -> Outcome {
        guard member.hasFactor, let secret = try secret(transaction.reading, member) else { return .wrong }
        let outcome = try counted(transaction, member) { () throws(StoreError) in
            if try use(transaction, secret, member, typed) { return true }
            return try useSpare(transaction, member, typed)
        }
        guard outcome == .right else { return outcome }
        try authenticator.sessions.confirm(transaction, session)
        try register.journal.record(
            transaction, election: election.election.id, by: member.principal, .staffSignIn,
            ["name": member.name, "from": source])
        return .right
    }

    /// What a member's authenticator shows now, for a demo in which nobody has a telephone; nil before one is begun.
    package func present(_ reading: borrowing Reading, _ member: StaffMember) throws(StoreError) -> String? {
        try secret(reading, member).map { TimeCode.code($0, step: TimeCode.step(at: now)) }
    }

    /// Spare codes that were not used.
    package func spareLeft(_ reading: borrowing Reading, _ member: StaffMember) throws(StoreError) -> Int {
        try reading.number("SELECT count(*) FROM staff_spare WHERE member = ? AND used_at IS NULL", member.id)
    }

    // MARK: Underneath

    /// Counts an attempt before `isRight` looks at it.
    private func counted(
        _ transaction: borrowing Transaction, _ member: StaffMember, _ isRight: () throws(StoreError) -> Bool
    ) throws(StoreError) -> Outcome {
        let subject = AttemptLimiter.Subject.factor(member.principal).bytes
        guard try register.passphrases.attempts.begin(transaction, election: election.number, subject: subject) else {
            return .wait(
                seconds: try register.passphrases.attempts.wait(
                    transaction.reading, election: election.number, subject: subject)
            )
        }
        guard try isRight() else { return .wrong }
        try register.passphrases.attempts.succeed(transaction, election: election.number, subject: subject)
        return .right
    }

    /// The secret of an authenticator, in force or about to be; nil when none was begun.
    private func secret(_ reading: borrowing Reading, _ member: StaffMember) throws(StoreError) -> Secret? {
        let sealed = try reading.first("SELECT factor FROM staff_member WHERE id = ?", member.id) {
            (row: borrowing Row) throws(StoreError) -> [UInt8]? in try row[0]
        }
        guard let sealed = sealed ?? nil else { return nil }
        guard let plain = register.sealer().open(sealed, associated: place(member)) else {
            throw StoreError(
                .damaged, "The authenticator of \(member.name) does not open.", cure: "Run `store check`.")
        }
        return Secret(plain)
    }

    private func place(_ member: StaffMember) -> [UInt8] { register.place("factor:\(member.name)") }

    /// Whether the code is one of a step that was not used yet; a step is used once (RFC 6238, section 5.2).
    private func use(
        _ transaction: borrowing Transaction, _ secret: Secret, _ member: StaffMember, _ typed: String
    ) throws(StoreError) -> Bool {
        guard let digits = OneTimeCode.find(in: typed, digits: TimeCode.digits...TimeCode.digits) else { return false }
        let present = TimeCode.step(at: now)
        var matched: Int?
        for step in present - SecondFactor.tolerance...present + SecondFactor.tolerance
        where Secret(TimeCode.code(secret, step: step)).matches(Secret(digits)) { matched = step }
        guard let matched else { return false }
        return try transaction.execute(
            "UPDATE staff_member SET factor_step = ?1 WHERE id = ?2 AND factor_step < ?1", matched, member.id) == 1
    }

    /// Uses a spare code up; false where it is none of this member's, or was used.
    private func useSpare(
        _ transaction: borrowing Transaction, _ member: StaffMember, _ typed: String
    ) throws(StoreError) -> Bool {
        guard case .code(let code) = SymbolCode.read(typed, count: SecondFactor.spareSymbols) else { return false }
        return try transaction.execute(
            "UPDATE staff_spare SET used_at = ? WHERE member = ? AND hash = ? AND used_at IS NULL", now, member.id,
            hash(code, member)) == 1
    }

    /// The form in which a spare code is stored.
    private func hash(_ code: SymbolCode, _ member: StaffMember) -> [UInt8] {
        Issuer.lookup(register.key).hash("spare:\(member.id):\(code.canonical)")
    }
}
