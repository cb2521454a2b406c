/// A number modulo 2^255 - 19, the field of Ed25519: 8 words of 32 bits, least significant first, at times above the prime.
/// For public numbers alone: its time depends on them.
struct CurveField {
    typealias Words = InlineArray<8, UInt32>

    /// What 2^256 is, modulo the prime.
    private static let fold: UInt64 = 38
    /// 2^255 - 19.
    private static let prime: Words = [
        0xFFFF_FFED, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x7FFF_FFFF,
    ]
    /// The prime less two, the exponent of the inverse (Fermat).
    private static let inverting: Words = [
        0xFFFF_FFEB, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x7FFF_FFFF,
    ]
    /// (prime + 3) / 8, the exponent of a square root but for its sign (RFC 8032, 5.1.3).
    private static let rooting: Words = [
        0xFFFF_FFFE, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF, 0x0FFF_FFFF,
    ]
    /// A square root of -1.
    private static let rootOfMinusOne = CurveField([
        0x4A0E_A0B0, 0xC4EE_1B27, 0xAD2F_E478, 0x2F43_1806, 0x3DFB_D7A7, 0x2B4D_0099, 0x4FC1_DF0B, 0x2B83_2480,
    ])

    private var words: Words

    /// - Parameter words: any number of 256 bits; it stands for what it is modulo the prime.
    init(_ words: Words) { self.words = words }

    static var zero: CurveField { CurveField(Words(repeating: 0)) }

    static var one: CurveField {
        var words = Words(repeating: 0)
        words[0] = 1
        return CurveField(words)
    }

    /// The number of 32 bytes, least significant first; nil when it is the prime or more, so that none has two spellings.
    init?(canonical bytes: Span<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words = Words(repeating: 0)
        for index in 0..<32 { words[index >> 2] |= UInt32(bytes[index]) &<< UInt32((index & 3) &* 8) }
        guard !CurveField.reaches(words, CurveField.prime) else { return nil }
        self.words = words
    }

    /// The one spelling below the prime.
    var canonical: Words {
        var result = words
        let high = result[7] >> 31
        result[7] &= 0x7FFF_FFFF
        _ = CurveField.add(UInt64(high) &* (CurveField.fold / 2), to: &result)
        let (lower, borrow) = CurveField.difference(result, CurveField.prime)
        return borrow ? result : lower
    }

    var isOdd: Bool { canonical[0] & 1 == 1 }
    var isZero: Bool { CurveField.equal(canonical, Words(repeating: 0)) }
    var inverse: CurveField { power(CurveField.inverting) }

    /// A square root; nil for a number that is no square.
    var root: CurveField? {
        let half = power(CurveField.rooting)
        if (half * half - self).isZero { return half }
        let other = half * CurveField.rootOfMinusOne
        return (other * other - self).isZero ? other : nil
    }

    @inline(never)
    static func + (left: CurveField, right: CurveField) -> CurveField {
        var result = Words(repeating: 0)
        var carry: UInt64 = 0
        for index in 0..<8 {
            carry += UInt64(left.words[index]) + UInt64(right.words[index])
            result[index] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        while carry > 0 { carry = add(carry &* fold, to: &result) }
        return CurveField(result)
    }

    @inline(never)
    static func - (left: CurveField, right: CurveField) -> CurveField {
        var (result, borrow) = difference(left.words, right.words)
        // A difference below zero stands there 2^256 too high.
        while borrow {
            var less = Words(repeating: 0)
            less[0] = UInt32(fold)
            (result, borrow) = difference(result, less)
        }
        return CurveField(result)
    }

    @inline(never)
    static func * (left: CurveField, right: CurveField) -> CurveField {
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
        var result = Words(repeating: 0)
        var carry: UInt64 = 0
        for index in 0..<8 {
            carry &+= UInt64(wide[index]) &+ UInt64(wide[index &+ 8]) &* fold
            result[index] = UInt32(truncatingIfNeeded: carry)
            carry = carry &>> 32
        }
        while carry > 0 { carry = add(carry &* fold, to: &result) }
        return CurveField(result)
    }

    /// By square and multiply, from the highest of 256 bits.
    @inline(never)
    private func power(_ exponent: Words) -> CurveField {
        var result = CurveField.one
        for bit in stride(from: 255, through: 0, by: -1) {
            result = result * result
            if exponent[bit >> 5] >> UInt32(bit & 31) & 1 == 1 { result = result * self }
        }
        return result
    }

    // MARK: Words

    /// Adds a small number in place; what is carried out stands for so many times 2^256.
    @inline(never)
    private static func add(_ number: UInt64, to words: inout Words) -> UInt64 {
        var carry = number
        for index in 0..<8 {
            carry += UInt64(words[index])
            words[index] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        return carry
    }

    /// left - right modulo 2^256; `borrow` says that right is the larger one.
    @inline(never)
    static func difference(_ left: Words, _ right: Words) -> (words: Words, borrow: Bool) {
        var result = Words(repeating: 0)
        var borrow: Int64 = 0
        for index in 0..<8 {
            let difference = Int64(left[index]) - Int64(right[index]) + borrow
            result[index] = UInt32(truncatingIfNeeded: difference)
            borrow = difference >> 32
        }
        return (result, borrow < 0)
    }

    /// Whether `left` is `right` or more.
    static func reaches(_ left: Words, _ right: Words) -> Bool { !difference(left, right).borrow }

    /// Whether the words are the same; numbers must be canonical for it.
    static func equal(_ left: Words, _ right: Words) -> Bool {
        for index in 0..<8 where left[index] != right[index] { return false }
        return true
    }
}
