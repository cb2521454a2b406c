package import Crypto
package import Store

/// Work that a browser does silently before a form is taken: cheap to check, dear to repeat a thousand times.
///
/// A challenge is `minute | bits | nonce | tag` in hexadecimal; the tag binds it to election and form (fields preceded by
/// their length). Solved is it by a number n for which PBKDF2-HMAC-SHA256 with the hash of what was typed as the password and
/// `challenge:n` as the salt begins with `bits` zero bits: a solution serves for one value of one form, once.
package struct ProofOfWork: Sendable {
    /// Iterations of one try: an old telephone makes two thousand tries in two seconds, and the check takes 0.1 ms.
    package static let iterations = 250
    /// Leading zero bits: 256 tries in the mean.
    package static let bits = 8
    /// The same when somebody guesses or floods: 4,096 tries.
    package static let hardBits = 12
    /// Seconds for which a challenge can be used: a page may stay open over lunch.
    static let seconds = 7200
    private static let nonceCount = 12
    private static let tagCount = 16
    /// Digits of the longest number that is looked at.
    private static let longestNumber = 10

    private let election: String
    private let key: LookupKey
    private let clock: Clock
    private let randomness: Randomness

    /// - Parameter election: its name, to which challenges are bound.
    package init(election: String, key: ElectionKey, clock: Clock, randomness: Randomness) {
        (self.election, self.clock, self.randomness) = (election, clock, randomness)
        self.key = LookupKey(key.subkey(.captcha))
    }

    /// A new challenge for a form.
    package func challenge(form: String, bits: Int = bits) -> String {
        var bytes = ProofOfWork.big(clock.now / 60)
        bytes.append(UInt8(bits))
        bytes += randomness.bytes(ProofOfWork.nonceCount)
        return hex(bytes + tag(bytes, form))
    }

    /// The bits that a challenge asks for; whether it is one of ours shows when it is solved.
    package static func bits(of challenge: String) -> Int {
        Int(challenge.dropFirst(8).prefix(2), radix: 16) ?? 0
    }

    /// Whether a number solves a challenge; the cheap checks come first. Whoever accepts it must also spend it.
    package func isSolved(
        _ challenge: String, number: String, typed: String, form: String, leastBits: Int = bits
    ) -> Bool {
        guard number.utf8.count <= ProofOfWork.longestNumber, ProofOfWork.isCanonical(number),
            let bytes = bytes(canonicalHex: challenge),
            bytes.count == 5 + ProofOfWork.nonceCount + ProofOfWork.tagCount
        else { return false }
        let head = Array(bytes[..<(5 + ProofOfWork.nonceCount)])
        let age = clock.now - head[..<4].reduce(0) { $0 << 8 | Int($1) } * 60
        guard Int(head[4]) >= leastBits, age < ProofOfWork.seconds, age > -3600,
            Secret(tag(head, form)).matches(Secret(Array(bytes[(5 + ProofOfWork.nonceCount)...])))
        else { return false }
        let key = pbkdf2(
            Array(hex(sha256(Array(typed.utf8))).utf8), salt: Array("\(challenge):\(number)".utf8),
            iterations: ProofOfWork.iterations, count: 8)
        return key.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }.leadingZeroBitCount >= Int(head[4])
    }

    /// Whether a number is written as numbers are: no sign, no leading zero, nothing else.
    private static func isCanonical(_ number: String) -> Bool {
        Int(number).map { $0 >= 0 && "\($0)".utf8.elementsEqual(number.utf8) } ?? false
    }

    /// A keyed hash of 16 bytes over election, form and the head of a challenge.
    private func tag(_ head: [UInt8], _ form: String) -> [UInt8] {
        var fields = LengthPrefixedFields("pow", election, form)
        fields.append(head.span)
        return key.hash(fields.bytes.span)
    }

    /// Four bytes, the highest first.
    private static func big(_ number: Int) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}

/// The book of challenges that were used.
package struct UsedChallenges: Sendable {
    private let clock: Clock
    /// Longer than any challenge lives, a clock that goes back an hour included.
    private static let seconds = 3 * 3600

    /// - Parameter clock: the one that challenges are made by.
    package init(clock: Clock) { self.clock = clock }

    /// Uses up a challenge in the transaction of the request that it serves; false when it was used before, or is spelled in
    /// another way than ours: the bytes are used up, not one of their spellings.
    package func spend(_ transaction: borrowing Transaction, _ challenge: String) throws(StoreError) -> Bool {
        guard let bytes = bytes(canonicalHex: challenge) else { return false }
        return try transaction.execute(
            "INSERT INTO captcha_spent (hash, expires_at) VALUES (?, ?) ON CONFLICT (hash) DO NOTHING",
            Array(sha256(bytes).prefix(16)), clock.now + UsedChallenges.seconds) == 1
    }

    /// Forgets what has expired.
    package func tidy(_ transaction: borrowing Transaction) throws(StoreError) {
        try transaction.execute("DELETE FROM captcha_spent WHERE expires_at < ?", clock.now)
    }
}
