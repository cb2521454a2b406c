import CCrypto

/// PBKDF2 with HMAC-SHA256 (RFC 8018, section 5.2; libcrypto's).
/// - Returns: `count` bytes.
/// - Parameters:
///   - iterations: at least 1.
///   - count: bytes that are asked for.
package func pbkdf2(_ password: [UInt8], salt: [UInt8], iterations: Int, count: Int = 32) -> [UInt8] {
    var key = [UInt8](repeating: 0, count: count)
    let code = unsafe password.withUnsafeBufferPointer { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { password in
            unsafe PKCS5_PBKDF2_HMAC(
                password.baseAddress, Int32(password.count), salt, Int32(salt.count), Int32(iterations), EVP_sha256(),
                Int32(count), &key)
        }
    }
    precondition(code == 1, "PBKDF2 could not be computed")
    return key
}
