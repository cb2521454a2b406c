import Elections
package import Store
import Synchronization

/// What a station knows of the write-ahead log.
private struct LogState: Sendable {
    /// Whether it is emptied at the next look: after a round, after a change of state.
    var isDue = false
    /// By the mark beside the store at first: a start that has just emptied it does not hold up the first votes again.
    var emptiedAt: Int
    /// Since when it could not be emptied; nil while it can.
    var keptSince: Int?
    /// State and hours at the last look: another program may change them, and need not have emptied the log.
    var seen: [String] = []
}

/// The write-ahead log holds the latest writes in their order, and so pairs voters with ballots without any key. It is copied
/// back into the store and emptied a minute after it was begun, at the start, at the end, after every round and every change
/// of state.
package final class VoteLog: Sendable {
    private let store: Store
    private let clock: Clock
    private let log: Mutex<LogState>

    init(store: Store, clock: Clock) {
        (self.store, self.clock) = (store, clock)
        log = Mutex(LogState(emptiedAt: store.logFile.emptiedAt ?? 0))
    }

    /// Seconds after which what was written leaves the log: with the looks between, a vote stays there for less than 90.
    package static let seconds = 60

    /// What came of a look at the log.
    package enum Emptying: Sendable, Equatable {
        case notDue
        case emptied
        /// A reader under way keeps it, since then: to be tried again.
        case kept(since: Int)
    }

    /// Has the log emptied at the next look.
    func emptySoon() { log.withLock { $0.isDue = true } }

    /// Empties the log soon where another program changed the poll.
    func notice(_ poll: Poll) {
        let seen = [poll.state.rawValue, "\(poll.closesAt)", "\(poll.stoppedAt ?? 0)"]
        log.withLock { log in
            if log.seen != seen { (log.seen, log.isDue) = (seen, log.isDue || !log.seen.isEmpty) }
        }
    }

    /// Empties the log where it is time. To be called every second or so.
    /// - Parameter force: whatever the time, as at the end.
    /// - Returns: `kept` is no error: a reader under way holds it for a while.
    /// - Throws: what the store throws.
    package func empty(force: Bool = false) throws(StoreError) -> Emptying {
        let now = clock.now
        let isDue = log.withLock { log in
            force || log.isDue || log.keptSince != nil || abs(now - log.emptiedAt) >= VoteLog.seconds
        }
        guard isDue else { return .notDue }
        let isEmptied = try store.truncateLog()
        return log.withLock { log in
            guard isEmptied else {
                let since = log.keptSince ?? now
                log.keptSince = since
                return .kept(since: since)
            }
            (log.isDue, log.emptiedAt, log.keptSince) = (false, now, nil)
            return .emptied
        }
    }
}
