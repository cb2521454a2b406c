import CSodium

/// Seals bytes with XChaCha20-Poly1305 and associated data (libsodium's `crypto_aead_xchacha20poly1305_ietf`).
///
/// A sealed value is the 24-byte nonce, the ciphertext and the 16-byte tag. Nonces are 16 random bytes of this sealer
/// followed by a counter: unique within a run by the counter, between runs by the randomness. Not Sendable: one sealer
/// for each thread.
package final class Sealer {
    /// What sealing adds to the length of a value, in bytes.
    package static let overhead = nonceCount + tagCount

    private static let nonceCount = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
    private static let tagCount = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)

    private static let noTag = [UInt8](repeating: 0, count: tagCount)

    private let key: Secret
    private var nonce: [UInt8]
    private var counter: UInt64 = 0

    package init(key: Secret, randomness: Randomness) {
        precondition(key.count == Int(crypto_aead_xchacha20poly1305_ietf_KEYBYTES), "a sealing key has 32 bytes")
        self.key = key
        nonce = randomness.bytes(16) + [UInt8](repeating: 0, count: 8)
    }

    /// Seals `plain`, bound to `associated`.
    package func seal(_ plain: [UInt8], associated: [UInt8]) -> [UInt8] {
        var sealed: [UInt8] = []
        seal(plain.span, associated: associated.span, onto: &sealed)
        return sealed
    }

    /// Seals `plain` and appends the result to `sealed`.
    package func seal(_ plain: Span<UInt8>, associated: Span<UInt8>, onto sealed: inout [UInt8]) {
        counter += 1
        for index in 0..<8 { nonce[16 + index] = UInt8(truncatingIfNeeded: counter >> (8 * UInt64(index))) }
        let start = sealed.count
        sealed.append(contentsOf: nonce)
        unsafe plain.withUnsafeBufferPointer { unsafe sealed.append(contentsOf: $0) }
        sealed.append(contentsOf: Sealer.noTag)
        key.reveal { key in
            unsafe sealed.withUnsafeMutableBufferPointer { output in
                unsafe associated.withUnsafeBufferPointer { associated in
                    unsafe key.withUnsafeBufferPointer { key in
                        guard let output = output.baseAddress, let key = key.baseAddress else { return }
                        // In place: the plain bytes lie where the ciphertext goes.
                        let text = unsafe output + start + Sealer.nonceCount
                        _ = unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                            text, nil, text, UInt64(plain.count), associated.baseAddress, UInt64(associated.count), nil,
                            output + start, key)
                    }
                }
            }
        }
    }

    /// The plain bytes, nil when the value was changed, moved to another place or sealed under another key.
    package func open(_ sealed: [UInt8], associated: [UInt8]) -> [UInt8]? {
        let count = sealed.count - Sealer.overhead
        guard count >= 0 else { return nil }
        var plain = [UInt8](repeating: 0, count: count)
        let code = key.reveal { key in
            unsafe sealed.withUnsafeBufferPointer { sealed in
                unsafe plain.withUnsafeMutableBufferPointer { plain in
                    unsafe key.withUnsafeBufferPointer { key -> Int32 in
                        guard let sealed = sealed.baseAddress, let key = key.baseAddress else { return -1 }
                        return unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
                            plain.baseAddress, nil, nil, sealed + Sealer.nonceCount, UInt64(count + Sealer.tagCount),
                            associated, UInt64(associated.count), sealed, key)
                    }
                }
            }
        }
        return code == 0 ? plain : nil
    }
}
