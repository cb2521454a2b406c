import Contacts
import Dispatch
import Store
import Synchronization
import Threads

/// Stores results and leases further mails, both in one transaction.
///
/// Results come in faster than a disk takes them one by one, so that a thread of its own brings them to the disk every 50
/// ms. A crash of the program repeats at most one mail for each connection; a power cut, those of the last 50 ms as well.
/// No mail is lost by either.
final class MailRecorder {
    private let store: Store
    private let outbox: Outbox
    private let lease: DispatcherLease
    private let syncer: Syncer
    /// Messages that were leased and whose result is not stored yet.
    private var underWay: Set<Int> = []
    /// The election whose mail was leased last.
    private var latest = 0

    private let classes: ClosedRange<Priority>
    private let unstored: UnstoredResults

    /// - Parameters:
    ///   - unstored: what earlier runs could not store, and this one cannot.
    ///   - classes: which messages are leased; results of any class are stored.
    init(
        store: Store, outbox: Outbox, lease: DispatcherLease, unstored: UnstoredResults,
        classes: ClosedRange<Priority> = MessageClass.all
    ) {
        (self.classes, self.unstored) = (classes, unstored)
        (self.store, self.outbox, self.lease) = (store, outbox, lease)
        syncer = Syncer(store)
    }

    deinit { syncer.end() }

    /// Stores results, with those that could not be stored before; then leases up to `wanted` messages, none of them of `blocked` elections.
    /// - Returns: the leased messages, the most urgent first; fewer than `wanted` when no more are due.
    /// - Throws: what the store or the thread that syncs has met, and `unstored` keeps the results; `.busy` when another
    ///   dispatcher took the lease.
    func commit(
        _ results: [SendResult], wanted: Int = 0, blocked: Set<Int> = []
    ) throws(StoreError) -> [LeasedMessage] {
        unstored.add(results)
        if let error = syncer.error { throw error }
        for result in results { underWay.remove(result.id) }
        let order = LeaseOrder(
            route: .email, limit: wanted, except: underWay, blocked: blocked, classes: classes, after: latest)
        let (outbox, lease, unstored) = (outbox, lease, unstored)
        let (count, leased) = try store.write(durable: .soon) {
            (transaction: borrowing Transaction) throws(StoreError) -> (Int, [LeasedMessage]?) in
            // Stored whoever has the lease: what the relay took, it took.
            let count = try unstored.record(transaction, outbox, route: .email)
            guard try lease.holds(transaction) else { return (count, nil) }
            guard order.limit > 0 else { return (count, []) }
            return (count, try outbox.lease.due(transaction.reading, order))
        }
        unstored.forget(count)
        syncer.note()
        guard let leased else { throw DispatcherLease.lost }
        for message in leased { underWay.insert(message.id) }
        latest = leased.last?.election ?? latest
        return leased
    }

    /// Gives back messages that are not handed over after all.
    /// Messages given back stay `waiting` in the store and may be leased again.
    func giveBack(_ messages: [Int]) { for message in messages { underWay.remove(message) } }

    /// Returns when everything is on disk.
    func finish() throws(StoreError) {
        syncer.end()
        if let error = syncer.error { throw error }
    }
}

/// Brings what was committed to the disk, a little later.
private final class Syncer: Sendable {
    private struct State {
        var isDirty = false
        var ends = false
        var error: StoreError?
    }

    private let store: Store
    private let state = Mutex(State())
    private let news = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    /// How long a result may stand in the log alone.
    private static let delay = DispatchTimeInterval.milliseconds(50)

    init(_ store: Store) {
        self.store = store
        do throws(OwnThread.Fault) {
            try OwnThread.begin("results of mails") { [self] in
                work()
                ended.signal()
            }
        } catch {
            state.withLock { $0.error = StoreError(.failed, error.description) }
            ended.signal()
        }
    }

    var error: StoreError? { state.withLock { $0.error } }

    /// Says that there is something to sync.
    func note() {
        let isNew = state.withLock { state in
            defer { state.isDirty = true }
            return !state.isDirty
        }
        if isNew { news.signal() }
    }

    /// Syncs what is left and ends the thread.
    func end() {
        let isFirst = state.withLock { state in
            defer { state.ends = true }
            return !state.ends
        }
        guard isFirst else { return }
        news.signal()
        ended.wait()
    }

    /// The thread: waits for news, rests for `delay`, and syncs. Ends after the first error of the store.
    private func work() {
        while true {
            news.wait()
            // Whoever ends does not wait for the rest of the delay.
            if !state.withLock({ $0.ends }) { _ = news.wait(timeout: .now() + Syncer.delay) }
            let (mustSync, ends) = state.withLock { state in
                defer { state.isDirty = false }
                return (state.isDirty, state.ends)
            }
            if mustSync {
                do throws(StoreError) { try store.sync() } catch { state.withLock { $0.error = error } }
            }
            if ends { return }
        }
    }
}
