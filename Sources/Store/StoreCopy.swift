import CSQLite
import Glibc

extension Store {
    /// Writes a consistent copy of the store, without its write-ahead log, to a new file that only this account may
    /// read. Writers go on meanwhile.
    package func copy(to path: String) throws(StoreError) {
        let previousMask = umask(0o077)
        defer { umask(previousMask) }
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
}
