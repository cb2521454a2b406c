import CSodium

/// Signs short texts so that anybody can check them (Ed25519, RFC 8032).
package struct SigningKey: Sendable {
    private let secret: Secret
    /// 32 bytes.
    package let publicKey: [UInt8]

    /// - Parameter seed: 32 bytes.
    package init(seed: Secret) {
        var publicKey = [UInt8](repeating: 0, count: Int(crypto_sign_PUBLICKEYBYTES))
        var secretKey = [UInt8](repeating: 0, count: Int(crypto_sign_SECRETKEYBYTES))
        seed.reveal { seed in
            unsafe seed.withUnsafeBufferPointer { seed in
                guard let seed = seed.baseAddress else { return }
                _ = unsafe crypto_sign_seed_keypair(&publicKey, &secretKey, seed)
            }
        }
        self.publicKey = publicKey
        secret = Secret(secretKey)
    }

    /// The signature of a text, 64 bytes.
    package func sign(_ text: [UInt8]) -> [UInt8] {
        var signature = [UInt8](repeating: 0, count: Int(crypto_sign_BYTES))
        secret.reveal { key in
            unsafe key.withUnsafeBufferPointer { key in
                guard let key = key.baseAddress else { return }
                _ = unsafe crypto_sign_detached(&signature, nil, text, UInt64(text.count), key)
            }
        }
        return signature
    }

    /// Whether a signature is this public key's on a text.
    /// Other lengths than 32 and 64 bytes are no key and no signature.
    package static func isSigned(_ text: [UInt8], by publicKey: [UInt8], _ signature: [UInt8]) -> Bool {
        guard publicKey.count == Int(crypto_sign_PUBLICKEYBYTES), signature.count == Int(crypto_sign_BYTES) else {
            return false
        }
        return unsafe crypto_sign_verify_detached(signature, text, UInt64(text.count), publicKey) == 0
    }
}
