import CSodium
import Glibc

/// One file sealed as a stream (libsodium's secretstream), for backups of any size in constant memory. Truncation,
/// reordering and any changed byte are found.
package struct SealedFile {
    private static let mark = Array("ISOLOIR SEALED FILE 1\n".utf8)
    /// Bytes sealed at a time: large enough that the tags cost nothing, small enough for any machine.
    private static let chunk = 1 << 16
    private static let added = Int(crypto_secretstream_xchacha20poly1305_ABYTES)
    private static let headerCount = Int(crypto_secretstream_xchacha20poly1305_HEADERBYTES)

    private let key: Secret

    /// - Parameter key: 32 bytes.
    package init(key: Secret) { self.key = key }

    /// Seals the file `source` into the new file `target`; on failure `target` is removed.
    /// - Throws: where `target` is there already, or the disk fails.
    package func seal(_ source: String, into target: String) throws(KeyError) {
        try SealedFile.convert(source, into: target) { input, output throws(KeyError) in
            var state = crypto_secretstream_xchacha20poly1305_state()
            var header = [UInt8](repeating: 0, count: SealedFile.headerCount)
            key.reveal { key in
                unsafe key.withUnsafeBufferPointer { key in
                    guard let key = key.baseAddress else { return }
                    _ = unsafe crypto_secretstream_xchacha20poly1305_init_push(&state, &header, key)
                }
            }
            try output.write(SealedFile.mark + header)
            var piece = try input.read(SealedFile.chunk)
            while true {
                let next = try piece.count < SealedFile.chunk ? [] : input.read(SealedFile.chunk)
                let isLast = next.isEmpty
                let tag = isLast ? crypto_secretstream_xchacha20poly1305_tag_final() : 0
                var sealed = [UInt8](repeating: 0, count: piece.count + SealedFile.added)
                unsafe crypto_secretstream_xchacha20poly1305_push(
                    &state, &sealed, nil, piece, UInt64(piece.count), nil, 0, tag)
                try output.write(sealed)
                if isLast { return }
                piece = next
            }
        }
    }

    /// Opens the sealed file `source` into the new file `target`; on failure `target` is removed.
    /// - Throws: where `target` is there already, the key is another one, or a byte is changed or lacks.
    package func open(_ source: String, into target: String) throws(KeyError) {
        let damaged = KeyError(
            "\(source) is not a sealed file of this key, or it is damaged or cut short.",
            cure: "Check the key folder, or use another copy. Nothing was changed.")
        try SealedFile.convert(source, into: target) { input, output throws(KeyError) in
            let start = try input.read(SealedFile.mark.count + SealedFile.headerCount)
            guard start.starts(with: SealedFile.mark), start.count == SealedFile.mark.count + SealedFile.headerCount
            else { throw damaged }
            var state = crypto_secretstream_xchacha20poly1305_state()
            let header = Array(start.dropFirst(SealedFile.mark.count))
            let code = key.reveal { key in
                unsafe key.withUnsafeBufferPointer { key -> Int32 in
                    guard let key = key.baseAddress else { return -1 }
                    return unsafe crypto_secretstream_xchacha20poly1305_init_pull(&state, header, key)
                }
            }
            guard code == 0 else { throw damaged }
            while true {
                let sealed = try input.read(SealedFile.chunk + SealedFile.added)
                guard sealed.count >= SealedFile.added else { throw damaged }
                var plain = [UInt8](repeating: 0, count: sealed.count - SealedFile.added)
                var tag: UInt8 = 0
                guard
                    unsafe crypto_secretstream_xchacha20poly1305_pull(
                        &state, &plain, nil, &tag, sealed, UInt64(sealed.count), nil, 0) == 0
                else { throw damaged }
                try output.write(plain)
                if tag == crypto_secretstream_xchacha20poly1305_tag_final() { break }
            }
            guard try input.read(1).isEmpty else { throw damaged }
        }
    }

    /// Opens both files, and removes the new one where `body` fails.
    private static func convert(
        _ source: String, into target: String, _ body: (Descriptor, Descriptor) throws(KeyError) -> Void
    ) throws(KeyError) {
        let input = try Descriptor(path: source, flags: O_RDONLY)
        let output = try Descriptor(path: target, flags: O_WRONLY | O_CREAT | O_EXCL)
        do throws(KeyError) {
            try body(input, output)
            try output.sync()
        } catch {
            unsafe unlink(target)
            throw error
        }
    }
}

/// An open file.
private final class Descriptor {
    private let number: Int32
    private let path: String

    init(path: String, flags: Int32) throws(KeyError) {
        number = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o600)
        self.path = path
        guard number >= 0 else {
            throw KeyError(
                "\(path) cannot be opened: \(unsafe String(cString: strerror(errno))).",
                cure: errno == EEXIST ? "Choose a new name: a file is never replaced." : "Check the path.")
        }
    }

    deinit { close(number) }

    /// - Returns: fewer bytes than asked for at the end of the file alone.
    func read(_ count: Int) throws(KeyError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe buffer.baseAddress.map { unsafe Glibc.read(number, $0 + filled, count - filled) } ?? 0
            }
            if got < 0 { throw KeyError("\(path) cannot be read.", cure: "Check the disk.") }
            if got == 0 { break }
            filled += got
        }
        return filled == count ? bytes : Array(bytes.prefix(filled))
    }

    /// - Throws: where not all of it was taken.
    func write(_ bytes: [UInt8]) throws(KeyError) {
        let written = unsafe Glibc.write(number, bytes, bytes.count)
        guard written == bytes.count else {
            throw KeyError("\(path) cannot be written.", cure: "Check the free space of the disk.")
        }
    }

    func sync() throws(KeyError) {
        guard fsync(number) == 0 else { throw KeyError("\(path) did not reach the disk.", cure: "Check the disk.") }
    }
}
