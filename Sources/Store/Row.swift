import CSQLite

/// A value that can be bound to a parameter of a statement.
package protocol Bindable {
    /// Binds the value as parameter `index` (from 1) and returns SQLite's result code.
    func bind(to statement: Statement, at index: Int32) -> Int32
}

/// A value that can be read from a column.
package protocol Readable {
    /// The value of column `index` (from 0), nil when the column holds something else.
    static func read(from statement: Statement, at index: Int32) -> Self?
}

/// Tells SQLite to copy what it is given before the call returns.
private var transient: sqlite3_destructor_type { unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

extension Int: Bindable, Readable {
    /// A whole number of 64 bits.
    package func bind(to statement: Statement, at index: Int32) -> Int32 {
        unsafe sqlite3_bind_int64(statement.raw, index, Int64(self))
    }

    /// Nil for text that looks like a number: the types of a STRICT table are taken at their word.
    package static func read(from statement: Statement, at index: Int32) -> Int? {
        guard unsafe sqlite3_column_type(statement.raw, index) == SQLITE_INTEGER else { return nil }
        return unsafe Int(sqlite3_column_int64(statement.raw, index))
    }
}

extension Bool: Bindable, Readable {
    /// 0 or 1.
    package func bind(to statement: Statement, at index: Int32) -> Int32 {
        (self ? 1 : 0).bind(to: statement, at: index)
    }

    /// Every number but 0 is true.
    package static func read(from statement: Statement, at index: Int32) -> Bool? {
        Int.read(from: statement, at: index).map { $0 != 0 }
    }
}

extension String: Bindable, Readable {
    /// UTF-8, copied by SQLite.
    package func bind(to statement: Statement, at index: Int32) -> Int32 {
        var copy = self
        return copy.withUTF8 { bytes in
            guard let base = bytes.baseAddress else {
                return unsafe sqlite3_bind_text64(statement.raw, index, "", 0, transient, UInt8(SQLITE_UTF8))
            }
            return unsafe base.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                unsafe sqlite3_bind_text64(
                    statement.raw, index, $0, UInt64(bytes.count), transient, UInt8(SQLITE_UTF8))
            }
        }
    }

    /// Bytes that are no UTF-8 become replacement characters.
    package static func read(from statement: Statement, at index: Int32) -> String? {
        guard unsafe sqlite3_column_type(statement.raw, index) == SQLITE_TEXT,
            let text = unsafe sqlite3_column_text(statement.raw, index)
        else { return nil }
        let count = unsafe Int(sqlite3_column_bytes(statement.raw, index))
        return unsafe String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self)
    }
}

extension [UInt8]: Bindable, Readable {
    /// A blob, copied by SQLite; an empty one is no NULL.
    package func bind(to statement: Statement, at index: Int32) -> Int32 {
        unsafe withUnsafeBytes { bytes in
            guard let base = bytes.baseAddress, bytes.count > 0 else {
                return unsafe sqlite3_bind_zeroblob(statement.raw, index, 0)
            }
            return unsafe sqlite3_bind_blob64(statement.raw, index, base, UInt64(bytes.count), transient)
        }
    }

    /// Nil for NULL and for text.
    package static func read(from statement: Statement, at index: Int32) -> [UInt8]? {
        guard unsafe sqlite3_column_type(statement.raw, index) == SQLITE_BLOB else { return nil }
        let count = unsafe Int(sqlite3_column_bytes(statement.raw, index))
        guard count > 0, let base = unsafe sqlite3_column_blob(statement.raw, index) else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: base, count: count))
    }
}

extension Optional: Bindable where Wrapped: Bindable {
    /// NULL for nil.
    package func bind(to statement: Statement, at index: Int32) -> Int32 {
        guard let value = self else { return unsafe sqlite3_bind_null(statement.raw, index) }
        return value.bind(to: statement, at: index)
    }
}

extension Optional: Readable where Wrapped: Readable {
    /// The outer nil says that the column holds something else, the inner one that it holds NULL.
    package static func read(from statement: Statement, at index: Int32) -> Wrapped?? {
        if unsafe sqlite3_column_type(statement.raw, index) == SQLITE_NULL { return .some(nil) }
        return Wrapped.read(from: statement, at: index).map { .some($0) }
    }
}

/// One row, borrowed by the closure that decodes it, so that it cannot be kept.
package struct Row: ~Copyable {
    let statement: Statement

    /// The value of column `index` (from 0). Throws when the column holds another type, which the schema forbids.
    package subscript<Value: Readable>(_ index: Int32) -> Value {
        get throws(StoreError) {
            guard let value = Value.read(from: statement, at: index) else {
                throw StoreError(
                    .damaged, "Column \(index) of a row is not \(Value.self) (\(statement.sql)).",
                    cure: "Run `store check`.")
            }
            return value
        }
    }

    /// Column `index` as one case of an enumeration.
    /// - Throws: `.damaged` where the column holds another type, or no case has this value.
    package func value<Case: RawRepresentable>(_ index: Int32, as type: Case.Type = Case.self) throws(StoreError)
        -> Case where Case.RawValue: Readable
    {
        let raw: Case.RawValue = try self[index]
        guard let value = Case(rawValue: raw) else {
            throw StoreError(
                .damaged, "Column \(index) holds \(raw), which is no \(type) (\(statement.sql)).",
                cure: "Run `store check`.")
        }
        return value
    }
}
