import Synchronization
import Threads

/// Counts requests by the address they come from, in windows of ten minutes. Kept in memory: a restart forgives.
package final class RateLimiter: Sendable {
    /// The counts of one window; they go when the next one begins.
    private struct State {
        var window = 0
        /// By kind and network, a space between them.
        var counts: [String: Int] = [:]
    }

    private let state = Mutex(State())
    /// Seconds of a window.
    package static let window = 600
    /// Sources remembered in a window; further ones count as one.
    private static let mostSources = 100_000

    /// Nothing was counted yet.
    package init() {}

    /// The window under way. By the time since the machine's start: a clock that is set neither forgives nor prolongs one.
    private var current: Int { Int(Monotonic.seconds) / RateLimiter.window }

    /// Counts one request and returns how many there were in this window.
    /// - Parameter kind: what is counted; each kind has counts of its own.
    package func count(_ kind: String, from source: String) -> Int {
        let window = current
        return state.withLock { state in
            if state.window != window { state = State(window: window) }
            let key = kind + " " + RateLimiter.network(source)
            let kept = state.counts[key] != nil || state.counts.count < RateLimiter.mostSources ? key : kind
            state.counts[kept, default: 0] += 1
            return state.counts[kept] ?? 0
        }
    }

    /// How many requests of a kind came from a source in this window.
    /// Sources beyond `mostSources` have no count of their own, and seem new here.
    package func seen(_ kind: String, from source: String) -> Int {
        let window = current
        return state.withLock { $0.window == window ? $0.counts[kind + " " + RateLimiter.network(source)] ?? 0 : 0 }
    }

    /// An IPv4 address, or the first half of an IPv6 one: that is what one connection is given.
    package static func network(_ address: String) -> String {
        guard address.contains(":") else { return address }
        let halves = address.components(around: "::")
        let left = halves.0.split(separator: ":")
        guard left.count < 4, halves.1 != nil else { return left.prefix(4).joined(separator: ":") }
        return (left + [Substring](repeating: "0", count: 4 - left.count)).joined(separator: ":")
    }
}

extension String {
    /// What stands before and behind the first occurrence of a mark; the second is nil where there is none.
    fileprivate func components(around mark: String) -> (String, String?) {
        guard let found = firstRange(of: mark) else { return (self, nil) }
        return (String(self[..<found.lowerBound]), String(self[found.upperBound...]))
    }
}
