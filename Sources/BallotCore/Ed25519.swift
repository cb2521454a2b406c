/// Checks Ed25519 signatures (RFC 8032, 5.1.7): a voter's browser checks the receipt with it, since older ones have no such
/// check of their own. Nothing secret passes through here, so time may depend on what is checked.
///
/// Strict: a signature has one spelling alone (S below the group's order, R and key below the prime), and a key or an R of
/// small order, with which one signature would fit many texts, is refused. Without the cofactor, as libsodium checks.
package enum Ed25519 {
    /// Whether the 64 bytes of `signature` are that of the 32 bytes of `key` on the text.
    package static func isSigned(_ text: Span<UInt8>, by key: Span<UInt8>, _ signature: Span<UInt8>) -> Bool {
        guard signature.count == 64, let keyPoint = CurvePoint(key), !keyPoint.isOfSmallOrder,
            let response = CurveScalar(canonical: signature.extracting(32..<64))
        else { return false }
        let commitment = signature.extracting(0..<32)
        var hash = SHA512()
        hash.update(commitment)
        hash.update(key)
        hash.update(text)
        let digest = hash.finish()
        let challenge = CurveScalar(reducing: digest.span)
        let point = CurvePoint.sum(.base, response, keyPoint.negated, challenge)
        guard !point.isOfSmallOrder else { return false }
        let expected = point.encoded
        for index in 0..<32 where expected[index] != commitment[index] { return false }
        return true
    }
}

/// A number below the order L of Ed25519's group.
/// For public numbers alone, as `CurveField`.
struct CurveScalar {
    /// 2^252 + 27742317777372353535851937790883648493.
    private static let order: CurveField.Words = [
        0x5CF5_D3ED, 0x5812_631A, 0xA2F7_9CD6, 0x14DE_F9DE, 0x0000_0000, 0x0000_0000, 0x0000_0000, 0x1000_0000,
    ]

    private let words: CurveField.Words

    /// 32 bytes, least significant first; nil for L or more.
    init?(canonical bytes: Span<UInt8>) {
        var words = CurveField.Words(repeating: 0)
        for index in 0..<32 { words[index >> 2] |= UInt32(bytes[index]) &<< UInt32((index & 3) &* 8) }
        guard !CurveField.reaches(words, CurveScalar.order) else { return nil }
        self.words = words
    }

    /// 64 bytes, least significant first, modulo L.
    init(reducing bytes: Span<UInt8>) {
        var rest = CurveField.Words(repeating: 0)
        for bit in stride(from: 511, through: 0, by: -1) {
            var carry = UInt32(bytes[bit >> 3] >> UInt8(bit & 7) & 1)
            for index in 0..<8 {
                let next = rest[index] >> 31
                rest[index] = rest[index] << 1 | carry
                carry = next
            }
            if CurveField.reaches(rest, CurveScalar.order) {
                rest = CurveField.difference(rest, CurveScalar.order).words
            }
        }
        words = rest
    }

    /// - Parameter place: from 0, the least significant one.
    func bit(_ place: Int) -> Bool { words[place >> 5] >> UInt32(place & 31) & 1 == 1 }
}

/// A point of the curve -x^2 + y^2 = 1 + d x^2 y^2 in extended coordinates (RFC 8032, 5.1.4).
/// x is X/Z, y is Y/Z, and T is XY/Z.
struct CurvePoint {
    private let x: CurveField
    private let y: CurveField
    private let z: CurveField
    private let t: CurveField

    /// The curve's d: -121665/121666.
    private static let d = CurveField([
        0x1359_78A3, 0x75EB_4DCA, 0x4141_D8AB, 0x0070_0A4D, 0x7779_E898, 0x8CC7_4079, 0x2B6F_FE73, 0x5203_6CEE,
    ])
    private static let twiceD = CurveField([
        0x26B2_F159, 0xEBD6_9B94, 0x8283_B156, 0x00E0_149A, 0xEEF3_D130, 0x198E_80F2, 0x56DF_FCE7, 0x2406_D9DC,
    ])
    /// The base point B of RFC 8032, whose y is 4/5.
    static let base = CurvePoint(
        x: CurveField([
            0x8F25_D51A, 0xC956_2D60, 0x9525_A7B2, 0x692C_C760, 0xFDD6_DC5C, 0xC0A4_E231, 0xCD6E_53FE, 0x2169_36D3,
        ]),
        y: CurveField([
            0x6666_6658, 0x6666_6666, 0x6666_6666, 0x6666_6666, 0x6666_6666, 0x6666_6666, 0x6666_6666, 0x6666_6666,
        ]))

    private init(x: CurveField, y: CurveField, z: CurveField, t: CurveField) {
        (self.x, self.y, self.z, self.t) = (x, y, z, t)
    }

    /// A point of affine coordinates.
    private init(x: CurveField, y: CurveField) { self.init(x: x, y: y, z: .one, t: x * y) }

    /// (0, 1).
    static var neutral: CurvePoint { CurvePoint(x: .zero, y: .one) }

    /// The point of 32 bytes (RFC 8032, 5.1.3); nil when they are none, or another spelling of one.
    init?(_ bytes: Span<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var plain = InlineArray<32, UInt8>(repeating: 0)
        for index in 0..<32 { plain[index] = bytes[index] }
        let isOdd = plain[31] >> 7 == 1
        plain[31] &= 0x7F
        guard let y = CurveField(canonical: plain.span) else { return nil }
        let square = y * y
        guard let x = ((square - .one) * (square * CurvePoint.d + .one).inverse).root else { return nil }
        if x.isZero, isOdd { return nil }
        self.init(x: x.isOdd == isOdd ? x : .zero - x, y: y)
    }

    /// The point's 32 bytes.
    var encoded: InlineArray<32, UInt8> {
        let inverse = z.inverse
        let words = (y * inverse).canonical
        var bytes = InlineArray<32, UInt8>(repeating: 0)
        for index in 0..<32 {
            bytes[index] = UInt8(truncatingIfNeeded: words[index >> 2] &>> UInt32((index & 3) &* 8))
        }
        if (x * inverse).isOdd { bytes[31] |= 0x80 }
        return bytes
    }

    /// -P, with the other x.
    var negated: CurvePoint { CurvePoint(x: .zero - x, y: y, z: z, t: .zero - t) }

    /// Whether eight times the point is the neutral one.
    var isOfSmallOrder: Bool {
        let two = self + self
        let four = two + two
        let eight = four + four
        return eight.x.isZero && (eight.y - eight.z).isZero
    }

    /// The sum of two points, equal ones too (RFC 8032, 5.1.4).
    @inline(never)
    static func + (left: CurvePoint, right: CurvePoint) -> CurvePoint {
        let a = (left.y - left.x) * (right.y - right.x)
        let b = (left.y + left.x) * (right.y + right.x)
        let c = left.t * twiceD * right.t
        let product = left.z * right.z
        let (e, f, g, h) = (b - a, product + product - c, product + product + c, b + a)
        return CurvePoint(x: e * f, y: g * h, z: f * g, t: e * h)
    }

    /// [a]A + [b]B, both powers in one pass.
    /// - Parameters: each point is followed by its factor.
    static func sum(_ left: CurvePoint, _ a: CurveScalar, _ right: CurvePoint, _ b: CurveScalar) -> CurvePoint {
        let both = left + right
        var result = CurvePoint.neutral
        for place in stride(from: 252, through: 0, by: -1) {
            result = result + result
            switch (a.bit(place), b.bit(place)) {
            case (true, true): result = result + both
            case (true, false): result = result + left
            case (false, true): result = result + right
            case (false, false): break
            }
        }
        return result
    }
}
