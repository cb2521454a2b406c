// Whichever of the two modules is read first defines the time of a file.
import CKernelClock
import CSQLite
import Glibc

/// The write-ahead log as a file: `STORE-wal`. `STORE-emptied` beside it is empty, and its time is that of the last emptying.
extension Store {
    /// Milliseconds for which emptying the log waits for readers, with the writer's lock in hand: longer than most readings, and
    /// short enough that no vote notices.
    private static let readerMilliseconds = 15

    /// What can be seen of the log from outside.
    package struct LogFile: Sendable, Equatable {
        /// Zero where nothing of what was written stands in it.
        package let bytes: Int
        /// Seconds since 1970 of the last emptying; nil before the first.
        package let emptiedAt: Int?
    }

    /// Copies the write-ahead log back into the store and empties it, so that it tells nothing of the order of what was
    /// written. Writers wait for what came since the copying began alone.
    /// - Returns: false when a reader or writer under way kept it from being emptied.
    /// - Throws: what SQLite says, and `.failed` where the time of it cannot be noted.
    package func truncateLog() throws(StoreError) -> Bool {
        let connection = try Connection(path: path, access: .readWrite)
        try connection.script("PRAGMA busy_timeout = \(Store.readerMilliseconds)")
        let reading = Reading(connection: connection)
        // Most of it without a lock that writers need.
        _ = try reading.number("PRAGMA wal_checkpoint(PASSIVE)")
        guard try reading.number("PRAGMA wal_checkpoint(TRUNCATE)") == 0, try wipeIndex(connection) else {
            return false
        }
        try noteEmptied()
        return true
    }

    /// Milliseconds for which writers are waited for, each of which holds the lock for a few.
    private static let writerMilliseconds = 1000
    /// Bytes of a region of the log's index, the frames that its first one tells of, and a frame's head in the log (SQLite's
    /// file format, 4.2 and "WAL-Index Format", 2.2).
    private static let (regionBytes, firstRegionFrames, frameHead) = (32_768, 4062, 24)

    /// Takes out of the log's index what it tells of frames that are gone: which pages were written, in which order. SQLite
    /// itself overwrites it no earlier than with the next writes.
    /// - Returns: false where writers left no moment for it.
    private func wipeIndex(_ connection: Connection) throws(StoreError) -> Bool {
        guard let index = Store.status(path + "-shm") else { return true }
        try connection.script("PRAGMA busy_timeout = \(Store.writerMilliseconds)")
        do throws(StoreError) { try connection.script("BEGIN IMMEDIATE") } catch {
            guard error.kind == .busy else { throw error }
            return false
        }
        let page = try Reading(connection: connection).number("PRAGMA page_size")
        // What was written meanwhile began the first region anew.
        let frames = logFile.bytes / (page + Store.frameHead)
        var code = SQLITE_OK
        if frames < Store.firstRegionFrames {
            code = unsafe isoloir_sqlite_wipe_log_index(
                connection.raw, frames == 0 ? 0 : 1, Int32(index.bytes / Store.regionBytes))
        }
        try connection.script("ROLLBACK")
        guard code == SQLITE_OK else { throw connection.error(code, "the log's index") }
        return true
    }

    /// Sets the time of the file beside the store to now.
    private func noteEmptied() throws(StoreError) {
        let file = unsafe open(path + "-emptied", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        defer { if file >= 0 { close(file) } }
        Store.giveToOwner(of: path, file)
        guard file >= 0, futimens(file, nil) == 0 else {
            throw StoreError(
                .failed, "\(path)-emptied cannot be written.", cure: "Check the permissions of the store's folder.")
        }
    }

    /// The log as it lies there by now.
    /// By the file system alone: no lock, no connection.
    package var logFile: LogFile {
        let log = Store.status(path + "-wal")
        return LogFile(bytes: log?.bytes ?? 0, emptiedAt: Store.status(path + "-emptied")?.changedAt)
    }

    /// What root makes beside the store belongs to the store's account, which must be able to open it as well; SQLite does the
    /// same with the log.
    static func giveToOwner(of path: String, _ file: Int32) {
        var status = stat()
        guard file >= 0, geteuid() == 0, unsafe stat(path, &status) == 0 else { return }
        _ = fchown(file, status.st_uid, status.st_gid)
    }

    /// Size and time of last writing, in seconds since 1970; nil where there is no such file.
    private static func status(_ path: String) -> (bytes: Int, changedAt: Int)? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return (Int(status.st_size), Int(status.st_mtim.tv_sec))
    }
}
