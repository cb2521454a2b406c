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
    /// Sources with a count of their own in a window.
    private static let mostSources = 100_000
    /// Further sources share so many counts of each kind: a flood of addresses fills neither the memory nor everybody's count, and
    /// whoever comes after it shares theirs with few.
    private static let sharedCounts = 4096

    /// Nothing was counted yet.
    package init() {}

    /// The window under way. By the time since the machine's start: a clock that is set neither forgives nor prolongs one.
    private var current: Int { Int(Monotonic.seconds) / RateLimiter.window }

    /// Where a source is counted: by itself, or with others where there are too many. It stays there until the window ends.
    private static func key(_ kind: String, _ source: String, _ state: State) -> String {
        let network = network(source)
        let own = kind + " " + network
        guard state.counts[own] == nil, state.counts.count >= mostSources else { return own }
        // Seeded anew in each process: nobody can choose whom they share a count with.
        var hasher = Hasher()
        hasher.combine(network)
        return "\(kind) #\(UInt(bitPattern: hasher.finalize()) % UInt(sharedCounts))"
    }

    /// Counts one request and returns how many there were in this window.
    /// - Parameter kind: what is counted; each kind has counts of its own.
    package func count(_ kind: String, from source: String) -> Int {
        let window = current
        return state.withLock { state in
            if state.window != window { state = State(window: window) }
            let key = RateLimiter.key(kind, source, state)
            state.counts[key, default: 0] += 1
            return state.counts[key] ?? 0
        }
    }

    /// How many requests of a kind came from a source in this window, or from those that share its count.
    package func seen(_ kind: String, from source: String) -> Int {
        let window = current
        return state.withLock { state in
            state.window == window ? state.counts[RateLimiter.key(kind, source, state)] ?? 0 : 0
        }
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
