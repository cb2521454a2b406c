import Dispatch
import Synchronization

/// Reading connections, opened when first needed and kept. `@unchecked Sendable`: a connection is in the idle list
/// (under the mutex) or lent to one thread.
final class ReaderPool: @unchecked Sendable {
    private let path: String
    private let free: DispatchSemaphore
    private let idle = Mutex(Idle())

    private struct Idle: @unchecked Sendable { var connections: [Connection] = [] }

    init(path: String, limit: Int) {
        self.path = path
        free = DispatchSemaphore(value: limit)
    }

    /// Lends a connection to `body` inside one read transaction.
    /// Waits where as many readings are under way as there may be; a reading inside a reading holds two of them.
    func read<Value>(_ body: (borrowing Reading) throws(StoreError) -> Value) throws(StoreError) -> Value {
        free.wait()
        defer { free.signal() }
        let connection = try take()
        defer { idle.withLock { $0.connections.append(connection) } }
        try connection.execute("BEGIN")
        let result: Value
        do throws(StoreError) {
            result = try body(Reading(connection: connection))
        } catch {
            if connection.inTransaction { try connection.execute("ROLLBACK") }
            throw error
        }
        try connection.execute("COMMIT")
        return result
    }

    /// Closes the connections that nobody uses.
    func close() { idle.withLock { $0.connections = [] } }

    /// A connection that nobody uses, or a new one.
    private func take() throws(StoreError) -> Connection {
        if let connection = idle.withLock({ $0.connections.popLast() }) { return connection }
        return try Store.reader(path)
    }
}
