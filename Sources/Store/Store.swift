import CSQLite
import Glibc

/// The one SQLite store of an installation: a writer whose transactions share commits, and a pool of readers.
///
/// Several processes may open the same file. Every value is bound, every table is STRICT, and deleted content is
/// overwritten (`secure_delete`).
package final class Store: Sendable {
    /// As it was given to `init`; files beside the store are named after it.
    package let path: String
    private let gate: WriterGate
    private let pool: ReaderPool
    let files: FileGuard

    /// SQLite's page cache of a writer, in KiB: holds the inner pages of a million voters' indices; more gained nothing.
    private static let writerCacheKiB = 8192
    /// Pages in the write-ahead log before it is copied back: a large import touches the same index pages again and
    /// again, and copies them once instead of at every commit.
    private static let checkpointPages = 1536
    /// Twice SQLite's default: rows of several hundred bytes with sealed columns sit better in it, and a large import
    /// makes half as many writes.
    private static let pageBytes = 8192
    private static let prepared: Bool = isoloir_sqlite_without_statistics() == SQLITE_OK
    private static let readerCacheKiB = 8192

    /// Opens the store, creates it when `creating`, and brings its schema up to date.
    ///
    /// - Parameters:
    ///   - mayMiss: indices that are dropped for a while by the room that owns them.
    ///   - isKnown: whether a whole schema, as `schemaBytes` gives it, is the one that `migrations` make.
    ///   - now: seconds since 1970, recorded with each migration.
    /// - Throws: a `StoreError` of its own kind for a full disk, a read-only volume, a newer schema, a locked file,
    ///   a file that is no store; `.damaged` when a table, index or trigger is missing or was changed.
    package init(
        path: String, creating: Bool = true, migrations: [Migration], mayMiss: Set<String> = [],
        isKnown: ([UInt8]) -> Bool = { _ in false }, now: Int
    ) throws(StoreError) {
        self.path = path
        _ = Store.prepared
        if !creating, unsafe access(path, F_OK) != 0 {
            throw StoreError(
                .missing, "There is no store at \(path).",
                cure: "Create one with `isoloir election create`, or give another file with --store.")
        }
        try Store.refuseFixedVolume(path)
        let previousMask = umask(0o077)  // the store holds names: its owner alone may read it
        defer { umask(previousMask) }
        let writer = try Connection(path: path, access: .readWrite, creating: creating)
        try Store.configure(writer, cacheKiB: Store.writerCacheKiB)
        if try Reading(connection: writer).number("PRAGMA application_id") == 0 {
            try writer.script("PRAGMA page_size = \(Store.pageBytes)")
        }
        try writer.script(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
            PRAGMA threads = 2; PRAGMA wal_autocheckpoint = \(Store.checkpointPages);
            """)
        try Store.migrate(writer, path: path, migrations: migrations, now: now)
        try Store.checkSchema(writer, path: path, migrations: migrations, mayMiss: mayMiss, isKnown: isKnown)
        files = FileGuard(path: path)
        gate = WriterGate(writer, files: files)
        pool = ReaderPool(path: path, limit: max(4, 2 * sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }

    /// The readers close first: the last connection to close must be able to write, so that it copies the write-ahead log
    /// back and the store is one whole file again.
    deinit { pool.close() }

    /// SQLite cannot open a store on a read-only volume and says only that it cannot; this says why.
    private static func refuseFixedVolume(_ path: String) throws(StoreError) {
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let place = unsafe access(path, F_OK) == 0 ? path : folder.isEmpty ? "/" : folder
        guard unsafe access(place, W_OK) != 0, errno == EROFS else { return }
        throw StoreError(
            .readOnly, "\(path) lies on a volume that is mounted read-only.",
            cure: "Mount it for writing, or give a store elsewhere with --store.")
    }

    /// A new connection that can only read.
    static func reader(_ path: String) throws(StoreError) -> Connection {
        let connection = try Connection(path: path, access: .readOnly)
        try configure(connection, cacheKiB: readerCacheKiB)
        return connection
    }

    /// What every connection needs, writing or not.
    private static func configure(_ connection: Connection, cacheKiB: Int) throws(StoreError) {
        try connection.script(
            """
            PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -\(cacheKiB);
            """)
    }

    /// Reads one consistent snapshot.
    /// - Throws: what SQLite or `body` says.
    package func read<Value>(
        _ body: (borrowing Reading) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try pool.read(body)
    }

    /// Runs `body` in a transaction and returns once it is committed, and on disk unless `durability` says otherwise. Never
    /// call it inside another `write`.
    /// Whatever `body` returns is committed, a refusal too: what refuses must do so before it writes.
    /// - Throws: what SQLite or `body` says, and `.moved` where the file is not the one that was opened; nothing was
    ///   kept then. A trouble of the store fails every write that shared the transaction.
    @discardableResult
    package func write<Value>(
        durable durability: Durability = .now, _ body: (borrowing Transaction) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try gate.write(durability, body)
    }

    /// Waits until everything that was committed is on disk.
    /// - Throws: `.failed` where the disk refuses.
    package func sync() throws(StoreError) {
        let file = unsafe open(path + "-wal", O_RDONLY | O_CLOEXEC)
        // Without a log everything is in the store's own file, and was synced when the log was copied back.
        guard file >= 0 else { return }
        defer { close(file) }
        guard fdatasync(file) == 0 else {
            throw StoreError(
                .failed, "The store's log did not reach the disk.", cure: "Check the disk, then run `store check`.")
        }
    }

    /// The statements that make the schema, in a stable order, for the schema fixture.
    /// - Throws: what SQLite says.
    package func schema() throws(StoreError) -> [String] {
        try read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all(
                """
                SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_'
                    AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
                ORDER BY tbl_name, type DESC, name
                """
            ) { (row: borrowing Row) throws(StoreError) -> String in try row[0] }
        }
    }
}
