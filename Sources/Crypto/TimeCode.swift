import CCrypto

/// Codes that an authenticator shows (TOTP, RFC 6238, with HMAC-SHA1 and 30 seconds: what every authenticator knows).
package enum TimeCode {
    /// Bytes of a secret: as many as SHA-1 gives (RFC 4226, section 4, R6).
    package static let secretCount = 20
    /// Of each code.
    package static let digits = 6
    /// Seconds for which a code is shown.
    package static let stepSeconds = 30

    /// The step of a time in seconds since 1970.
    package static func step(at time: Int) -> Int { time / stepSeconds }

    /// The code of a step (RFC 4226, section 5.3).
    /// - Parameters:
    ///   - secret: 20 bytes.
    ///   - step: see `step(at:)`.
    /// - Returns: six digits, with zeros in front.
    package static func code(_ secret: Secret, step: Int) -> String {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
        var mac = [UInt8](repeating: 0, count: 20)
        var count: UInt32 = 0
        secret.reveal { key in
            unsafe key.withUnsafeBytes { key in
                _ = unsafe HMAC(EVP_sha1(), key.baseAddress, Int32(key.count), counter, counter.count, &mac, &count)
            }
        }
        precondition(count == 20, "HMAC-SHA1 could not be computed")
        let at = Int(mac[19] & 15)
        let number = mac[at..<at + 4].reduce(0) { $0 << 8 | Int($1) } & 0x7FFF_FFFF
        let text = String(number % 1_000_000)
        return String(repeating: "0", count: digits - text.count) + text
    }

    /// A secret as authenticators take it: Base32 without padding (RFC 4648, section 6).
    package static func base32(_ secret: Secret) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        var (text, buffer, bits): ([UInt8], Int, Int) = ([], 0, 0)
        secret.reveal { bytes in
            for index in bytes.indices {
                buffer = (buffer << 8 | Int(bytes[index])) & 0xFFFF
                bits += 8
                while bits >= 5 {
                    bits -= 5
                    text.append(alphabet[buffer >> bits & 31])
                }
            }
        }
        if bits > 0 { text.append(alphabet[buffer << (5 - bits) & 31]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// What an authenticator reads from the square code.
    /// - Parameters:
    ///   - issuer: whose account it is; shown above the code.
    ///   - account: the member's name.
    /// - Returns: `otpauth://totp/...`; it holds the secret and is shown once.
    package static func address(_ secret: Secret, issuer: String, account: String) -> String {
        "otpauth://totp/\(escaped(issuer)):\(escaped(account))?secret=\(base32(secret))&issuer=\(escaped(issuer))"
    }

    /// Per cent signs for all but unreserved characters (RFC 3986, 2.3).
    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: String(UnicodeScalar(byte))
            default: "%" + hex([byte]).uppercased()
            }
        }.joined()
    }
}
