import Elections
package import Journal
package import Store
import Synchronization

/// Why the clock's word does not close a poll.
package enum ClockDoubt: String, Sendable, CaseIterable {
    /// It jumped beyond the grace while the program ran.
    case jumped
    /// The machine was started anew and no sign of life is from shortly before, or the program began after the hour: nothing tells
    /// that the clock is right.
    case unproven
    /// It shows a time before what was stored last.
    case behind
}

/// What a running program knows of its clock.
private struct ClockPast: Sendable {
    /// Whether the program saw the time before the hour, or another one did shortly before.
    var isProven = false
    /// When the last sign of life was written, by the station's clock.
    var signedAt = 0
    /// The last one that was written or heeded.
    var heard: SteadyClock.Witness?
    /// Since when an ordered close waits under a clock that shows a time before the order, in seconds since the machine's start.
    var lostSince: Int?
}

/// Says whether the clock's word closes the poll, and what is done where it does not.
/// ```
/// open      at the hour, clock proven ------> closing --- grace over, clock proven -----> closed
///   |                                           |
///   | at the hour, clock in doubt               | grace over, clock in doubt; or it went back before the hour
///   v                                           v
/// ended:  no vote is taken, nothing is final
///   the kernel's clock is synchronised, or a member of the bureau closes ------> closed
///   a member extends or resumes; or a clock that is believed shows a time before the hour ---> open
/// any of them: a member says that the machine's clock is right (trust) ---> as if it had been believed all the time
/// ```
package final class ClockWatch: Sendable {
    private let election: StoredElection
    private let store: Store
    private let journal: AuditJournal
    private let clock: Clock
    /// The watched clock behind `clock`, in a program that closes the poll at its hour: the election's own.
    private let steady: SteadyClock?
    private let states: PollStateMachine
    private let past = Mutex(ClockPast())

    init(
        election: StoredElection, store: Store, journal: AuditJournal, clock: Clock, steady: SteadyClock?,
        states: PollStateMachine
    ) {
        (self.election, self.store, self.journal, self.clock) = (election, store, journal, clock)
        (self.steady, self.states) = (steady, states)
    }

    /// The last sign of life, since this start of the machine, of a program that believed its clock: what a program that begins is held
    /// to. Nil where there is none, or no poll is under way.
    /// - Parameter election: whose poll's; nil for work that belongs to none. Such work is held to no sign where the polls' signs
    ///   contradict each other: one election's bureau says nothing about the others' time.
    package static func witness(
        _ reading: borrowing Reading, boot: String, of election: String?
    ) throws(StoreError) -> SteadyClock.Witness? {
        try reading.first(
            """
            WITH sign AS (SELECT seen_at, seen_ticks, seen_boot FROM polling_poll JOIN election_definition ON id = election
                WHERE state IN ('open', 'suspended', 'closing', 'ended') AND seen_boot = ?1 AND (?2 IS NULL OR name = ?2))
            SELECT seen_at, seen_ticks, seen_boot FROM sign
            WHERE (SELECT max(seen_at - seen_ticks) - min(seen_at - seen_ticks) FROM sign) <= ?3
            ORDER BY seen_ticks DESC LIMIT 1
            """, boot, election, SteadyClock.leastTolerance
        ) { (row: borrowing Row) throws(StoreError) in
            SteadyClock.Witness(time: try row[0], ticks: try row[1], boot: try row[2])
        }
    }

    /// Whether a running program does not believe its clock, for whatever poll.
    package static func isClockDoubted(_ reading: borrowing Reading) throws(StoreError) -> Bool {
        try reading.number(
            """
            SELECT EXISTS (SELECT 1 FROM polling_poll WHERE clock_doubt IS NOT NULL
                AND state IN ('open', 'suspended', 'closing', 'ended'))
            """) == 1
    }

    /// What the machine's clock shows and what programs go by, in seconds since 1970.
    package typealias Times = (shows: Int, believed: Int)

    /// Both times; nil in a program that watches no clock.
    package var times: Times? { steady.map { ($0.shows, $0.now) } }

    /// The same word in a program that watches its clock.
    package func trust(by principal: Principal, _ word: PollDecision) throws(StoreError) -> ClockRefusal? {
        guard let steady else { return .noClock }
        return try trust(steady, by: principal, word)
    }

    /// A person says that the machine's clock is right, whatever was measured: every program goes by it for this election from here on. The
    /// one case in which nothing measured helps is a clock that was wrong when the measuring began.
    /// - Parameter steady: the machine's clocks.
    /// - Parameters:
    ///   - principal: who gave the order, for the journal.
    ///   - word: which member says so, and why; both are needed.
    /// - Returns: why not; nil when it was done.
    package func trust(
        _ steady: SteadyClock, by principal: Principal, _ word: PollDecision
    ) throws(StoreError) -> ClockRefusal? {
        guard word.isOrdered else { return .needsWord }
        let outcome = try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (
                refusal: ClockRefusal?, witness: SteadyClock.Witness?
            ) in
            guard let poll = try Poll.find(transaction.reading, election: election.number),
                poll.state.isUnderWay
            else { return (.notUnderWay, nil) }
            // Looked at now: a transaction may wait for another one.
            let (believed, witness) = (steady.now, steady.shown)
            try transaction.execute(
                """
                UPDATE polling_poll SET seen_at = ?, seen_ticks = ?, seen_boot = ?, clock_doubt = NULL WHERE election = ?
                """, witness.time, witness.ticks, witness.boot, election.number)
            try journal.record(
                transaction, election: election.election.id, by: principal, .pollClockTrusted,
                ["shows": "\(witness.time)", "believed": "\(believed)"].merging(word.details) { $1 })
            return (nil, witness)
        }
        // Once it is written: a word that is refused, or lost with the disk, moves no clock and closes no poll.
        if let witness = outcome.witness { steady.trust(witness) }
        return outcome.refusal
    }

    /// Goes by what another program wrote down as believed, since this start of the machine.
    /// Does nothing for what was heard before, and for another start of the machine.
    func heedWitness(_ poll: Poll) {
        guard let steady, let seen = poll.seen, seen.boot == steady.boot else { return }
        let isNew = past.withLock { past in
            defer { past.heard = seen }
            return past.heard != seen
        }
        if isNew { steady.adopt(seen) }
    }

    /// Seconds between two signs of life in the store.
    private static let signEvery = 20

    /// Seconds for which the clock may be off, and a program may be away, without losing its past.
    private var clockTolerance: Int { max(election.election.graceMinutes * 60, SteadyClock.leastTolerance) }

    /// Why the clock's word is not taken for this poll; nil while it is.
    /// Also notes in `past` that the program has proven its clock: once proven, it stays so while it runs.
    func doubt(_ poll: Poll) -> ClockDoubt? {
        // Commands and tests without a clock that is watched: they close by a person's order alone.
        guard let steady else { return nil }
        let now = clock.now
        let isBehind = [poll.seenAt, poll.openedAt].contains { $0.map { now < $0 - clockTolerance } ?? false }
        let isAfterSign = poll.seenAt.map { abs(now - $0) <= clockTolerance } ?? false
        // Before the hour, too, a clock is right only by what is stored: the sign of a program of the same start of the machine,
        // from which the clock that nobody sets leads on. The first program after the opening finds none.
        let isSameStart = poll.seen.map { $0.boot == steady.boot } ?? (poll.seenAt == nil)
        let isBeforeHour = now < poll.closesAt && !isBehind
        let isProven = past.withLock { past in
            if isAfterSign || isBeforeHour && isSameStart { past.isProven = true }
            return past.isProven
        }
        if steady.isSynchronised { return nil }
        if steady.jump != nil { return .jumped }
        if isBehind { return .behind }
        // The machine was started anew since a jump, which makes no clock right.
        if poll.clockDoubt == .jumped, !isAfterSign, let boot = poll.seen?.boot, boot != steady.boot {
            return now >= poll.closesAt && !isProven ? .unproven : .jumped
        }
        return isProven ? nil : .unproven
    }

    /// Writes down that a program ran with a clock that it believes; and what it holds of the clock, where that changed.
    func signOfLife(_ poll: Poll, _ doubt: ClockDoubt?) throws(StoreError) {
        guard steady != nil, poll.state.isUnderWay else { return }
        let now = clock.now
        if poll.clockDoubt != doubt {
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try transaction.execute(
                    "UPDATE polling_poll SET clock_doubt = ? WHERE election = ?", doubt?.rawValue, election.number)
                try journal.record(
                    transaction, election: election.election.id, by: .system("clock"), .pollClock,
                    ["doubt": doubt?.rawValue ?? "none", "shows": "\(now)", "jump": "\(steady?.jump ?? 0)"])
            }
        }
        // A clock in doubt leaves no time behind: the right one would look as if it had gone back. A poll that ended waits.
        let isTime = past.withLock { abs(now - $0.signedAt) >= ClockWatch.signEvery }
        guard doubt == nil, poll.state != .ended, isTime else { return }
        try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
            guard let witness = steady?.witness else { return }
            try transaction.execute(
                "UPDATE polling_poll SET seen_at = ?, seen_ticks = ?, seen_boot = ? WHERE election = ?", witness.time,
                witness.ticks, witness.boot, election.number)
            past.withLock { $0.heard = witness }
        }
        past.withLock { $0.signedAt = now }
    }

    /// The time that is written down for what a person orders: never one from before what is stored.
    func orderTime(_ poll: Poll) -> Int { max(clock.now, poll.seenAt ?? 0, poll.openedAt ?? 0) }

    /// Whether the clock shows a time before what was stored last, so that nobody can tell when a grace would be over.
    func isBehind(_ poll: Poll) -> Bool { clock.now < orderTime(poll) - clockTolerance }

    /// Whether so much time went by, on the clock that nobody sets, since this was first asked; false in a program that watches
    /// no clock.
    func hasLost(seconds: Int) -> Bool {
        guard let steady else { return false }
        let ticks = steady.ticks
        return past.withLock { past in
            let since = past.lostSince ?? ticks
            past.lostSince = since
            return ticks - since >= seconds
        }
    }

    /// A poll whose hour came by a clock in doubt: votes are refused, and nothing is final.
    /// - Returns: whether the state was changed.
    func end(_ doubt: ClockDoubt) throws(StoreError) -> Bool {
        try states.change(
            StateChange(from: [.open, .closing], to: .ended, .pollEnded, details: ["clock": doubt.rawValue]),
            by: .system("clock")
        ) { transaction, poll throws(StoreError) in
            // A person ordered the close, or extended meanwhile: this look came too late.
            guard poll.orderedAt == nil, poll.stoppedAt == nil else { return .closeOrdered }
            if poll.state == .open, clock.now < poll.closesAt { return .hourNotCome }
            return nil
        } == nil
    }

    /// The clock that ended the poll was wrong: a later look shows a time before the hour.
    /// - Returns: whether the state was changed.
    func takeBack() throws(StoreError) -> Bool {
        try states.change(StateChange(from: [.ended], to: .open, .pollReopen), by: .system("clock")) {
            _, poll throws(StoreError) in
            clock.now < poll.closesAt ? nil : .hourCome
        } == nil
    }
}
