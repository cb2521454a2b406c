import BallotCore
import CGMP

/// A number modulo p (BELENIOS-2048), in Montgomery form: 32 words of 64 bits, least significant first.
package struct Element: Sendable {
    typealias Limbs = InlineArray<32, UInt>
    var limbs: Limbs

    /// Zero, to be written over: no member of the group.
    init() { limbs = Limbs(repeating: 0) }

    /// - Parameter words: already in Montgomery form, of 32 bits.
    init(words: GroupNumbers.Words) {
        limbs = Limbs(repeating: 0)
        for index in 0..<32 { limbs[index] = UInt(words[2 * index]) | UInt(words[2 * index + 1]) << 32 }
    }

    /// Lends the words to a function of GMP.
    func read<Result>(_ body: (UnsafePointer<UInt>) -> Result) -> Result {
        unsafe limbs.span.withUnsafeBufferPointer { buffer in unsafe body(buffer.baseAddress.unsafelyUnwrapped) }
    }

    /// Lends the words to a function of GMP that fills all of them.
    mutating func write(_ body: (UnsafeMutablePointer<UInt>) -> Void) {
        var span = limbs.mutableSpan
        unsafe span.withUnsafeMutableBufferPointer { buffer in
            unsafe body(buffer.baseAddress.unsafelyUnwrapped)
        }
    }
}

/// Products modulo p on GMP's lowest functions. All pointers are to 32 words that nobody else writes meanwhile.
enum Montgomery {
    /// Words of 64 bits of a number.
    static let count = 32
    static let size = mp_size_t(count)
    /// The modulus itself, not in Montgomery form.
    static let prime = Element(words: GroupNumbers.p)
    /// 2^4096 mod p: a product with it brings a number into Montgomery form.
    static let square = Element(words: GroupNumbers.r2)
    static let one = Element(words: GroupNumbers.one)
    /// -p^-1 mod 2^64, from the inverse mod 2^32 by Newton's step.
    static let inverse: UInt = {
        let low = prime.limbs[0]
        let half = 0 &- UInt(GroupNumbers.inverse)
        let whole = half &* (2 &- low &* half)
        return 0 &- whole
    }()

    /// Work space of a product, in words: the double-length product and what `mpn_sec_mul` asks for.
    static let scratch = 2 * count + Int(__gmpn_sec_mul_itch(size, size))

    /// result = a * b / 2^2048 mod p, of public numbers.
    static func multiply(
        _ result: UnsafeMutablePointer<UInt>, _ a: UnsafePointer<UInt>, _ b: UnsafePointer<UInt>,
        _ prime: UnsafePointer<UInt>, _ scratch: UnsafeMutablePointer<UInt>
    ) {
        unsafe __gmpn_mul_n(scratch, a, b, size)
        unsafe reduce(result, scratch, prime)
    }

    /// result = a^2 / 2^2048 mod p, of a public number.
    static func square(
        _ result: UnsafeMutablePointer<UInt>, _ a: UnsafePointer<UInt>, _ prime: UnsafePointer<UInt>,
        _ scratch: UnsafeMutablePointer<UInt>
    ) {
        unsafe __gmpn_sqr(scratch, a, size)
        unsafe reduce(result, scratch, prime)
    }

    /// result = a * b / 2^2048 mod p, in time that does not depend on the numbers.
    static func multiplySecretly(
        _ result: UnsafeMutablePointer<UInt>, _ a: UnsafePointer<UInt>, _ b: UnsafePointer<UInt>,
        _ prime: UnsafePointer<UInt>, _ scratch: UnsafeMutablePointer<UInt>
    ) {
        unsafe __gmpn_sec_mul(scratch, a, size, b, size, scratch + 2 * count)
        unsafe reduce(result, scratch, prime)
    }

    /// Montgomery's reduction of a double-length number, word by word: each step clears a low word and leaves its carry there.
    static func reduce(
        _ result: UnsafeMutablePointer<UInt>, _ double: UnsafeMutablePointer<UInt>, _ prime: UnsafePointer<UInt>
    ) {
        let inverse = inverse
        for index in 0..<count {
            let factor = unsafe double[index] &* inverse
            unsafe double[index] = unsafe __gmpn_addmul_1(double + index, prime, size, factor)
        }
        let carry = unsafe __gmpn_add_n(result, double + count, double, size)
        // Once less p where the sum is p or more, by mask: a borrow that no carry pays for says that it is not.
        let borrow = unsafe __gmpn_sub_n(double, result, prime, size)
        _ = unsafe __gmpn_cnd_sub_n(carry | (borrow ^ 1), result, result, prime, size)
    }
}
