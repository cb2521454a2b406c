import CSQLite
import Glibc

extension Store {
    /// Makes a new name in the folder of `path` last through a power cut.
    /// - Throws: `.failed` where the folder cannot be opened or the disk refuses.
    package static func syncFolder(of path: String) throws(StoreError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let file = unsafe open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        defer { if file >= 0 { close(file) } }
        guard file >= 0, fsync(file) == 0 else {
            throw StoreError(.failed, "The folder \(folder) did not reach the disk.", cure: "Check the disk.")
        }
    }

    /// Writes a consistent copy of the store, without its write-ahead log, to a new file that only this account may
    /// read. Writers go on meanwhile.
    /// - Parameter path: must not exist: SQLite would write over a file that is there.
    /// - Throws: `.failed` where the file is there already, and nothing was changed then; what SQLite says, and what was
    ///   written by then stays there.
    package func copy(to path: String) throws(StoreError) {
        let previousMask = umask(0o077)
        defer { umask(previousMask) }
        try Store.claim(path)
        let source = try Store.reader(self.path)
        let target = try Connection(path: path, access: .readWrite, creating: true)
        guard let backup = unsafe sqlite3_backup_init(target.raw, "main", source.raw, "main") else {
            throw unsafe target.error(sqlite3_extended_errcode(target.raw), path)
        }
        // All pages in one step: stepwise copies start again at each write, and would never end on a busy store.
        let stepped = unsafe sqlite3_backup_step(backup, -1)
        let finished = unsafe sqlite3_backup_finish(backup)
        guard stepped == SQLITE_DONE, finished == SQLITE_OK else {
            throw target.error(stepped == SQLITE_DONE ? finished : stepped, path)
        }
    }

    /// Makes an empty file, where there is none of this name, and no link either.
    private static func claim(_ path: String) throws(StoreError) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file < 0 else {
            close(file)
            return
        }
        let reason = errno
        throw reason == EEXIST
            ? StoreError(.failed, "\(path) is there already: nothing is written over it.", cure: "Give another name.")
            : StoreError(
                .failed, "\(path) cannot be created: \(unsafe String(cString: strerror(reason))).",
                cure: "Check that the folder exists and that this account may write in it.")
    }
}
