import Dispatch
import Synchronization
import Threads

/// A few threads with a bounded queue, for work that is slow on purpose.
/// Its threads live until `stop`; a job cannot be taken back once it is queued.
package final class WorkerPool: Sendable {
    private struct State {
        /// Jobs in their order; those before `head` are done.
        var jobs: [(@Sendable () -> Void)?] = []
        var head = 0
        var isStopping = false
        var fault: String?
    }

    private let state = Mutex(State())
    private let news = DispatchSemaphore(value: 0)
    /// Jobs that may wait.
    private let capacity: Int
    private let threads: Int

    /// - Parameter capacity: jobs that may wait.
    /// - Parameter threads: as many jobs are done at once; where a thread cannot be begun there are fewer, and `fault`
    ///   says so.
    package init(threads: Int, capacity: Int) {
        (self.threads, self.capacity) = (threads, capacity)
        for _ in 0..<threads {
            do throws(OwnThread.Fault) {
                try OwnThread.begin("requests") { [self] in work() }
            } catch {
                state.withLock { $0.fault = error.description }
            }
        }
    }

    /// Why there are fewer threads than were asked for; nil where there are all.
    package var fault: String? { state.withLock { $0.fault } }

    /// Jobs that wait.
    package var waiting: Int { state.withLock { $0.jobs.count - $0.head } }

    /// Queues a job; false when the queue is full or the pool stops.
    package func submit(_ job: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = state.withLock { state in
            guard !state.isStopping, state.jobs.count - state.head < capacity else { return false }
            state.jobs.append(job)
            return true
        }
        if isTaken { news.signal() }
        return isTaken
    }

    /// Ends the threads once the queue is empty.
    package func stop() {
        state.withLock { $0.isStopping = true }
        for _ in 0..<threads { news.signal() }
    }

    /// A thread: takes jobs one after the other, and ends when it is woken without one.
    private func work() {
        while true {
            news.wait()
            let job: (@Sendable () -> Void)? = state.withLock { state in
                guard state.head < state.jobs.count else { return nil }
                defer {
                    // A job that is done keeps nothing: it held a request's body.
                    state.jobs[state.head] = nil
                    state.head += 1
                    if state.head > 64, state.head * 2 > state.jobs.count {
                        state.jobs.removeFirst(state.head)
                        state.head = 0
                    }
                }
                return state.jobs[state.head]
            }
            guard let job else { return }
            job()
        }
    }
}
