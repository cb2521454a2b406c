import CCrypto
import CSodium
import Glibc

/// SHA-256 of `bytes`, 32 bytes, as every auditor's tool computes it.
/// - Parameter bytes: all of them in memory; `RunningDigest` takes pieces.
package func sha256(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
    unsafe crypto_hash_sha256(&digest, bytes, UInt64(bytes.count))
    return digest
}

/// SHA-256, 32 bytes, of bytes that stay where they are.
package func sha256(_ bytes: Span<UInt8>) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
    unsafe bytes.withUnsafeBytes { buffer in
        _ = unsafe crypto_hash_sha256(
            &digest, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(buffer.count))
    }
    return digest
}

/// SHA-256 of bytes that arrive piece by piece; by libcrypto, which uses the processor's own instructions: what comes in
/// pieces is long.
@safe package final class RunningDigest {
    private let state: OpaquePointer
    /// libcrypto itself goes on with a finished state, and gives another digest.
    private var isFinished = false

    /// The empty text's state.
    package init() {
        guard let state = unsafe EVP_MD_CTX_new(), unsafe EVP_DigestInit_ex(state, EVP_sha256(), nil) == 1 else {
            preconditionFailure("libcrypto gives no SHA-256")
        }
        unsafe self.state = state
    }

    deinit { unsafe EVP_MD_CTX_free(state) }

    /// Takes further bytes; nothing may follow `finish`.
    package func update(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBytes { buffer in
            precondition(!isFinished, "a finished digest takes no more bytes")
            guard unsafe EVP_DigestUpdate(state, buffer.baseAddress, buffer.count) == 1 else {
                preconditionFailure("libcrypto could not hash")
            }
        }
    }

    /// The digest of everything given so far, 32 bytes; the object is spent afterwards.
    package func finish() -> [UInt8] {
        precondition(!isFinished, "a digest is finished once")
        isFinished = true
        var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        guard unsafe EVP_DigestFinal_ex(state, &digest, nil) == 1 else {
            preconditionFailure("libcrypto could not hash")
        }
        return digest
    }

    /// How much of a file is in memory at once, bytes: few calls, little memory.
    private static let filePiece = 1 << 18

    /// SHA-256 of a file's content, 32 bytes; however long it is, little of it is in memory.
    /// - Throws: `KeyError` that names the file where it cannot be read to its end.
    package static func ofFile(_ path: String) throws(KeyError) -> [UInt8] {
        let (digest, file) = (RunningDigest(), unsafe open(path, O_RDONLY | O_CLOEXEC))
        defer { if file >= 0 { close(file) } }
        var piece = [UInt8](repeating: 0, count: filePiece)
        var count = -1
        while file >= 0 {
            count = unsafe read(file, &piece, piece.count)
            guard count > 0 || (count < 0 && errno == EINTR) else { break }
            if count > 0 { digest.update(piece.span.extracting(first: count)) }
        }
        guard count == 0 else {
            throw KeyError(
                "\(path) cannot be read: \(unsafe String(cString: strerror(errno))).",
                cure: "See that it is there, and that this account may read it.")
        }
        return digest.finish()
    }
}

/// Lower-case hexadecimal.
package func hex(_ bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    return unsafe String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? 48 + value : 87 + value }
        for (index, byte) in bytes.enumerated() {
            unsafe text[2 * index] = digit(byte >> 4)
            unsafe text[2 * index + 1] = digit(byte & 15)
        }
        return 2 * bytes.count
    }
}

/// The bytes of a hexadecimal text in either case, nil when it is none.
package func bytes(hex text: some StringProtocol) -> [UInt8]? {
    var digits: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case 48...57: digits.append(byte - 48)
        case 65...70, 97...102: digits.append((byte | 32) - 87)
        default: return nil
        }
    }
    guard digits.count % 2 == 0 else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}

/// The bytes of a hexadecimal text as `hex` writes it, nil for every other spelling: what is used up once must have one.
package func bytes(canonicalHex text: some StringProtocol) -> [UInt8]? {
    guard text.utf8.allSatisfy({ 48...57 ~= $0 || 97...102 ~= $0 }) else { return nil }
    return bytes(hex: text)
}
