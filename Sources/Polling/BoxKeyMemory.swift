import Synchronization

/// The box key as a program has it in memory: it arrives at the opening, when the site may long be running.
final class BoxKeyMemory: Sendable {
    /// What is known of the box key.
    private enum Known: Sendable {
        case unknown
        case here(BoxKey)
        /// The poll is closed: it is not asked for again.
        case gone
    }

    private let source: @Sendable () -> BoxKey?
    private let known = Mutex(Known.unknown)
    /// Whether the key was seen to open credentials.
    private let proven = Mutex(false)

    /// - Parameter source: gives the box key where it is there.
    init(source: @escaping @Sendable () -> BoxKey?) { self.source = source }

    /// The box key; nil before it was handed over, and after the close.
    var key: BoxKey? {
        known.withLock { known in
            switch known {
            case .here(let key): return key
            case .gone: return nil
            case .unknown:
                guard let key = source() else { return nil }
                known = .here(key)
                return key
            }
        }
    }

    var isProven: Bool { proven.withLock { $0 } }

    var isGone: Bool { if case .gone = known.withLock({ $0 }) { true } else { false } }

    func prove() { proven.withLock { $0 = true } }

    /// The next look asks the source again.
    func forgetForeign() {
        known.withLock { known in
            if case .here = known { known = .unknown }
        }
    }

    func end() { known.withLock { $0 = .gone } }
}
