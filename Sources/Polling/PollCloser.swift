import Elections
package import Journal
package import Store

/// Closes the poll, by order or at its hour.
/// ```
/// open, suspended --> closing: the grace runs       (or by hand, at once)
/// closing --> closing, stopped: no ballot is taken any more
///             (what a clock in doubt does is told in ClockWatch.swift)
///             the rest of the box is read and its rounds staged, beside everybody else's writes
/// closing, stopped --> closed: one short transaction: rounds, heads, seals, state
/// ```
/// A program that dies in between leaves a poll that takes no ballot; whoever looks next goes on.
package struct PollCloser: Sendable {
    let election: StoredElection
    let store: Store
    let clock: Clock
    let states: PollStateMachine
    let watch: ClockWatch
    let rounds: BoxRounds
    let seals: BoxSeals
    let records: SignedRecords
    let boxKey: BoxKeyKeeper

    /// Closes the poll for good and publishes what is still in the box.
    /// - Parameters:
    ///   - atOnce: by hand, without the grace for voters under way.
    ///   - word: which member ordered it, and why; a poll that ended by a clock in doubt needs it.
    ///   - announce: what is written with the last rounds.
    /// - Returns: why not; nil when the close was begun or, at once, done.
    /// - Throws: `.busy` when another program still publishes after `publicationWait` seconds: the poll is stopped by
    ///   then, and `followClock` goes on.
    package func close(
        atOnce: Bool, by principal: Principal, word: PollDecision? = nil,
        announce: BoxRounds.Announcement = { _, _, _ in }
    ) throws(StoreError) -> PollRefusal? {
        let (found, isHeld) = try store.read { (reading: borrowing Reading) throws(StoreError) in
            (
                try Poll.find(reading, election: election.number),
                try PollRestore.pending(reading, election: election.number) != nil
            )
        }
        let isEnded = found?.state == .ended
        if let fault = word?.fault { return fault }
        if isEnded, word?.isOrdered != true { return .endedNeedsWord }
        if !atOnce, !isEnded, let found, watch.isBehind(found) { return .clockBehind }
        // The grace of a poll that ended is over; one that is suspended, or held by a restore, takes no vote in a grace either.
        guard atOnce || isEnded || isHeld || found?.state == .suspended else {
            return try states.change(
                StateChange(from: [.open], to: .closing, .pollClosing, details: word?.details ?? [:]), by: principal
            ) { transaction, poll throws(StoreError) in
                // The grace is reckoned from now where the hour has not come yet.
                try transaction.execute(
                    "UPDATE polling_poll SET closes_at = min(closes_at, ?1), ordered_at = ?1 WHERE election = ?2",
                    watch.orderTime(poll), election.number)
                return nil
            }
        }
        let refusal = try stop(by: principal, word?.details ?? [:]) { poll in
            // Once more inside: the clock may have ended it since.
            poll.state == .ended && word?.isOrdered != true ? .endedNeedsWord : nil
        }
        if let refusal { return refusal }
        return try finish(by: principal, patience: BoxRounds.publicationWait, announce)
    }

    /// From here on no ballot is taken, whatever the hour.
    /// - Parameter obstacle: why not after all, by the poll as it is in the transaction; nil where nothing stands against it.
    private func stop(
        by principal: Principal, _ details: [String: String] = [:], obstacle: (Poll) -> PollRefusal?
    ) throws(StoreError) -> PollRefusal? {
        try states.change(
            StateChange(from: [.open, .suspended, .closing, .ended], to: .closing, .pollStop, details: details),
            by: principal
        ) { transaction, poll throws(StoreError) in
            if let refusal = obstacle(poll) { return refusal }
            try transaction.execute(
                """
                UPDATE polling_poll SET stopped_at = coalesce(stopped_at, ?1), closes_at = min(closes_at, ?1)
                WHERE election = ?2
                """, watch.orderTime(poll), election.number)
            return nil
        }
    }

    /// Publishes the rest of a stopped poll and closes it.
    /// - Parameter patience: seconds that a round under way elsewhere is waited for.
    /// - Throws: `.busy` when the lock is not free by then.
    private func finish(
        by principal: Principal, patience: Int, _ announce: BoxRounds.Announcement
    ) throws(StoreError) -> PollRefusal? {
        let lock = try rounds.publicationLock(patience: patience)
        defer { withExtendedLifetime(lock) {} }
        let (ballots, poll) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> ([PollBallot], Poll?) in
            (
                try PollBallot.all(reading, election: election.number),
                try Poll.find(reading, election: election.number)
            )
        }
        // Later than any round before it: by its time everybody is told who was not told yet.
        let at = max(clock.now, (poll?.roundAt ?? 0) + 1)
        let staged = try rounds.stage(ballots)
        var sums: [(PollBallot, BoxSums)] = []
        let closedAt = max(poll.map(watch.orderTime) ?? clock.now, poll?.stoppedAt ?? 0)
        let refusal = try states.change(
            StateChange(from: [.closing], to: .closed, .pollClose, details: ["closed.at": "\(closedAt)"]), by: principal
        ) {
            transaction, poll throws(StoreError) in
            sums = try rounds.publish(transaction, staged, at: at, announce)
            try ToldCount(election: election, seal: seals.sumsSeal).close(transaction, poll, journal: states.journal)
            try transaction.execute(
                "UPDATE polling_poll SET closed_at = ?1, closes_at = min(closes_at, ?1) WHERE election = ?2", closedAt,
                election.number)
            return nil
        }
        guard refusal == nil else { return refusal }
        for (ballot, sums) in sums { seals.note(sums, of: ballot) }
        try boxKey.destroy(by: principal)
        return nil
    }

    /// What the hour brings: the close, and the end of the grace. To be called every second or so.
    /// - Returns: whether anything changed.
    /// - Throws: what the store throws. A round under way elsewhere is no error: the close is tried again at the next
    ///   call.
    package func followClock(
        by principal: Principal, announce: BoxRounds.Announcement = { _, _, _ in }
    ) throws(StoreError) -> Bool {
        let poll = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: election.number)
        }
        guard let poll else { return false }
        states.log.notice(poll)
        watch.heedWitness(poll)
        let doubt = watch.doubt(poll)
        try watch.signOfLife(poll, doubt)
        if let isChanged = try followDoubt(poll, doubt) { return isChanged }
        // A suspended poll stays so past its hour: the bureau extends or closes it.
        if poll.state == .open, clock.now >= poll.closesAt {
            return try states.change(StateChange(from: [.open], to: .closing, .pollClosing), by: principal) {
                _, poll throws(StoreError) in
                // Once more inside: an extension may have come between.
                clock.now >= poll.closesAt ? nil : .hourNotCome
            } == nil
        }
        if poll.state == .abandoned { try records.keepAbandonment() }
        if [.closed, .abandoned].contains(poll.state) { try boxKey.forget(by: principal) }
        guard poll.state == .closing || poll.state == .ended else { return false }
        if poll.stoppedAt == nil {
            guard isGraceOver(poll, doubt) else { return false }
            let refusal = try stop(by: principal) { poll in
                // Once more inside: an extension, or another decision of the bureau, may have come between.
                let isUnderWay = poll.state == .closing || poll.state == .ended
                return isUnderWay && isGraceOver(poll, doubt) ? nil : .hourNotCome
            }
            guard refusal == nil else { return false }
        }
        do throws(StoreError) { return try finish(by: principal, patience: 0, announce) == nil } catch {
            // Another program is closing it, or makes a round: at the next look.
            guard error.kind == .busy else { throw error }
            return false
        }
    }

    /// Whether voters under way have had their grace.
    private func isGraceOver(_ poll: Poll, _ doubt: ClockDoubt?) -> Bool {
        isGraceLost(poll, doubt) || clock.now >= poll.closesAt + election.election.graceMinutes * 60
    }

    /// Whether the grace of an ordered close is over by the clock that nobody sets, where the other one shows a time before the
    /// order and would not come to its end for years.
    private func isGraceLost(_ poll: Poll, _ doubt: ClockDoubt?) -> Bool {
        poll.orderedAt != nil && doubt == .behind
            && watch.hasLost(seconds: election.election.graceMinutes * 60)
    }

    /// Seconds by which a clock is set back in passing.
    private static let smallStep = 10

    /// What is done by a clock in doubt, and once it is beyond doubt again; nil where the poll goes its way.
    /// - Returns: whether anything changed; nil where the caller goes on as if the clock were good.
    private func followDoubt(_ poll: Poll, _ doubt: ClockDoubt?) throws(StoreError) -> Bool? {
        let now = clock.now
        switch poll.state {
        case .ended where now < poll.closesAt:
            // Only a time after all that is stored tells that the other clock was the wrong one.
            return doubt == nil ? try watch.takeBack() : false
        case .ended where doubt != nil: return false
        case .closing where poll.stoppedAt == nil && poll.orderedAt == nil:
            // The clock went back before the hour that had come; by a correction of a few seconds nothing is undone.
            if now < poll.closesAt - PollCloser.smallStep { return try watch.end(doubt ?? .behind) }
            guard let doubt, now >= poll.closesAt + election.election.graceMinutes * 60 else { return nil }
            return try watch.end(doubt)
        // Nobody votes by a session of the time before: this program began after the hour.
        case .open where now >= poll.closesAt && (doubt == .unproven || doubt == .behind):
            return try watch.end(doubt ?? .unproven)
        default: return nil
        }
    }
}
