import Crypto
import Foundation
import Glibc
import Journal
import Store

/// Sealed copies of the running store: each is in the journal, since one from between seal and close is asked for until its destruction
/// is reported. The command line comes here.
package struct StoreBackup: Sendable {
    /// The name under which the key folder holds the backups' key; no election can have it.
    package static let keyName = "_backup"

    /// How a backup was removed.
    package enum Removal: Sendable, Equatable {
        /// The journal has the digest of what was in it.
        case removed
        /// It could not be read, for this reason: the journal has its name alone.
        case removedUnread(reason: String)
        /// It is still there, for this reason; `unread` is why it could not be read before, where it could not.
        case remains(reason: String, unread: String?)
    }

    private let context: StoreContext

    /// Of one store.
    package init(_ context: StoreContext) { self.context = context }

    /// Makes a backup; one that cannot be noted is removed.
    /// - Parameter path: where it goes; its last part is its name.
    /// - Throws: `busy` while another one is made, and where store, key or file cannot be read or written.
    package func make(at path: String, by actor: Actor) throws {
        let lock = try ProcessLock(store: context.store.path, name: "backup")
        defer { withExtendedLifetime(lock) {} }
        let draft = "\(context.store.path)-copy"
        // What a backup that died left behind is in clear: it goes before anything else.
        for ending in ["", "-journal", "-wal", "-shm"] { unsafe unlink(draft + ending) }
        defer { unsafe unlink(draft) }
        try context.store.copy(to: draft)
        let key = try context.keys.keyOrNew(of: StoreBackup.keyName)
        try SealedFile(key: key.subkey(.backup)).seal(draft, into: path)
        // Between seal and close each one is asked for again: a backup that is not noted is none.
        do {
            let digest = hex(try RunningDigest.ofFile(path))
            try context.note(.storeBackup, ["file": StoreBackup.name(path), "sha256": digest], by: actor)
        } catch {
            unsafe unlink(path)
            throw error
        }
    }

    /// Removes a backup, and notes it. One from between seal and close stays in the custody list: what was copied elsewhere is not
    /// known here, and the bureau says when that is destroyed.
    /// - Throws: what the store said; the file is gone then.
    package func remove(_ path: String, by actor: Actor) throws -> Removal {
        var (details, unread) = (["file": StoreBackup.name(path)], String?.none)
        // One that cannot be read goes all the same: retention must not end with it.
        do { details["sha256"] = hex(try RunningDigest.ofFile(path)) } catch {
            unread = "\(error)"
        }
        guard unsafe unlink(path) == 0 else {
            return .remains(reason: unsafe String(cString: strerror(errno)), unread: unread)
        }
        try Store.syncFolder(of: path)
        try context.note(.storeBackupRemoved, details, by: actor)
        return unread.map { .removedUnread(reason: $0) } ?? .removed
    }

    /// What the journal calls a backup.
    private static func name(_ path: String) -> String { URL(fileURLWithPath: path).lastPathComponent }
}
