package import Store
import Synchronization

/// A time that stands still until it is moved, seconds since 1970.
package final class StoppedClock: Sendable {
    private let time: Mutex<Int>

    /// - Parameter now: where it stands at first.
    package init(_ now: Int) { time = Mutex(now) }

    /// Where it stands.
    package var now: Int { time.withLock { $0 } }

    /// What the rooms are given.
    package var clock: Clock { Clock { [self] in now } }

    /// Lets time pass; negative seconds set it back.
    package func wait(_ seconds: Int) { time.withLock { $0 += seconds } }

    /// Sets it.
    package func set(_ now: Int) { time.withLock { $0 = now } }
}
