/// SHA-256 (FIPS 180-4), of bytes that arrive piece by piece.
/// In Swift alone, so that browser and server hash by the same code.
package struct SHA256: Sendable {
    /// 32 bytes, in the order in which they are written as hexadecimal digits.
    package typealias Digest = InlineArray<32, UInt8>

    private var state: InlineArray<8, UInt32> = [
        0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
    ]
    /// The block that is being filled, and how many bytes of it are.
    private var block = InlineArray<64, UInt8>(repeating: 0)
    private var filled = 0
    /// Bytes that were taken so far; their number closes the hash.
    private var total: UInt64 = 0

    /// The empty text's state.
    package init() {}

    /// The digest of `bytes`.
    package static func digest(_ bytes: Span<UInt8>) -> Digest {
        var hash = SHA256()
        hash.update(bytes)
        return hash.finish()
    }

    /// Takes further bytes, as many as come; the digest does not depend on how they were cut.
    package mutating func update(_ bytes: Span<UInt8>) {
        total &+= UInt64(bytes.count)
        var at = 0
        if filled > 0 {
            while filled < 64, at < bytes.count { take(bytes[at], &at) }
            guard filled == 64 else { return }
            let full = block
            compress(full.span, at: 0)
            filled = 0
        }
        while bytes.count - at >= 64 {
            compress(bytes, at: at)
            at += 64
        }
        while at < bytes.count { take(bytes[at], &at) }
    }

    /// The digest of all that came. Closes the hash: take a copy before where more may follow.
    package mutating func finish() -> Digest {
        let bits = total &* 8
        append(0x80)
        while filled != 56 { append(0) }
        for shift in stride(from: 56, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: bits &>> UInt64(shift))) }
        var digest = Digest(repeating: 0)
        for index in 0..<32 {
            digest[index] = UInt8(truncatingIfNeeded: state[index >> 2] &>> UInt32(24 - (index & 3) * 8))
        }
        return digest
    }

    /// One byte into the block that is being filled.
    private mutating func take(_ byte: UInt8, _ at: inout Int) {
        block[filled] = byte
        filled += 1
        at += 1
    }

    /// One byte of the padding.
    private mutating func append(_ byte: UInt8) {
        block[filled] = byte
        filled += 1
        if filled == 64 {
            let full = block
            compress(full.span, at: 0)
            filled = 0
        }
    }

    /// One block of 64 bytes into the state.
    @inline(never)
    private mutating func compress(_ bytes: Span<UInt8>, at start: Int) {
        var w = InlineArray<64, UInt32>(repeating: 0)
        for index in 0..<16 {
            let place = start &+ 4 &* index
            unsafe w[unchecked: index] =
                unsafe UInt32(bytes[unchecked: place]) &<< 24 | UInt32(bytes[unchecked: place &+ 1]) &<< 16
                | UInt32(bytes[unchecked: place &+ 2]) &<< 8 | UInt32(bytes[unchecked: place &+ 3])
        }
        for index in 16..<64 {
            let (early, late) = unsafe (w[unchecked: index &- 15], w[unchecked: index &- 2])
            let first = SHA256.turned(early, 7) ^ SHA256.turned(early, 18) ^ (early &>> 3)
            let second = SHA256.turned(late, 17) ^ SHA256.turned(late, 19) ^ (late &>> 10)
            unsafe w[unchecked: index] = unsafe w[unchecked: index &- 16] &+ first &+ w[unchecked: index &- 7] &+ second
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0..<64 {
            let sigma = SHA256.turned(e, 6) ^ SHA256.turned(e, 11) ^ SHA256.turned(e, 25)
            let one =
                unsafe h &+ sigma &+ ((e & f) ^ (~e & g)) &+ SHA256.constants[unchecked: index] &+ w[unchecked: index]
            let two =
                (SHA256.turned(a, 2) ^ SHA256.turned(a, 13) ^ SHA256.turned(a, 22))
                &+ ((a & b) ^ (a & c) ^ (b & c))
            (h, g, f, e) = (g, f, e, d &+ one)
            (d, c, b, a) = (c, b, a, one &+ two)
        }
        state[0] = state[0] &+ a
        state[1] = state[1] &+ b
        state[2] = state[2] &+ c
        state[3] = state[3] &+ d
        state[4] = state[4] &+ e
        state[5] = state[5] &+ f
        state[6] = state[6] &+ g
        state[7] = state[7] &+ h
    }

    @inline(__always)
    private static func turned(_ word: UInt32, _ count: UInt32) -> UInt32 { word &>> count | word &<< (32 &- count) }

    private static let constants: InlineArray<64, UInt32> = [
        0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5,
        0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174,
        0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
        0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7, 0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967,
        0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85,
        0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
        0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
        0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
    ]
}

/// PBKDF2-HMAC-SHA256 (RFC 8018) with a result of 32 bytes: one block.
package enum Stretching {
    /// - Parameter rounds: at least 1.
    /// - Returns: the first 32 bytes.
    package static func stretched(_ password: Span<UInt8>, salt: Span<UInt8>, rounds: Int) -> SHA256.Digest {
        var key = InlineArray<64, UInt8>(repeating: 0)
        if password.count > 64 {
            let digest = SHA256.digest(password)
            for index in 0..<32 { key[index] = digest[index] }
        } else {
            for index in 0..<password.count { key[index] = password[index] }
        }
        // The states after the padded key are the same for every round.
        var (inner, outer) = (SHA256(), SHA256())
        var padded = key
        for index in 0..<64 { padded[index] = key[index] ^ 0x36 }
        inner.update(padded.span)
        for index in 0..<64 { padded[index] = key[index] ^ 0x5C }
        outer.update(padded.span)

        var first = inner
        first.update(salt)
        let number: InlineArray<4, UInt8> = [0, 0, 0, 1]
        first.update(number.span)
        var block = closed(first, outer)
        var result = block
        for _ in 1..<rounds {
            var next = inner
            next.update(block.span)
            block = closed(next, outer)
            for index in 0..<32 { result[index] ^= block[index] }
        }
        return result
    }

    /// The outer hash of the inner digest: HMAC's end.
    private static func closed(_ inner: SHA256, _ outer: SHA256) -> SHA256.Digest {
        var (inner, outer) = (inner, outer)
        let digest = inner.finish()
        outer.update(digest.span)
        return outer.finish()
    }
}
