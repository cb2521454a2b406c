/// A transaction, borrowed by the closure that writes; it commits when the closure returns and leaves no trace when it
/// throws. The closure must have no side effect outside the store.
package struct Transaction: ~Copyable {
    /// The same transaction as a place to read from.
    package let reading: Reading

    init(_ connection: Connection) { reading = Reading(connection: connection) }

    /// Runs a statement and returns how many rows it changed.
    /// - Throws: `.constraint` where the schema refuses a value, and what else SQLite says.
    @discardableResult
    package func execute<each Parameter: Bindable>(
        _ sql: StaticString, _ parameters: repeat each Parameter
    ) throws(StoreError) -> Int {
        try reading.connection.run(sql, repeat each parameters) { (_: borrowing Row) throws(StoreError) -> Bool in
            true
        }
        return reading.connection.changes
    }

    /// Inserts a row and returns its rowid.
    /// - Throws: as `execute`.
    @discardableResult
    package func insert<each Parameter: Bindable>(
        _ sql: StaticString, _ parameters: repeat each Parameter
    ) throws(StoreError) -> Int {
        try execute(sql, repeat each parameters)
        return reading.connection.lastRow
    }

    /// Runs `body`, and takes back what it wrote where it asks for that; what was written before it stays.
    package func trial<Value>(
        _ body: (borrowing Transaction) throws(StoreError) -> (value: Value, stays: Bool)
    ) throws(StoreError) -> Value {
        try execute("SAVEPOINT trial")
        let outcome = try body(self)
        if !outcome.stays { try execute("ROLLBACK TO trial") }
        try execute("RELEASE trial")
        return outcome.value
    }

    /// Lends a prepared statement to `body` for many runs.
    /// - Throws: what SQLite or `body` says; what was written before goes with the transaction.
    package func bulk<Value>(
        _ sql: StaticString, _ body: (borrowing BulkStatement) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        let statement = try reading.connection.statement(sql)
        statement.busy = true
        defer { statement.reset() }
        return try body(BulkStatement(statement, on: reading.connection))
    }
}
