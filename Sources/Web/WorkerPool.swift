import Dispatch
import Foundation
import Synchronization

/// A few threads with a bounded queue, for work that is slow on purpose.
package final class WorkerPool: Sendable {
    private struct State {
        var jobs: [(@Sendable () -> Void)?] = []
        var head = 0
        var isStopping = false
    }

    private let state = Mutex(State())
    private let news = DispatchSemaphore(value: 0)
    private let capacity: Int
    private let threads: Int

    /// - Parameter capacity: jobs that may wait.
    package init(threads: Int, capacity: Int) {
        (self.threads, self.capacity) = (threads, capacity)
        for _ in 0..<threads {
            let thread = Thread { [self] in work() }
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

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
