import Glibc
import Synchronization
import Threads

/// The open connections: since when each has waited for the end of its request, and how many each network has.
final class ConnectionRegister: Sendable {
    /// One connection from its opening to its close.
    private struct Entry {
        let file: Int32
        /// Whose connection it is; nil for a proxy's, which speaks for many.
        let network: String?
        /// Monotonic seconds since which it has waited for a request, or for the rest of one.
        var since: Int
        /// Whether an answer is being made or sent: then it is not swept for its request, but for how it reads.
        var isBusy = false
        /// What its peer had read at a monotonic second since which it always had something to read; nil where it waits for us.
        var reading: (acknowledged: UInt64, since: Int)?
        /// Whether a part of a request has come.
        var hasBegun = true
        /// Whether a request's head has come and its answer has not gone.
        var hasHead = false
        /// Whether the request brings a file, which may take longer.
        var isUpload = false
    }

    private struct State {
        /// By the address of the library's handle.
        var entries: [UInt: Entry] = [:]
        /// Connections of each network that has any.
        var counts: [String: Int] = [:]
    }

    private let state = Mutex(State())

    /// Monotonic seconds.
    static var now: Int { Int(Monotonic.seconds) }

    /// Connections that are open.
    var count: Int { state.withLock { $0.entries.count } }

    /// Whether an answer is being made or sent.
    var hasBusy: Bool { state.withLock { $0.entries.values.contains { $0.isBusy } } }

    /// Whether the rest of a request is still to come.
    var hasArriving: Bool { state.withLock { $0.entries.values.contains { $0.hasHead && !$0.isBusy } } }

    /// How many connections a network has.
    func count(of network: String) -> Int { state.withLock { $0.counts[network] ?? 0 } }

    /// How many connections the network of a connection has; 0 for a proxy's.
    func count(beside connection: OpaquePointer) -> Int {
        let key = UInt(bitPattern: connection)
        return state.withLock { state in
            state.entries[key]?.network.flatMap { state.counts[$0] } ?? 0
        }
    }

    /// A connection was opened.
    /// - Parameters:
    ///   - file: its socket, which is shut down when it takes too long.
    ///   - network: nil for a proxy's.
    func open(_ connection: OpaquePointer, _ file: Int32, network: String?) {
        let now = ConnectionRegister.now
        state.withLock { state in
            state.entries[UInt(bitPattern: connection)] = Entry(file: file, network: network, since: now)
            if let network { state.counts[network, default: 0] += 1 }
        }
    }

    /// Changes a connection's entry, where it still has one.
    private func change(_ connection: OpaquePointer, _ body: (inout Entry) -> Void) {
        let key = UInt(bitPattern: connection)
        state.withLock { state in
            guard var entry = state.entries[key] else { return }
            body(&entry)
            state.entries[key] = entry
        }
    }

    /// A request's head has come.
    func begin(_ connection: OpaquePointer) {
        let now = ConnectionRegister.now
        unsafe change(connection) { entry in
            if !entry.hasBegun { entry.since = now }
            (entry.hasBegun, entry.hasHead) = (true, true)
        }
    }

    /// The request brings a file.
    func upload(_ connection: OpaquePointer) { unsafe change(connection) { $0.isUpload = true } }

    /// The request is whole, and its answer is begun.
    func busy(_ connection: OpaquePointer) { unsafe change(connection) { $0.isBusy = true } }

    /// The answer has gone, or the request was given up.
    func idle(_ connection: OpaquePointer) {
        let now = ConnectionRegister.now
        unsafe change(connection) { entry in
            (entry.isBusy, entry.hasBegun, entry.hasHead, entry.isUpload) = (false, false, false, false)
            entry.reading = nil
            entry.since = now
        }
    }

    /// The library closed the connection; its socket may be another's from now on.
    func close(_ connection: OpaquePointer) {
        state.withLock { state in
            guard let entry = state.entries.removeValue(forKey: UInt(bitPattern: connection)),
                let network = entry.network, let count = state.counts[network]
            else { return }
            state.counts[network] = count > 1 ? count - 1 : nil
        }
    }

    /// Whether the sender of an upload has gone away: the library waits for the rest of the body all the same.
    private static func isGone(_ file: Int32) -> Bool {
        var byte: UInt8 = 0
        return unsafe recv(file, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
    }

    /// The lock keeps the descriptor ours while it is shut down. A connection that was answered may be idle first, but not
    /// drip the next request for ever.
    /// Called about once a second.
    /// - Parameters:
    ///   - limit: seconds for a whole request.
    ///   - idle: seconds that an answered connection may wait before its next request begins.
    ///   - upload: seconds for a request that brings a file.
    func sweep(limit: Int, idle: Int, upload: Int) {
        let now = ConnectionRegister.now
        state.withLock { state in
            for entry in state.entries.values
            where !entry.isBusy
                && (entry.since < now - (entry.isUpload ? upload : limit) - (entry.hasBegun ? 0 : idle)
                    || entry.isUpload && ConnectionRegister.isGone(entry.file))
            {
                shutdown(entry.file, Int32(SHUT_RDWR))
            }
        }
    }

    /// Ends connections whose answer is read more slowly than any line is: the library looks for a single byte now and then.
    /// Called about once a second.
    /// - Parameters:
    ///   - seconds: in which the peer must have taken so many bytes more, while there were any to take.
    func sweepReaders(seconds: Int, bytes: Int) {
        let now = ConnectionRegister.now
        state.withLock { state in
            for (key, entry) in state.entries where entry.isBusy {
                var entry = entry
                guard let progress = SendProgress(entry.file), progress.hasPending else {
                    state.entries[key]?.reading = nil
                    continue
                }
                let start = entry.reading ?? (progress.acknowledged, now)
                if progress.acknowledged >= start.acknowledged + UInt64(bytes) {
                    entry.reading = (progress.acknowledged, now)
                } else {
                    entry.reading = start
                    if now - start.since > seconds { shutdown(entry.file, Int32(SHUT_RDWR)) }
                }
                state.entries[key] = entry
            }
        }
    }
}
