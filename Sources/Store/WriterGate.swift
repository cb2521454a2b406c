import Dispatch
import Synchronization

/// When a write must have reached the disk.
package enum Durability: Sendable {
    /// Before `write` returns: whatever happens afterwards, it is kept.
    case now
    /// With the next commit that is `now`, or when `sync` is called. A crash of the program keeps it; a power cut may undo
    /// it, and everything after it that was not `now` either.
    case soon
}

/// A write waiting for its turn. Whoever leads runs it; its own thread sleeps until the commit.
private final class Job: @unchecked Sendable {
    /// Runs the write inside a savepoint; what ended the shared transaction where it is gone, nil where it goes on.
    var run: (() -> StoreError?)?
    var failure: StoreError?
    var mustLead = false
    let durability: Durability
    let woken = DispatchSemaphore(value: 0)

    init(_ durability: Durability, _ run: @escaping () -> StoreError?) {
        (self.durability, self.run) = (durability, run)
    }
}

/// The one way to the writing connection. Writes that arrive together share one transaction and one fsync.
///
/// The first to arrive leads: it runs every queued write in a savepoint of its own, commits, and wakes them. A failing
/// COMMIT, or a transaction that SQLite gave up, fails every member of the batch. `@unchecked Sendable`: the queue is
/// under a mutex, and the connection is touched by the leader alone.
final class WriterGate: @unchecked Sendable {
    /// How long a leader waits for company, and only when the last batch was larger than the queue: less than a disk's
    /// fsync, more than a thread's way to the queue.
    private static let lingerMicroseconds = 100
    /// A batch's bound, so that one commit never grows beyond what its members would wait for.
    private static let largestBatch = 512

    private struct Queue {
        var jobs: [Job] = []
        var led = false
        var lastBatch = 1
    }

    private let connection: Connection
    private let files: FileGuard
    /// Whether the connection waits for the disk at each commit; touched by the leader alone.
    private var syncs = true
    private let queue = Mutex(Queue())

    init(_ connection: Connection, files: FileGuard) { (self.connection, self.files) = (connection, files) }

    /// Waits until the write is committed, by this thread or by the one that leads.
    func write<Value>(
        _ durability: Durability, _ body: (borrowing Transaction) throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        var result: Result<Value, StoreError>?
        let failure = withoutActuallyEscaping(body) { body -> StoreError? in
            let job = Job(durability) { [connection] in
                WriterGate.attempt(on: connection, body) { result = $0 }
            }
            return take(part: job)
        }
        if let failure { throw failure }
        guard let result else { throw StoreError(.failed, "A write was never run.") }
        return try result.get()
    }

    /// Runs `body` in a savepoint; returns what the surrounding transaction was lost by, nil where it goes on.
    private static func attempt<Value>(
        on connection: Connection, _ body: (borrowing Transaction) throws(StoreError) -> Value,
        _ keep: (Result<Value, StoreError>) -> Void
    ) -> StoreError? {
        do throws(StoreError) {
            try connection.execute("SAVEPOINT member")
            let value = try body(Transaction(connection))
            try connection.execute("RELEASE member")
            keep(.success(value))
            return nil
        } catch {
            keep(.failure(error))
            guard connection.inTransaction else { return error }
            do throws(StoreError) {
                try connection.execute("ROLLBACK TO member")
                try connection.execute("RELEASE member")
                return nil
            } catch {
                return error
            }
        }
    }

    /// - Returns: what failed the whole batch; nil where it was committed.
    private func take(part job: Job) -> StoreError? {
        let leads = queue.withLock { queue in
            queue.jobs.append(job)
            defer { queue.led = true }
            return !queue.led
        }
        if leads {
            lead()
        } else {
            job.woken.wait()
            if job.mustLead { lead() }
        }
        return job.failure
    }

    /// Runs what has queued up as one transaction, then hands the lead to whoever came first meanwhile.
    private func lead() {
        let waitsForCompany = queue.withLock { $0.jobs.count < $0.lastBatch }
        if waitsForCompany { pause(microseconds: WriterGate.lingerMicroseconds) }
        let batch = queue.withLock { queue in
            let batch = Array(queue.jobs.prefix(WriterGate.largestBatch))
            queue.jobs.removeFirst(batch.count)
            return batch
        }
        let failure = runTogether(batch)
        let next = queue.withLock { queue in
            queue.lastBatch = batch.count
            queue.led = !queue.jobs.isEmpty
            return queue.jobs.first
        }
        if let next {
            next.mustLead = true
            next.woken.signal()
        }
        for job in batch {
            job.failure = failure
            job.woken.signal()
        }
    }

    /// - Returns: what failed all of them; nil where they were committed, each with its own result.
    private func runTogether(_ batch: [Job]) -> StoreError? {
        do throws(StoreError) {
            let mustSync = batch.contains { $0.durability == .now }
            if mustSync != syncs {
                try connection.script(mustSync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL")
                syncs = mustSync
            }
            try connection.execute("BEGIN IMMEDIATE")
            for job in batch {
                let cause = job.run?()
                job.run = nil  // dropped before its owner wakes: the closure may not outlive its caller
                if let cause { throw WriterGate.lost(cause) }
            }
            try connection.execute("COMMIT")
            // Committed into a file that nobody will open again is not kept: nobody is told that it was.
            return files.fault()
        } catch {
            for job in batch { job.run = nil }
            guard connection.inTransaction else { return error }
            do throws(StoreError) { try connection.execute("ROLLBACK") } catch let second {
                return StoreError(.failed, "\(error) Then the rollback failed: \(second)")
            }
            return error
        }
    }

    /// What every write of a batch is told when one of them lost the transaction: the same trouble, so that each is tried again where
    /// that one would be.
    private static func lost(_ cause: StoreError) -> StoreError {
        StoreError(
            cause.isOfTheStore ? cause.kind : .failed, "The transaction was given up by the store: \(cause.message)",
            cure: "Nothing of it was kept. Free some space and run it again.", code: cause.code)
    }
}
