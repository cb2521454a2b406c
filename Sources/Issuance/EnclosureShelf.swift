import Crypto
import Glibc
import Synchronization
package import Typesetting

/// Enclosures that were looked at, kept until their file is another by size, number or time: a page that is shown again and again
/// reads none of them anew. What is approved and what is printed come from here alike.
package final class EnclosureShelf: Sendable {
    /// By what a file system tells files apart.
    private struct Mark: Equatable {
        let device, inode: UInt64
        let size, seconds, nanoseconds: Int
    }

    private struct Kept: Sendable {
        let mark: Mark
        let enclosure: Enclosure
        let digest: String
    }

    private let kept = Mutex<[String: Kept]>([:])

    /// An empty one.
    package init() {}

    /// The enclosure at a path, and its SHA-256 in hexadecimal.
    /// - Throws: when it cannot be read, or no mailing house would take it.
    package func enclosure(
        _ path: String, college: String?
    ) throws(LetterError) -> (enclosure: Enclosure, digest: String) {
        // One that cannot be looked at is read, which says why.
        let key = "\(college ?? "")|\(path)"
        let mark = EnclosureShelf.mark(path)
        if let mark, let found = kept.withLock({ $0[key] }), found.mark == mark {
            return (found.enclosure, found.digest)
        }
        let enclosure = try Enclosure(path: path, college: college)
        let digest = hex(sha256(enclosure.bytes))
        // Written while it was read: the next look reads it again.
        if let mark, EnclosureShelf.mark(path) == mark {
            kept.withLock { $0[key] = Kept(mark: mark, enclosure: enclosure, digest: digest) }
        }
        return (enclosure, digest)
    }

    private static func mark(_ path: String) -> Mark? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Mark(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: Int(status.st_size),
            seconds: Int(status.st_mtim.tv_sec), nanoseconds: Int(status.st_mtim.tv_nsec))
    }
}
