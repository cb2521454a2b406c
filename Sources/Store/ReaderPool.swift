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
        defer { giveBack(connection) }
        try connection.execute("BEGIN")
        let result: Value
        do throws(StoreError) {
            result = try body(Reading(connection: connection))
        } catch {
            // What the body met is what its caller must know, whatever becomes of the connection.
            if connection.inTransaction { do throws(StoreError) { try connection.execute("ROLLBACK") } catch {} }
            throw error
        }
        try connection.execute("COMMIT")
        return result
    }

    /// Keeps a connection for the next reader. One that is in a transaction still, since its end failed, is closed instead: it
    /// would show an old state for ever, and refuse every reading.
    private func giveBack(_ connection: Connection) {
        guard !connection.inTransaction else { return }
        idle.withLock { $0.connections.append(connection) }
    }

    /// Closes the connections that nobody uses.
    func close() { idle.withLock { $0.connections = [] } }

    /// A connection that nobody uses, or a new one.
    private func take() throws(StoreError) -> Connection {
        if let connection = idle.withLock({ $0.connections.popLast() }) { return connection }
        return try Store.reader(path)
    }
}
