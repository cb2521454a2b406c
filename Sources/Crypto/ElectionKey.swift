import CSodium

/// The one key of an election, from which the key of each purpose is derived (libsodium's `crypto_kdf`).
package struct ElectionKey: Sendable {
    /// What a subkey is for. The numbers are part of what is stored: never reused, never changed.
    package enum Purpose: UInt64, Sendable {
        case identifiers = 1
        case contacts = 2
        case contactIndex = 3
        case outbox = 4
        case journal = 5
        case rowDigest = 6
        case backup = 7
        case access = 8
        case captcha = 9
        case forms = 10
        case receipts = 11
        case box = 12
        case voteReceipts = 13
        case staff = 14
        case boxSums = 15
    }

    /// Length in bytes.
    package static let count = Int(crypto_kdf_KEYBYTES)

    let secret: Secret

    /// Fails when `secret` has another length than `count`.
    package init?(_ secret: Secret) {
        guard secret.count == ElectionKey.count else { return nil }
        self.secret = secret
    }

    /// A new key.
    package init(from randomness: Randomness) { secret = Secret(randomness.bytes(ElectionKey.count)) }

    /// The subkey of a purpose, 32 bytes.
    package func subkey(_ purpose: Purpose) -> Secret {
        var subkey = [UInt8](repeating: 0, count: 32)
        secret.reveal { key in
            unsafe key.withUnsafeBufferPointer { key in
                guard let key = key.baseAddress else { return }
                _ = unsafe crypto_kdf_derive_from_key(&subkey, 32, purpose.rawValue, "isoloir1", key)
            }
        }
        return Secret(subkey)
    }
}
