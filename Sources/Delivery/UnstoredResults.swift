import Contacts
import Glibc
import Store
import Synchronization

/// What a relay or gateway said of messages and the store has not taken in yet.
///
/// It outlives the run that failed: the next one stores it before it leases anything, so that nobody is written to a
/// second time because the store was full or locked for a moment. One for each line; a process that dies loses it.
final class UnstoredResults: Sendable {
    private let waiting = Mutex<[SendResult]>([])

    /// Seconds for which a line that ends tries to store what is left: with the relay's last answers it stays below the minute
    /// after which systemd kills.
    private static let lastPatience = 10
    /// Between two of these attempts, in microseconds.
    private static let lastPause: UInt32 = 500_000

    var isEmpty: Bool { waiting.withLock { $0.isEmpty } }

    /// Keeps results until `store` has brought them into the store.
    func add(_ results: [SendResult]) {
        guard !results.isEmpty else { return }
        waiting.withLock { $0 += results }
    }

    /// Writes everything that waits into the store; returns how many there were. Once they are committed, `forget` them.
    func record(_ transaction: borrowing Transaction, _ outbox: Outbox, route: Channel) throws(StoreError) -> Int {
        let results = waiting.withLock { $0 }
        try outbox.record(transaction, results, route: route)
        return results.count
    }

    /// Says that the first `count` results are committed.
    func forget(_ count: Int) { waiting.withLock { $0.removeFirst(count) } }

    /// Stores what is left when a line ends, and tries again for `lastPatience`.
    /// - Throws: what the store said last, and how many messages may go out a second time.
    func settle(_ store: Store, _ outbox: Outbox, route: Channel) throws(StoreError) {
        let end = MailEngine.now + UnstoredResults.lastPatience
        while !isEmpty {
            do throws(StoreError) {
                let count = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                    try record(transaction, outbox, route: route)
                }
                forget(count)
            } catch {
                guard MailEngine.now >= end else {
                    usleep(UnstoredResults.lastPause)
                    continue
                }
                let count = waiting.withLock { $0.count }
                throw StoreError(
                    error.kind,
                    "What became of \(count) messages (\(route.rawValue)) could not be stored; they may go out a second time. \(error.message)",
                    cure: error.cure, code: error.code)
            }
        }
    }
}
