import Glibc
import Synchronization

/// The store's files as they lay at their path when they were opened. A file that was moved or deleted goes on taking writes
/// under its old number, and nobody ever reads them again.
final class FileGuard: Sendable {
    private struct Identity: Equatable {
        let device, inode: UInt
    }

    private let path: String
    private let main: Identity?
    /// The log and its index come with the first transaction, and stay while a connection is open. Whoever finds another index
    /// does not see the locks that are held in this one.
    private let beside = Mutex<[String: Identity]>([:])

    init(path: String) {
        self.path = path
        main = FileGuard.identity(path)
    }

    private static func identity(_ path: String) -> Identity? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Identity(device: UInt(status.st_dev), inode: UInt(status.st_ino))
    }

    /// What became of the files; nil while they lie where they were opened.
    /// The identities of log and index are taken at the first look at which they are there.
    func fault() -> StoreError? {
        if FileGuard.identity(path) != main { return moved(path) }
        for name in [path + "-wal", path + "-shm"] {
            let now = FileGuard.identity(name)
            let isSame = beside.withLock { known in
                if known[name] == nil { known[name] = now }
                return known[name] == now
            }
            guard isSame else { return moved(name) }
        }
        return nil
    }

    private func moved(_ name: String) -> StoreError {
        StoreError(
            .moved, "\(name) was moved, deleted or replaced while it was in use: what is written now would be lost.",
            cure:
                "Stop the server. Put the file back where it was, or restore the latest backup; then start the server again."
        )
    }
}

extension Store {
    /// - Throws: `.moved` when the store's file or its log is not the one that was opened.
    package func checkFile() throws(StoreError) {
        if let fault = files.fault() { throw fault }
    }

    /// Writes something that means nothing: a full disk, or one that can only be read, shows itself before a voter meets it.
    /// - Throws: `.full`, `.readOnly`, `.busy` or `.moved`.
    package func tryWrite() throws(StoreError) {
        try write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                "INSERT INTO store_pulse (id, beats) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET beats = beats + 1")
        }
    }
}
