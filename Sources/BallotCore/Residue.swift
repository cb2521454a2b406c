/// A number modulo p (BELENIOS-2048), in Montgomery form: 64 words of 32 bits, least significant first. Its arithmetic takes
/// the same time whatever the numbers are.
package struct Residue: Sendable {
    typealias Words = GroupNumbers.Words

    /// Below p.
    var words: Words

    /// - Parameter words: in Montgomery form, below p.
    init(_ words: Words) { self.words = words }

    /// The neutral element.
    package static var one: Residue { Residue(GroupNumbers.one) }
    /// g, the generator of the group of order q.
    package static var generator: Residue { Residue(GroupNumbers.g) }

    /// The number that decimal digits without leading zeros stand for; nil when they are no number below p.
    package init?(decimal text: Span<UInt8>) {
        // 617 digits is p's length; more are never below it.
        guard var words = Decimal.words(text, most: 617, as: Words(repeating: 0)) else { return nil }
        guard Residue.isBelowPrime(words) else { return nil }
        words = Residue.product(words, GroupNumbers.r2)
        self.words = words
    }

    /// Appends the number's decimal digits.
    package func appendDecimal(to text: inout [UInt8]) {
        var plain = Words(repeating: 0)
        plain[0] = 1
        Decimal.append(Residue.product(words, plain), to: &text)
    }

    /// One Montgomery product: modulo p, in time that does not depend on the numbers.
    package static func * (left: borrowing Residue, right: borrowing Residue) -> Residue {
        Residue(product(left.words, right.words))
    }

    /// `self` where `mask` is all ones, `other` where it is zero.
    func chosen(over other: borrowing Residue, mask: UInt32) -> Residue {
        var result = words
        for index in 0..<64 { result[index] = (words[index] & mask) | (other.words[index] & ~mask) }
        return Residue(result)
    }

    /// In time that does not depend on the numbers.
    package func isEqual(to other: borrowing Residue) -> Bool {
        var difference: UInt32 = 0
        for index in 0..<64 { difference |= words[index] ^ other.words[index] }
        return difference == 0
    }

    /// The power by a public exponent, square and multiply: for tables and checks, not for secrets.
    package func power(_ exponent: borrowing Scalar) -> Residue { power(words: exponent.words) }

    /// - Parameter exponent: 256 bits, not reduced: q itself is one that is asked for.
    func power(words exponent: borrowing InlineArray<8, UInt32>) -> Residue {
        var result = Residue.one
        for bit in stride(from: 255, through: 0, by: -1) {
            result = result * result
            if exponent[bit >> 5] >> UInt32(bit & 31) & 1 == 1 { result = result * self }
        }
        return result
    }

    /// Whether the number lies in the group: neither zero nor of another order than q (protocol section 0).
    package var isMember: Bool { power(words: GroupNumbers.q).isEqual(to: .one) }

    /// Whether the number can be an election's public key: a member other than 1, with which a ballot would be sealed in clear.
    package var isKey: Bool { isMember && !isEqual(to: .one) }

    /// Of a number that is not in Montgomery form.
    private static func isBelowPrime(_ words: borrowing Words) -> Bool {
        var borrow: Int64 = 0
        for index in 0..<64 { borrow = (Int64(words[index]) &- Int64(GroupNumbers.p[index]) &+ borrow) &>> 32 }
        return borrow < 0
    }

    /// a * b / 2^2048 mod p.
    @inline(never)
    static func product(_ a: borrowing Words, _ b: borrowing Words) -> Words {
        var result = Words(repeating: 0)
        var output = result.mutableSpan
        multiply(a.span, b.span, GroupNumbers.p.span, &output)
        return result
    }

    /// Montgomery's product, word by word (Koc, Acar, Kaliski 1996, "CIOS"). Spans without checks: with
    /// checked arrays it takes five times as long. `t` holds 64 zeros, and the result in the end.
    @inline(__always)
    private static func multiply(
        _ a: Span<UInt32>, _ b: Span<UInt32>, _ prime: Span<UInt32>, _ t: inout MutableSpan<UInt32>
    ) {
        // The running total has two words more than the numbers.
        var (top, over): (UInt32, UInt32) = (0, 0)
        var i = 0
        while i < 64 {
            let factor = unsafe UInt64(b[unchecked: i])
            var carry: UInt64 = 0
            var j = 0
            while j < 64 {
                let sum = unsafe UInt64(a[unchecked: j]) &* factor &+ UInt64(t[unchecked: j]) &+ carry
                unsafe t[unchecked: j] = UInt32(truncatingIfNeeded: sum)
                carry = sum &>> 32
                j &+= 1
            }
            var sum = UInt64(top) &+ carry
            top = UInt32(truncatingIfNeeded: sum)
            over = UInt32(truncatingIfNeeded: sum &>> 32)
            let m = unsafe UInt64(t[unchecked: 0] &* GroupNumbers.inverse)
            carry = unsafe (m &* UInt64(prime[unchecked: 0]) &+ UInt64(t[unchecked: 0])) &>> 32
            j = 1
            while j < 64 {
                let sum = unsafe m &* UInt64(prime[unchecked: j]) &+ UInt64(t[unchecked: j]) &+ carry
                unsafe t[unchecked: j &- 1] = UInt32(truncatingIfNeeded: sum)
                carry = sum &>> 32
                j &+= 1
            }
            sum = UInt64(top) &+ carry
            unsafe t[unchecked: 63] = UInt32(truncatingIfNeeded: sum)
            top = over &+ UInt32(truncatingIfNeeded: sum &>> 32)
            i &+= 1
        }
        // Less p where it is p or more: first whether it is, then by mask.
        var borrow: Int64 = 0
        i = 0
        while i < 64 {
            borrow = unsafe (Int64(t[unchecked: i]) &- Int64(prime[unchecked: i]) &+ borrow) &>> 32
            i &+= 1
        }
        let take = ~UInt32(truncatingIfNeeded: (Int64(top) &+ borrow) &>> 63)
        borrow = 0
        i = 0
        while i < 64 {
            let difference = unsafe Int64(t[unchecked: i]) &- Int64(prime[unchecked: i] & take) &+ borrow
            unsafe t[unchecked: i] = UInt32(truncatingIfNeeded: difference)
            borrow = difference &>> 32
            i &+= 1
        }
    }
}
