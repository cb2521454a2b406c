import CSQLite

/// One prepared statement of a connection's cache. Used by one thread at a time, like its connection.
@safe package final class Statement {
    let raw: OpaquePointer
    var busy = false

    init(_ raw: OpaquePointer) { unsafe self.raw = raw }

    deinit { unsafe sqlite3_finalize(raw) }

    /// The text of the statement: parameters appear as `?`, never as values.
    var sql: String { unsafe sqlite3_sql(raw).map { unsafe String(cString: $0) } ?? "" }

    /// Ready for the next run, without values.
    func reset() {
        unsafe sqlite3_reset(raw)
        unsafe sqlite3_clear_bindings(raw)
        busy = false
    }
}

/// A statement that is run many times with bytes from a buffer, without a `String` or a copy in between.
package struct BulkStatement: ~Copyable {
    let statement: Statement
    let connection: Connection

    init(_ statement: Statement, on connection: Connection) {
        self.statement = statement
        self.connection = connection
    }

    /// Binds text without copying it: the bytes must stay where they are until `step` has returned.
    /// - Parameter index: from 1.
    package func text(_ index: Int32, _ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else {
                unsafe sqlite3_bind_text(statement.raw, index, "", 0, nil)
                return
            }
            unsafe base.withMemoryRebound(to: CChar.self, capacity: buffer.count) {
                _ = unsafe sqlite3_bind_text(
                    statement.raw, index, $0, Int32(buffer.count), nil)
            }
        }
    }

    /// Binds a blob without copying it: the bytes must stay where they are until `step` has returned.
    /// - Parameter index: from 1.
    package func blob(_ index: Int32, _ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress, buffer.count > 0 else {
                unsafe sqlite3_bind_zeroblob(statement.raw, index, 0)
                return
            }
            _ = unsafe sqlite3_bind_blob(
                statement.raw, index, base, Int32(buffer.count), nil)
        }
    }

    /// Binds a whole number.
    /// - Parameter index: from 1.
    package func number(_ index: Int32, _ value: Int) { unsafe sqlite3_bind_int64(statement.raw, index, Int64(value)) }

    /// Binds nothing.
    /// - Parameter index: from 1.
    package func null(_ index: Int32) { unsafe sqlite3_bind_null(statement.raw, index) }

    /// Runs the statement and returns how many rows it changed.
    /// - Throws: `.constraint` where the schema refuses a value, and what else SQLite says; the statement can be run
    ///   again.
    package func step() throws(StoreError) -> Int {
        let code = unsafe sqlite3_step(statement.raw)
        unsafe sqlite3_reset(statement.raw)
        guard code == SQLITE_DONE else { throw connection.error(code, statement.sql) }
        return unsafe Int(sqlite3_changes64(connection.raw))
    }
}
