/// A number modulo the group's order q: an exponent, 8 words of 32 bits, least significant first. Its arithmetic takes the
/// same time whatever the numbers are.
package struct Scalar: Sendable, Equatable {
    typealias Words = InlineArray<8, UInt32>

    /// Below q.
    var words: Words

    /// - Parameter words: below q.
    init(_ words: Words) { self.words = words }

    /// A small number, negative ones as q less their size.
    /// - Parameter number: its size must be below 2^32; a larger one stops the program.
    package init(_ number: Int) {
        var words = Words(repeating: 0)
        words[0] = UInt32(number.magnitude)
        let positive = Scalar(words)
        self = number < 0 ? Scalar.zero - positive : positive
    }

    /// The number 0, for sums.
    package static var zero: Scalar { Scalar(Words(repeating: 0)) }

    /// Big-endian bytes, at most 64 of them, modulo q: hashes (32), random bytes (48, so that the remainder is even).
    package init(reducing bytes: Span<UInt8>) {
        var wide = InlineArray<16, UInt32>(repeating: 0)
        for index in 0..<bytes.count {
            let place = bytes.count - 1 - index
            wide[place >> 2] |= UInt32(bytes[index]) &<< UInt32((place & 3) &* 8)
        }
        self = Scalar.reduced(wide)
    }

    /// The number that decimal digits without leading zeros stand for; nil when they are no number below q.
    package init?(decimal text: Span<UInt8>) {
        // 77 digits is q's length.
        guard let words = Decimal.words(text, most: 77, as: Words(repeating: 0)) else { return nil }
        var borrow: Int64 = 0
        for index in 0..<8 { borrow = (Int64(words[index]) &- Int64(GroupNumbers.q[index]) &+ borrow) &>> 32 }
        guard borrow < 0 else { return nil }
        self.words = words
    }

    /// Appends 77 digits at most, without leading zeros.
    package func appendDecimal(to text: inout [UInt8]) { Decimal.append(words, to: &text) }

    /// The number as 32 bytes, least significant first.
    package var littleEndian: InlineArray<32, UInt8> {
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        for index in 0..<32 {
            bytes[index] = UInt8(truncatingIfNeeded: words[index >> 2] &>> UInt32((index & 3) &* 8))
        }
        return bytes
    }

    /// In time that does not depend on the numbers.
    package static func == (left: Scalar, right: Scalar) -> Bool {
        var difference: UInt32 = 0
        for index in 0..<8 { difference |= left.words[index] ^ right.words[index] }
        return difference == 0
    }

    /// Modulo q.
    package static func + (left: Scalar, right: Scalar) -> Scalar {
        var wide = InlineArray<9, UInt32>(repeating: 0)
        var carry: UInt64 = 0
        for index in 0..<8 {
            carry = carry &+ UInt64(left.words[index]) &+ UInt64(right.words[index])
            wide[index] = UInt32(truncatingIfNeeded: carry)
            carry = carry &>> 32
        }
        wide[8] = UInt32(truncatingIfNeeded: carry)
        return Scalar(lowered(wide))
    }

    /// Modulo q.
    package static func - (left: Scalar, right: Scalar) -> Scalar {
        // q - right is at most q, and a sum of both is lowered once.
        var opposite = Words(repeating: 0)
        var borrow: Int64 = 0
        for index in 0..<8 {
            let difference = Int64(GroupNumbers.q[index]) &- Int64(right.words[index]) &+ borrow
            opposite[index] = UInt32(truncatingIfNeeded: difference)
            borrow = difference &>> 32
        }
        return left + Scalar(opposite)
    }

    /// Modulo q.
    package static func * (left: Scalar, right: Scalar) -> Scalar {
        var wide = InlineArray<16, UInt32>(repeating: 0)
        for i in 0..<8 {
            var carry: UInt64 = 0
            for j in 0..<8 {
                let sum = UInt64(left.words[i]) &* UInt64(right.words[j]) &+ UInt64(wide[i &+ j]) &+ carry
                wide[i &+ j] = UInt32(truncatingIfNeeded: sum)
                carry = sum &>> 32
            }
            wide[i &+ 8] = UInt32(truncatingIfNeeded: carry)
        }
        return reduced(wide)
    }

    /// `self` where `mask` is all ones, `other` where it is zero.
    func chosen(over other: Scalar, mask: UInt32) -> Scalar {
        var result = words
        for index in 0..<8 { result[index] = (words[index] & mask) | (other.words[index] & ~mask) }
        return Scalar(result)
    }

    /// Long division by shifting: one bit after the other, the same steps for every number.
    private static func reduced(_ wide: InlineArray<16, UInt32>) -> Scalar {
        var rest = Words(repeating: 0)
        for bit in stride(from: 511, through: 0, by: -1) {
            var shifted = InlineArray<9, UInt32>(repeating: 0)
            var carry = wide[bit >> 5] &>> UInt32(bit & 31) & 1
            for index in 0..<8 {
                shifted[index] = rest[index] &<< 1 | carry
                carry = rest[index] &>> 31
            }
            shifted[8] = carry
            rest = lowered(shifted)
        }
        return Scalar(rest)
    }

    /// A number below 2q, less q where it is q or more.
    private static func lowered(_ number: InlineArray<9, UInt32>) -> Words {
        var less = Words(repeating: 0)
        var borrow: Int64 = 0
        for index in 0..<8 {
            let difference = Int64(number[index]) &- Int64(GroupNumbers.q[index]) &+ borrow
            less[index] = UInt32(truncatingIfNeeded: difference)
            borrow = difference &>> 32
        }
        let keep = UInt32(truncatingIfNeeded: (Int64(number[8]) &+ borrow) &>> 63)
        for index in 0..<8 { less[index] = (number[index] & keep) | (less[index] & ~keep) }
        return less
    }
}
