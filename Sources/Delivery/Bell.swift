import Foundation

/// Wakes threads that wait for work, and tells them when to stop.
package final class Bell: @unchecked Sendable {
    // `@unchecked Sendable`: everything is under the condition's lock.
    private let condition = NSCondition()
    private var rings = 0
    private var hasEnded = false

    package var isStopped: Bool { condition.withLock { hasEnded } }

    package init() {}

    /// Wakes everybody who waits.
    package func ring() {
        condition.withLock {
            rings += 1
            condition.broadcast()
        }
    }

    /// Wakes everybody for good.
    package func stop() {
        condition.withLock {
            hasEnded = true
            condition.broadcast()
        }
    }

    /// Waits for a ring or so many milliseconds; false when it is time to stop.
    /// - Parameter heard: the rings that the caller has heard, 0 at first: one that came while it was at work counts too.
    package func wait(milliseconds: Int, heard: inout Int) -> Bool {
        condition.withLock {
            let end = Date(timeIntervalSinceNow: Double(milliseconds) / 1000)
            while !hasEnded, rings == heard, condition.wait(until: end) {}
            heard = rings
            return !hasEnded
        }
    }
}
