import CSodium

/// Seals bytes with XChaCha20-Poly1305 and associated data (libsodium's `crypto_aead_xchacha20poly1305_ietf`).
///
/// A sealed value is the 24-byte nonce, the ciphertext and the 16-byte tag. Nonces are 16 random bytes of this sealer
/// followed by a counter: unique within a run by the counter, between runs by the randomness. XChaCha20's first step
/// depends on the random bytes alone and is done once: sealing is ChaCha20-Poly1305 under the subkey it gives, with the
/// same result (draft-irtf-cfrg-xchacha, 2.3). Not Sendable: one sealer for each thread.
package final class Sealer {
    /// What sealing adds to the length of a value, in bytes.
    package static let overhead = nonceCount + tagCount

    private static let nonceCount = Int(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES)
    private static let tagCount = Int(crypto_aead_xchacha20poly1305_ietf_ABYTES)

    private static let prefixCount = Int(crypto_core_hchacha20_INPUTBYTES)

    private let key: Secret
    private let subkey: Secret
    private let prefix: [UInt8]
    private var counter: UInt64 = 0

    /// - Parameter key: 32 bytes; any other length stops the program.
    package init(key: Secret, randomness: Randomness) {
        precondition(key.count == Int(crypto_aead_xchacha20poly1305_ietf_KEYBYTES), "a sealing key has 32 bytes")
        self.key = key
        let prefix = randomness.bytes(Sealer.prefixCount)
        self.prefix = prefix
        subkey = Secret(
            key.reveal { key in
                var subkey = [UInt8](repeating: 0, count: Int(crypto_core_hchacha20_OUTPUTBYTES))
                unsafe key.withUnsafeBufferPointer { key in
                    guard let key = key.baseAddress else { return }
                    _ = unsafe crypto_core_hchacha20(&subkey, prefix, key, nil)
                }
                return subkey
            })
    }

    /// Seals `plain`, bound to `associated`.
    /// - Parameter associated: where the value belongs; not stored with it, and needed to open it.
    package func seal(_ plain: [UInt8], associated: [UInt8]) -> [UInt8] {
        var sealed: [UInt8] = []
        seal(plain.span, associated: associated.span, onto: &sealed)
        return sealed
    }

    /// Seals `plain` and appends the result to `sealed`.
    package func seal(_ plain: Span<UInt8>, associated: Span<UInt8>, onto sealed: inout [UInt8]) {
        counter += 1
        var number = counter.littleEndian
        let start = sealed.count
        sealed.append(contentsOf: repeatElement(0, count: Sealer.overhead + plain.count))
        subkey.reveal { key in
            unsafe sealed.withUnsafeMutableBytes { output in
                unsafe associated.withUnsafeBufferPointer { associated in
                    unsafe key.withUnsafeBufferPointer { key in
                        guard let base = output.baseAddress, let key = key.baseAddress else { return }
                        let nonce = unsafe base + start
                        unsafe prefix.withUnsafeBytes { unsafe output[start...].copyBytes(from: $0) }
                        unsafe (nonce + Sealer.prefixCount).copyMemory(from: &number, byteCount: 8)
                        // In place: the plain bytes lie where the ciphertext goes.
                        let text = unsafe (nonce + Sealer.nonceCount).assumingMemoryBound(to: UInt8.self)
                        unsafe plain.withUnsafeBufferPointer { plain in
                            if let first = plain.baseAddress { unsafe text.update(from: first, count: plain.count) }
                        }
                        // The inner nonce is four zero bytes and the counter.
                        let last = unsafe nonce + Sealer.prefixCount
                        var inner = unsafe (
                            UInt32(0), last.loadUnaligned(as: UInt32.self), (last + 4).loadUnaligned(as: UInt32.self)
                        )
                        unsafe withUnsafeBytes(of: &inner) { inner in
                            guard let inner = unsafe inner.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
                                return
                            }
                            _ = unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
                                text, nil, text, UInt64(plain.count), associated.baseAddress, UInt64(associated.count),
                                nil,
                                inner, key)
                        }
                    }
                }
            }
        }
    }

    /// The plain bytes, nil when the value was changed, moved to another place or sealed under another key.
    /// - Parameter associated: what it was sealed with.
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
