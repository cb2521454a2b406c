import Glibc

/// Small files that only their owner may read.
package enum PrivateFile {
    /// Writes a new file and makes sure it is on disk; refuses to replace one.
    /// - Throws: where a file is there, the folder is not, or the disk is full. What was written only in part is removed.
    package static func create(_ path: String, _ content: [UInt8]) throws(KeyError) {
        try create(path, content.span)
    }

    /// As with bytes; they are copied nowhere.
    /// - Throws: where a file is there, the folder is not, or the disk is full.
    package static func create(_ path: String, _ content: Secret) throws(KeyError) {
        try content.reveal { bytes throws(KeyError) in try create(path, bytes) }
    }

    private static func create(_ path: String, _ content: Span<UInt8>) throws(KeyError) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw KeyError(
                "\(path) cannot be created: \(unsafe String(cString: strerror(errno))).",
                cure: errno == EEXIST
                    ? "An existing key file is never replaced: move it away first."
                    : "Check that the folder exists and that this account may write in it.")
        }
        defer { close(file) }
        let written = unsafe content.withUnsafeBytes { bytes in
            unsafe Glibc.write(file, bytes.baseAddress, bytes.count)
        }
        guard written == content.count, fsync(file) == 0 else {
            unsafe unlink(path)
            throw KeyError("\(path) could not be written.", cure: "Check the free space of the disk.")
        }
        try syncFolder(of: path)
    }

    /// Overwrites a file with random bytes, makes sure that they reach the disk, and removes it.
    /// On a disk that writes elsewhere (flash, copy-on-write) the old bytes may lie there still.
    /// - Throws: where the file cannot be opened, written or removed.
    static func destroy(_ path: String, _ randomness: Randomness) throws(KeyError) {
        let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
        var status = stat()
        guard file >= 0, unsafe fstat(file, &status) == 0 else {
            throw KeyError("\(path) cannot be overwritten.", cure: "Check the account that runs this program.")
        }
        defer { close(file) }
        let noise = randomness.bytes(Int(status.st_size))
        guard unsafe Glibc.write(file, noise, noise.count) == noise.count, fsync(file) == 0, unsafe unlink(path) == 0
        else {
            throw KeyError("\(path) could not be destroyed.", cure: "Check the disk, and remove the file by hand.")
        }
        try syncFolder(of: path)
    }

    /// Makes the new name of a file last through a power cut.
    /// - Throws: where the folder cannot be opened, or did not reach the disk.
    package static func syncFolder(of path: String) throws(KeyError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let file = unsafe open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        guard file >= 0, fsync(file) == 0 else {
            throw KeyError("The folder \(folder) did not reach the disk.", cure: "Check the disk.")
        }
    }

    /// Reads a file of at most `limit` bytes. `secret` files must not be readable by others.
    /// - Throws: where it cannot be read, is longer, or others may read a secret one.
    package static func read(_ path: String, limit: Int, secret: Bool) throws(KeyError) -> [UInt8] {
        var content = [UInt8](repeating: 0, count: limit + 1)
        let count = try read(path, into: &content, secret: secret)
        return Array(content.prefix(count))
    }

    /// Reads a file that others must not be able to read; nothing that was read stays in memory but what is returned.
    /// - Parameter limit: bytes, at most.
    /// - Throws: as `read`.
    package static func secret(_ path: String, limit: Int) throws(KeyError) -> Secret {
        var content = [UInt8](repeating: 0, count: limit + 1)
        defer { wipe(&content) }
        let count = try read(path, into: &content, secret: true)
        return Secret(Array(content.prefix(count)))
    }

    /// - Returns: bytes read, fewer than `content` has.
    private static func read(_ path: String, into content: inout [UInt8], secret: Bool) throws(KeyError) -> Int {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw KeyError(
                "\(path) cannot be read: \(unsafe String(cString: strerror(errno))).",
                cure: "Check the path and the account that runs this program.")
        }
        defer { close(file) }
        var status = stat()
        unsafe fstat(file, &status)
        if secret, status.st_mode & 0o077 != 0 {
            throw KeyError(
                "\(path) can be read by other accounts.",
                cure: "Run `chmod 600` on it, and consider whether it has been seen.")
        }
        let count = unsafe Glibc.read(file, &content, content.count)
        guard count >= 0, count < content.count else {
            throw KeyError("\(path) is not a file of this kind.", cure: "Give the right file.")
        }
        return count
    }
}
