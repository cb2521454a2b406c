import Glibc

/// Wakes threads that wait for work, and tells them when to stop.
///
/// It waits by the monotonic clock: a wall clock that is set back by three hours must not keep mails waiting for three hours.
@safe package final class WakeSignal: @unchecked Sendable {
    // `@unchecked Sendable`: everything is under the mutex.
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// How often it was rung; a waiter compares it with what it has heard.
    private var rings = 0
    /// For good.
    private var hasEnded = false

    /// Whether `stop` was called; nothing takes it back.
    package var isStopped: Bool { locked { hasEnded } }

    /// Nothing rung, not stopped.
    package init() {
        let attributes = UnsafeMutablePointer<pthread_condattr_t>.allocate(capacity: 1)
        unsafe pthread_condattr_init(attributes)
        unsafe pthread_condattr_setclock(attributes, CLOCK_MONOTONIC)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(condition, attributes)
        unsafe pthread_condattr_destroy(attributes)
        unsafe attributes.deallocate()
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs `body` under the mutex.
    private func locked<Value>(_ body: () -> Value) -> Value {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Wakes everybody who waits.
    package func ring() {
        locked {
            rings += 1
            unsafe pthread_cond_broadcast(condition)
        }
    }

    /// Wakes everybody for good.
    package func stop() {
        locked {
            hasEnded = true
            unsafe pthread_cond_broadcast(condition)
        }
    }

    /// Waits for a ring or so many milliseconds; false when it is time to stop.
    /// - Parameter heard: the rings that the caller has heard, 0 at first: one that came while it was at work counts too.
    /// - Parameter milliseconds: 0 and more.
    package func wait(milliseconds: Int, heard: inout Int) -> Bool {
        var end = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &end)
        let nanoseconds = end.tv_nsec + milliseconds % 1000 * 1_000_000
        end.tv_sec += milliseconds / 1000 + nanoseconds / 1_000_000_000
        end.tv_nsec = nanoseconds % 1_000_000_000
        let known = heard
        let (now, goesOn) = locked {
            while !hasEnded, rings == known, unsafe pthread_cond_timedwait(condition, mutex, &end) == 0 {}
            return (rings, !hasEnded)
        }
        heard = now
        return goesOn
    }
}
