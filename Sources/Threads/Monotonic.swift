import Glibc

/// A clock that only goes forward.
package enum Monotonic {
    /// Seconds since the machine's start.
    /// The time in which the machine slept is not counted.
    package static var seconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
