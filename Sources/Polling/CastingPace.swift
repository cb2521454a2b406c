import Store
import Synchronization

/// Keeps a voter from making the server check one bad ballot after the other: each check takes as long as an honest vote's.
///
/// An attempt is counted before it is checked, so that many at once are no way around, and given back when the ballot was not
/// refused. Counted by voter and not by session, of which one voter could open many. Kept in memory: a restart forgives.
package final class CastingPace: Sendable {
    /// Refused ballots after which a voter must pause. A ballot that suffered on its way is sent again at once, and once more;
    /// nobody's browser makes three bad ones.
    package static let mostRefused = 3
    /// How often a ballot that counts already is answered again before that is counted too: networks lose answers, and each
    /// costs the reading of the ballot and its signature's check.
    package static let mostRepeated = 3
    /// Seconds in which one refused ballot is forgiven: a voter's flood costs the server one check a minute.
    package static let pauseSeconds = 60
    /// Voters remembered; beyond them the one whose last refusal is oldest is forgotten.
    static let mostVoters = 10_000

    private struct Entry {
        var refused = 0
        var repeated = 0
        var running = 0
        /// Since when the next refusal is being forgiven.
        var since: Int
    }

    private let entries = Mutex<[Int: Entry]>([:])
    private let clock: Clock

    init(clock: Clock) { self.clock = clock }

    /// A ballot that may be checked. What is let go without a word gives the attempt back, whatever kept it from its end.
    package final class Admission: Sendable {
        private let pace: CastingPace
        private let voter: Int
        private let isOver = Mutex(false)

        fileprivate init(_ pace: CastingPace, _ voter: Int) { (self.pace, self.voter) = (pace, voter) }

        /// Ends the check, before its answer goes out: a browser's next request must not find it under way.
        func end(_ end: End) {
            let isFirst = isOver.withLock { isOver in
                defer { isOver = true }
                return !isOver
            }
            if isFirst { pace.end(voter, end) }
        }

        deinit { end(.free) }
    }

    /// What became of a check.
    enum End: Sendable {
        case free
        case refused
        /// The ballot counted already: its receipt was given once more.
        case repeated
    }

    /// Whether a voter's ballot is checked now.
    package enum Answer: Sendable {
        case admitted(Admission)
        /// Too many were refused: none for so many seconds.
        case paused(seconds: Int)
        /// As many as may be are being checked at this moment.
        case underWay
    }

    /// Asks for one check.
    /// - Parameter voter: row number on the roll.
    package func admit(_ voter: Int) -> Answer {
        let now = clock.now
        return entries.withLock { entries in
            var entry = entries[voter] ?? Entry(since: now)
            CastingPace.forgive(&entry, now)
            guard entry.refused < CastingPace.mostRefused else {
                return .paused(seconds: entry.since + CastingPace.pauseSeconds - now)
            }
            guard entry.refused + entry.running < CastingPace.mostRefused else { return .underWay }
            if entries[voter] == nil, entries.count >= CastingPace.mostVoters { CastingPace.forgetOne(&entries, now) }
            entry.running += 1
            entries[voter] = entry
            return .admitted(Admission(self, voter))
        }
    }

    /// How many voters are remembered.
    var count: Int { entries.withLock { $0.count } }

    /// Gives an attempt back, or counts it as refused.
    private func end(_ voter: Int, _ end: End) {
        let now = clock.now
        entries.withLock { entries in
            // Forgotten meanwhile: there is nothing to give back.
            guard var entry = entries[voter] else { return }
            CastingPace.forgive(&entry, now)
            entry.running = max(0, entry.running - 1)
            if end != .free, entry.refused == 0, entry.repeated == 0 { entry.since = now }
            switch end {
            case .free: break
            case .repeated where entry.repeated < CastingPace.mostRepeated: entry.repeated += 1
            case .refused, .repeated: entry.refused += 1
            }
            entries[voter] = entry.refused + entry.repeated + entry.running == 0 ? nil : entry
        }
    }

    /// Forgives one refusal for each whole pause since `since`.
    private static func forgive(_ entry: inout Entry, _ now: Int) {
        // A clock that was set back must not lengthen anybody's pause.
        entry.since = min(entry.since, now)
        let minutes = (now - entry.since) / pauseSeconds
        // Repetitions last: a flood of them must not get a free one with each pause.
        entry.repeated = max(0, entry.repeated - max(0, minutes - entry.refused))
        entry.refused = max(0, entry.refused - minutes)
        entry.since += minutes * pauseSeconds
    }

    /// Makes room for one voter: whoever has no check under way, and the oldest refusal, goes first.
    private static func forgetOne(_ entries: inout [Int: Entry], _ now: Int) {
        let oldest = entries.min { left, right in
            (left.value.running, left.value.since) < (right.value.running, right.value.since)
        }
        if let oldest { entries[oldest.key] = nil }
    }
}
