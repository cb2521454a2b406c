import Elections
import Journal
import Store
import Synchronization

/// Why the clock's word does not close a poll.
package enum ClockDoubt: String, Sendable {
    /// It jumped beyond the grace while the program ran.
    case jumped
    /// The program began after the hour and has no sign of life from shortly before: nothing tells that the clock is right.
    case unproven
    /// It shows a time before what was stored last.
    case behind
}

/// What a running program knows of its clock.
struct ClockPast: Sendable {
    /// Whether the program saw the time before the hour, or another one did shortly before.
    var isProven = false
    /// When the last sign of life was written, by the station's clock.
    var signedAt = 0
}

/// ```
/// open      at the hour, clock proven ------> closing --- grace over, clock proven -----> closed
///   |                                           |
///   | at the hour, clock in doubt               | grace over, clock in doubt; or it went back before the hour
///   v                                           v
/// ended:  no vote is taken, nothing is final
///   the kernel's clock is synchronised, or a member of the bureau closes ------> closed
///   a member extends or resumes; or the clock shows a time before the hour and after all that is stored ---> open
/// ```
extension PollingStation {
    /// Seconds between two signs of life in the store.
    static let signEvery = 20

    /// Seconds for which the clock may be off, and a program may be away, without losing its past.
    var clockTolerance: Int { max(election.election.graceMinutes * 60, SteadyClock.leastTolerance) }

    /// Why the clock's word is not taken for this poll; nil while it is.
    func doubt(_ poll: Poll) -> ClockDoubt? {
        // Commands and tests without a clock that is watched: they close by a person's order alone.
        guard let steady else { return nil }
        let now = clock.now
        let isBehind = poll.seenAt.map { now < $0 - clockTolerance } ?? false
        let isProven = past.withLock { past in
            let isAfterSign = poll.seenAt.map { abs(now - $0) <= clockTolerance } ?? false
            if isAfterSign || now < poll.closesAt && !isBehind { past.isProven = true }
            return past.isProven
        }
        if steady.isSynchronised { return nil }
        if steady.jump != nil { return .jumped }
        if isBehind { return .behind }
        return isProven ? nil : .unproven
    }

    /// Writes down that a program ran with a clock that it believes; and what it holds of the clock, where that changed.
    func signOfLife(_ poll: Poll, _ doubt: ClockDoubt?) throws(StoreError) {
        guard steady != nil, [.open, .suspended, .closing, .ended].contains(poll.state) else { return }
        let now = clock.now
        if poll.clockDoubt != doubt {
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try transaction.execute(
                    "UPDATE polling_poll SET clock_doubt = ? WHERE election = ?", doubt?.rawValue, election.number)
                try logbook.record(
                    transaction, election: election.election.id, by: .system("clock"), "poll.clock",
                    ["doubt": doubt?.rawValue ?? "none", "shows": "\(now)", "jump": "\(steady?.jump ?? 0)"])
            }
        }
        // A clock in doubt leaves no time behind: the right one would look as if it had gone back. A poll that ended waits.
        let isTime = past.withLock { abs(now - $0.signedAt) >= PollingStation.signEvery }
        guard doubt == nil, poll.state != .ended, isTime else { return }
        try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE polling_poll SET seen_at = ? WHERE election = ?", now, election.number)
        }
        past.withLock { $0.signedAt = now }
    }

    /// A poll whose hour came by a clock in doubt: votes are refused, and nothing is final.
    func end(_ doubt: ClockDoubt) throws(StoreError) -> Bool {
        try change(
            from: [.open, .closing], to: .ended, "poll.ended", by: .system("clock"), details: ["clock": doubt.rawValue]
        ) { transaction, poll throws(StoreError) in
            // A person ordered the close, or extended meanwhile: this look came too late.
            guard poll.orderedAt == nil, poll.stoppedAt == nil else { return "The close was ordered." }
            if poll.state == .open, clock.now < poll.closesAt { return "The hour has not come." }
            return nil
        } == nil
    }

    /// The clock that ended the poll was wrong: a later look shows a time before the hour.
    func takeBack() throws(StoreError) -> Bool {
        try change(from: [.ended], to: .open, "poll.reopen", by: .system("clock")) { _, poll throws(StoreError) in
            clock.now < poll.closesAt ? nil : "The hour has come."
        } == nil
    }
}
