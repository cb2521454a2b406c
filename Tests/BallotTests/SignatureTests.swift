import BallotCore
import Crypto
import Foundation
import Testing

/// Ed25519 as a voter's browser checks it, against RFC 8032 and against libsodium.
struct SignatureTests {
    private static func isSigned(_ text: [UInt8], _ key: [UInt8], _ signature: [UInt8]) -> Bool {
        Ed25519.isSigned(text.span, by: key.span, signature.span)
    }

    private static func bytes(_ digits: String) -> [UInt8] {
        let digits = Array(digits)
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0..<$0 + 2]), radix: 16) ?? 0 }
    }

    /// The group's order L, and the prime of the field, least significant byte first.
    private static let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
    private static let prime = bytes("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")

    @Test(arguments: [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ])
    func `the vectors of RFC 8032 pass, and no bit of them may change`(key: String, text: String, signature: String) {
        let (key, text, signature) = (
            SignatureTests.bytes(key), SignatureTests.bytes(text), SignatureTests.bytes(signature)
        )
        #expect(SignatureTests.isSigned(text, key, signature))
        for bit in 0..<512 {
            var changed = signature
            changed[bit >> 3] ^= 1 << UInt8(bit & 7)
            #expect(!SignatureTests.isSigned(text, key, changed), "bit \(bit) of the signature")
        }
        for bit in 0..<256 {
            var changed = key
            changed[bit >> 3] ^= 1 << UInt8(bit & 7)
            #expect(!SignatureTests.isSigned(text, changed, signature), "bit \(bit) of the key")
        }
        #expect(!SignatureTests.isSigned(text + [0], key, signature))
        #expect(!SignatureTests.isSigned(text, key, Array(signature.dropLast())))
        #expect(!SignatureTests.isSigned(text, Array(key.dropLast()), signature))
    }

    @Test func `SHA-512 gives the digests of FIPS 180-4, at every length around a block`() {
        var hash = SHA512()
        hash.update(Array("abc".utf8).span)
        let digest = hash.finish()
        #expect(
            hex((0..<64).map { digest[$0] })
                == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"
        )
        // Longer texts are compared through signatures: libsodium hashes them too.
        let pair = SigningKey(seed: Secret([UInt8](repeating: 7, count: 32)))
        for count in 0...300 {
            let text = [UInt8](repeating: UInt8(truncatingIfNeeded: count), count: count)
            #expect(SignatureTests.isSigned(text, pair.publicKey, pair.sign(text)), "\(count) bytes")
        }
    }

    @Test func `libsodium agrees on random signatures and on changed ones`() {
        var generator = SystemRandomNumberGenerator()
        func random(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) } }
        for _ in 0..<300 {
            let pair = SigningKey(seed: Secret(random(32)))
            let text = random(Int.random(in: 0...200, using: &generator))
            let signature = pair.sign(text)
            #expect(SignatureTests.isSigned(text, pair.publicKey, signature))
            var changed = pair.publicKey + signature + text
            let place = Int.random(in: 0..<changed.count, using: &generator)
            changed[place] ^= 1 << UInt8.random(in: 0...7, using: &generator)
            let (key, other, rest) = (Array(changed[..<32]), Array(changed[32..<96]), Array(changed[96...]))
            let ours = SignatureTests.isSigned(rest, key, other)
            #expect(ours == SigningKey.isSigned(rest, by: key, other), "\(hex(changed))")
            #expect(!ours)
        }
    }

    @Test func `a signature with S plus the group's order is refused`() {
        let pair = SigningKey(seed: Secret([UInt8](repeating: 3, count: 32)))
        let text = Array("isoloir".utf8)
        var signature = pair.sign(text)
        var carry = 0
        for index in 0..<32 {
            carry += Int(signature[32 + index]) + Int(SignatureTests.order[index])
            signature[32 + index] = UInt8(carry & 255)
            carry >>= 8
        }
        #expect(carry == 0)
        #expect(!SignatureTests.isSigned(text, pair.publicKey, signature))
        #expect(!SigningKey.isSigned(text, by: pair.publicKey, signature))
    }

    /// The eight points of small order, and spellings of them above the prime.
    private static let smallOrder = [
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]

    @Test(arguments: smallOrder)
    func `a key or an R of small order signs nothing`(point: String) {
        let point = SignatureTests.bytes(point)
        let zero = [UInt8](repeating: 0, count: 32)
        // With such a key, R = the neutral point and S = 0 would fit one text in eight, or all.
        for other in SignatureTests.smallOrder.map(SignatureTests.bytes) {
            for number in 0..<16 {
                let text = [UInt8(number)]
                #expect(!SignatureTests.isSigned(text, point, other + zero))
                #expect(!SigningKey.isSigned(text, by: point, other + zero))
            }
        }
        let pair = SigningKey(seed: Secret([UInt8](repeating: 9, count: 32)))
        #expect(!SignatureTests.isSigned([1], pair.publicKey, point + zero))
    }

    @Test func `a number at the prime or above it is no key`() {
        for least in 0..<19 {
            var key = SignatureTests.prime
            key[0] += UInt8(least)
            for sign in [UInt8(0), 0x80] {
                key[31] = key[31] & 0x7F | sign
                let signature = [UInt8](repeating: 1, count: 64)
                #expect(!SignatureTests.isSigned([], key, signature))
            }
        }
    }
}
