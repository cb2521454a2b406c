import Synchronization

/// The bytes of request bodies that are in memory at once, over all connections. One network gets a part of them alone, so
/// that it does not keep everybody else's forms out.
final class BodyBudget: Sendable {
    private struct State {
        var total = 0
        /// Bytes of each network that has any.
        var counts: [String: Int] = [:]
    }

    /// What one network gets: a quarter.
    private static let parts = 4

    private let state = Mutex(State())
    private let most: Int

    /// - Parameter most: bytes in memory at once.
    init(most: Int) { self.most = most }

    /// Takes some bytes; false when there are none left.
    /// - Parameter network: nil for a proxy's requests, which are many people's.
    func take(_ count: Int, for network: String?) -> Bool {
        state.withLock { state in
            guard state.total + count <= most else { return false }
            if let network {
                let own = (state.counts[network] ?? 0) + count
                guard own <= most / BodyBudget.parts else { return false }
                state.counts[network] = own
            }
            state.total += count
            return true
        }
    }

    /// Gives bytes back that were taken.
    func giveBack(_ count: Int, for network: String?) {
        state.withLock { state in
            state.total -= count
            guard let network, let own = state.counts[network] else { return }
            state.counts[network] = own > count ? own - count : nil
        }
    }

    /// Bytes that are taken at the moment.
    var taken: Int { state.withLock { $0.total } }
}
