/// One consistent snapshot of the store, borrowed by the closure that reads it.
package struct Reading: ~Copyable {
    let connection: Connection

    /// The first row, nil when there is none.
    /// - Parameter decode: gets the row while it lasts.
    /// - Throws: what SQLite or `decode` says.
    package func first<Value, each Parameter: Bindable>(
        _ sql: StaticString, _ parameters: repeat each Parameter,
        row decode: (borrowing Row) throws(StoreError) -> Value
    ) throws(StoreError) -> Value? {
        var result: Value?
        try connection.run(sql, repeat each parameters) { (row: borrowing Row) throws(StoreError) -> Bool in
            result = try decode(row)
            return false
        }
        return result
    }

    /// Every row, in the statement's order.
    /// - Throws: what SQLite or `decode` says.
    package func all<Value, each Parameter: Bindable>(
        _ sql: StaticString, _ parameters: repeat each Parameter,
        row decode: (borrowing Row) throws(StoreError) -> Value
    ) throws(StoreError) -> [Value] {
        var result: [Value] = []
        try connection.run(sql, repeat each parameters) { (row: borrowing Row) throws(StoreError) -> Bool in
            result.append(try decode(row))
            return true
        }
        return result
    }

    /// Hands each row to `body`, so that a large result is never held whole.
    /// - Throws: what SQLite or `body` says; no further row is read then.
    package func each<each Parameter: Bindable>(
        _ sql: StaticString, _ parameters: repeat each Parameter,
        row body: (borrowing Row) throws(StoreError) -> Void
    ) throws(StoreError) {
        try connection.run(sql, repeat each parameters) { (row: borrowing Row) throws(StoreError) -> Bool in
            try body(row)
            return true
        }
    }

    /// The whole number in the first column of the first row, 0 when there is none.
    /// - Throws: `.damaged` where the column holds no whole number.
    package func number<each Parameter: Bindable>(
        _ sql: StaticString, _ parameters: repeat each Parameter
    ) throws(StoreError) -> Int {
        try first(sql, repeat each parameters) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] } ?? 0
    }
}
