import Glibc

/// Where the time comes from; injected, so that a test never reads the wall clock.
package struct Clock: Sendable {
    private let read: @Sendable () -> Int

    /// - Parameter read: gives seconds since 1970; called from any thread.
    package init(_ read: @escaping @Sendable () -> Int) { self.read = read }

    /// Seconds since 1970-01-01T00:00:00Z.
    package var now: Int { read() }

    /// The machine's clock.
    package static let system = Clock {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return time.tv_sec
    }
}
