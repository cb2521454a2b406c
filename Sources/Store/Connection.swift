import CSQLite

/// One connection to the store's file: not Sendable, used by one thread at a time.
@safe final class Connection {
    /// How long a statement waits for another process's transaction. Long writes are cut in chunks that last well
    /// under a second, so ten seconds mean that somebody holds the file open in a transaction of their own.
    static let busySeconds = 10

    let raw: OpaquePointer
    private var cache: [UnsafeRawPointer: Statement] = unsafe [:]

    /// How the connection was opened.
    enum Access { case readWrite, readOnly }

    /// - Throws: where the file cannot be opened; SQLite reads it at the first statement only.
    init(path: String, access: Access, creating: Bool = false) throws(StoreError) {
        var handle: OpaquePointer?
        var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        flags |= access == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        if creating { flags |= SQLITE_OPEN_CREATE }
        let code = unsafe sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK, let handle = unsafe handle else {
            let message = unsafe handle.map { unsafe String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            unsafe sqlite3_close_v2(handle)
            throw StoreError.sqlite(code, message, context: path)
        }
        unsafe raw = handle
        unsafe sqlite3_busy_timeout(raw, Int32(Connection.busySeconds * 1000))
    }

    deinit {
        unsafe cache = [:]
        unsafe sqlite3_close_v2(raw)
    }

    /// Whether a transaction is open.
    var inTransaction: Bool { unsafe sqlite3_get_autocommit(raw) == 0 }

    /// Runs a script of statements without parameters.
    /// - Throws: at the first one that fails; those before it are done.
    func script(_ sql: String) throws(StoreError) {
        let code = unsafe sqlite3_exec(raw, sql, nil, nil, nil)
        if code != SQLITE_OK { throw error(code, sql) }
    }

    /// SQLite's last error on this connection, in words.
    func error(_ code: Int32, _ context: String) -> StoreError {
        unsafe StoreError.sqlite(code, String(cString: sqlite3_errmsg(raw)), context: context)
    }

    /// The cached statement of `sql`; a use inside its own rows gets a second one.
    /// - Parameter sql: the cache's key is its address, so that each literal is prepared once.
    func statement(_ sql: StaticString) throws(StoreError) -> Statement {
        if let cached = unsafe cache[sql.utf8Start], !cached.busy { return cached }
        var handle: OpaquePointer?
        let code = unsafe sql.utf8Start.withMemoryRebound(to: CChar.self, capacity: sql.utf8CodeUnitCount) {
            unsafe sqlite3_prepare_v3(
                raw, $0, Int32(sql.utf8CodeUnitCount), UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        }
        guard code == SQLITE_OK, let handle = unsafe handle else { throw error(code, "\(sql)") }
        let statement = unsafe Statement(handle)
        if unsafe cache[sql.utf8Start] == nil { unsafe cache[sql.utf8Start] = statement }
        return statement
    }

    /// Binds, steps, and hands each row to `body` until it returns false.
    /// - Throws: what SQLite or `body` says. The statement is reset in any case.
    func run<each Parameter: Bindable>(
        _ sql: StaticString, _ parameters: repeat each Parameter,
        row body: (borrowing Row) throws(StoreError) -> Bool
    ) throws(StoreError) {
        let statement = try statement(sql)
        statement.busy = true
        defer { statement.reset() }
        var index: Int32 = 0
        var code = SQLITE_OK
        for parameter in repeat each parameters {
            index += 1
            code = max(code, parameter.bind(to: statement, at: index))
        }
        if code != SQLITE_OK { throw error(code, "\(sql)") }
        while true {
            code = unsafe sqlite3_step(statement.raw)
            switch code {
            case SQLITE_ROW: if try !body(Row(statement: statement)) { return }
            case SQLITE_DONE: return
            default: throw error(code, "\(sql)")
            }
        }
    }

    /// Runs a statement that returns no rows.
    func execute(_ sql: StaticString) throws(StoreError) {
        try run(sql) { (_: borrowing Row) throws(StoreError) -> Bool in true }
    }

    /// Rows that the last statement changed.
    var changes: Int { unsafe Int(sqlite3_changes64(raw)) }

    /// The row number that the last insertion gave.
    var lastRow: Int { unsafe Int(sqlite3_last_insert_rowid(raw)) }
}
