import Store
import Synchronization

/// Counts requests by the address they come from, in windows of ten minutes. Kept in memory: a restart forgives.
package final class SourceLimits: Sendable {
    private struct State {
        var window = 0
        var counts: [String: Int] = [:]
    }

    private let state = Mutex(State())
    private let clock: Clock
    /// Seconds of a window.
    static let window = 600
    /// Sources remembered in a window; further ones count as one.
    private static let mostSources = 100_000

    init(clock: Clock) { self.clock = clock }

    /// Counts one request and returns how many there were in this window.
    /// - Parameter kind: what is counted; each kind has counts of its own.
    func count(_ kind: String, from source: String) -> Int {
        let window = clock.now / SourceLimits.window
        return state.withLock { state in
            if state.window != window { state = State(window: window) }
            let key = kind + " " + SourceLimits.network(source)
            let kept = state.counts[key] != nil || state.counts.count < SourceLimits.mostSources ? key : kind
            state.counts[kept, default: 0] += 1
            return state.counts[kept] ?? 0
        }
    }

    /// How many requests of a kind came from a source in this window.
    func seen(_ kind: String, from source: String) -> Int {
        let window = clock.now / SourceLimits.window
        return state.withLock { $0.window == window ? $0.counts[kind + " " + SourceLimits.network(source)] ?? 0 : 0 }
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
    fileprivate func components(around mark: String) -> (String, String?) {
        guard let found = firstRange(of: mark) else { return (self, nil) }
        return (String(self[..<found.lowerBound]), String(self[found.upperBound...]))
    }
}
