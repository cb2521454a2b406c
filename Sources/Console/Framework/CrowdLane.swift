import Synchronization

/// The requests of crowded networks that are under way: one of each, and few in all. Who honestly signs in where somebody else
/// asks too often gets through between two others, and staff's work goes on beside them.
final class CrowdLane: Sendable {
    /// Requests of crowded networks under way at once.
    private static let most = 8
    /// Whose requests those are.
    private static let taken = Mutex<Set<[UInt8]>>([])

    /// A token's mark, or a network's address.
    private let whose: [UInt8]
    private let isLeft = Atomic(false)

    private init(_ whose: [UInt8]) { self.whose = whose }

    /// Nil where one of theirs is under way, or all places are taken.
    static func enter(_ whose: [UInt8]) -> CrowdLane? {
        let isFree = taken.withLock { $0.count < most && $0.insert(whose).inserted }
        return isFree ? CrowdLane(whose) : nil
    }

    /// The answer is made: the next request of theirs may come, also before this one's is sent.
    func leave() {
        guard !isLeft.exchange(true, ordering: .relaxed) else { return }
        _ = CrowdLane.taken.withLock { $0.remove(whose) }
    }

    // A request that was dropped leaves as well.
    deinit { leave() }
}
