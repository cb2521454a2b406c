package import Store

/// The poll's hours and state in force: the one answer to "when can I vote?", for every page, footer, mail, SMS, letter and the
/// API. Polling keeps it with each change of the poll; before the seal it is what the organiser announced.
package struct PollHours: Sendable, Hashable {
    /// How far the poll is, as far as it bears on when one can vote.
    package enum Stage: String, Sendable, CaseIterable {
        case sealed, open, suspended
        /// Sign-ins have ended; voters under way may finish, for the grace.
        case closing
        /// The hour has come by a clock that nothing vouches for: no ballot is taken, and nothing is final.
        case halted
        /// No ballot is taken any more.
        case ended
        /// Ended for good without a result.
        case abandoned
    }

    /// What a moment is to a voter.
    package enum Phase: String, Sendable, CaseIterable, Hashable {
        /// The announced hour has not come.
        case ahead
        /// It has come, and the bureau has not opened the poll yet.
        case overdue
        case open
        /// Open beyond the hour that was announced.
        case extended
        case suspended
        /// The hour has come: voters under way may finish.
        case grace
        /// The hour has come by a clock in doubt: the bureau decides.
        case halted
        case ended
        /// Ended before the hour in force.
        case closedEarly
        /// Ended for good without a result.
        case abandoned
    }

    /// When voting begins, as announced; seconds since 1970, as all times here.
    package let opens: Int
    /// When it ends, or ended.
    package let closes: Int
    /// When it was announced to end.
    package let announcedCloses: Int
    /// The latest close that was ever in force: an earlier end came early.
    package let plannedCloses: Int
    /// Nil before the seal.
    package let stage: Stage?
    /// When the bureau opened the poll, seconds since 1970; nil before.
    package let openedAt: Int?
    /// Since when no ballot is taken in a poll that is being closed.
    package let stoppedAt: Int?
    /// Why the bureau suspended or abandoned the poll, in its own words; nil where it gave none.
    package let reason: String?
    /// Whether the ballot box came from a backup: ballots that were cast may be missing.
    package let isRestored: Bool
    /// Seconds after the close in which voters under way may finish.
    package let graceSeconds: Int
    /// How often close or end were changed since the seal: it never falls.
    package let changes: Int

    /// What the organiser announced: in force until the poll is sealed.
    package init(announced election: Election) {
        (opens, closes) = (election.announcedOpening, election.announcedClose)
        (announcedCloses, plannedCloses) = (election.announcedClose, election.announcedClose)
        (stage, openedAt, stoppedAt, reason, isRestored) = (nil, nil, nil, nil, false)
        changes = 0
        graceSeconds = election.graceMinutes * 60
    }

    private init(_ row: borrowing Row, _ election: Election) throws(StoreError) {
        stage = try row.value(0) as Stage
        (closes, openedAt, stoppedAt, reason) = (try row[1], try row[3], try row[4], try row[5])
        isRestored = try row[6] as Int != 0
        changes = try row[7]
        (opens, announcedCloses) = (election.announcedOpening, election.announcedClose)
        plannedCloses = max(try row[2], election.announcedClose)
        graceSeconds = election.graceMinutes * 60
    }

    /// The hours in force: the poll's from the seal on, the definition's before.
    package static func find(_ reading: borrowing Reading, _ election: StoredElection) throws(StoreError) -> PollHours {
        try reading.first(
            "SELECT stage, closes_at, planned_closes_at, opened_at, stopped_at, reason, restored, changes FROM election_hours WHERE election = ?",
            election.number
        ) { (row: borrowing Row) throws(StoreError) -> PollHours in try PollHours(row, election.election) }
            ?? PollHours(announced: election.election)
    }

    /// The hours as a change would make them, for a look at what voters would be told.
    package func changed(_ stage: Stage?, closes: Int, reason: String?) -> PollHours {
        PollHours(
            opens: opens, closes: closes, announcedCloses: announcedCloses, plannedCloses: max(plannedCloses, closes),
            stage: stage, openedAt: openedAt, stoppedAt: stoppedAt, reason: reason, isRestored: isRestored,
            graceSeconds: graceSeconds, changes: changes + 1)
    }

    /// The same of a poll whose ballot box came from a backup.
    package var restored: PollHours {
        PollHours(
            opens: opens, closes: closes, announcedCloses: announcedCloses, plannedCloses: plannedCloses, stage: stage,
            openedAt: openedAt, stoppedAt: stoppedAt, reason: reason, isRestored: true, graceSeconds: graceSeconds,
            changes: changes)
    }

    private init(
        opens: Int, closes: Int, announcedCloses: Int, plannedCloses: Int, stage: Stage?, openedAt: Int?,
        stoppedAt: Int?, reason: String?, isRestored: Bool, graceSeconds: Int, changes: Int
    ) {
        (self.opens, self.closes, self.announcedCloses, self.plannedCloses) =
            (opens, closes, announcedCloses, plannedCloses)
        (self.stage, self.openedAt, self.stoppedAt) = (stage, openedAt, stoppedAt)
        (self.reason, self.isRestored, self.graceSeconds, self.changes) = (reason, isRestored, graceSeconds, changes)
    }

    /// When the last voter under way may finish.
    package var graceEnds: Int { closes + graceSeconds }

    /// Whether the close in force is later than the announced one.
    package var isExtended: Bool { closes > announcedCloses }

    /// What `now` is to voters.
    package func phase(_ now: Int) -> Phase {
        switch stage {
        case nil: now < opens ? .ahead : now < closes ? .overdue : .ended
        case .sealed: now < opens ? .ahead : .overdue
        case .open where now < opens: .ahead
        case .open where now < closes: isExtended ? .extended : .open
        case .suspended: .suspended
        case .open, .closing: stoppedAt == nil && now < graceEnds ? .grace : end
        case .halted: .halted
        case .ended: end
        case .abandoned: .abandoned
        }
    }

    private var end: Phase { closes < plannedCloses ? .closedEarly : .ended }

    /// Whether the poll has ended for good, so that its close is a fact and no plan.
    package var isOver: Bool { stage == .ended || stage == .abandoned }

    /// Whether the hour has come at which the bureau should have opened a sealed poll.
    package func isOpeningOverdue(_ now: Int) -> Bool { stage == .sealed && now >= opens }
}

extension PollHours {
    /// What is put in force: times in seconds since 1970.
    package struct Force {
        let stage: Stage
        let closes: Int
        let openedAt: Int?
        let stoppedAt: Int?
        let isRestored: Bool

        /// - Parameter isRestored: whether the ballot box came from a backup.
        package init(_ stage: Stage, closes: Int, openedAt: Int?, stoppedAt: Int?, isRestored: Bool) {
            (self.stage, self.closes, self.openedAt) = (stage, closes, openedAt)
            (self.stoppedAt, self.isRestored) = (stoppedAt, isRestored)
        }
    }

    /// Puts a poll's hours in force, for everybody who reads them. For Polling alone, in the transaction of each change.
    /// - Parameters:
    ///   - force: the stage and the hours.
    ///   - reason: why it is suspended or abandoned; nil leaves what was said, which ends with the suspension.
    package static func put(
        _ transaction: borrowing Transaction, election number: Int, _ force: Force, reason: String? = nil
    ) throws(StoreError) {
        try transaction.execute(
            """
            INSERT INTO election_hours (election, stage, closes_at, planned_closes_at, opened_at, stopped_at, reason, restored)
            VALUES (?1, ?2, ?3, ?3, ?4, ?5, CASE WHEN ?2 IN ('suspended', 'abandoned') THEN ?6 END, ?7)
            ON CONFLICT (election) DO UPDATE SET stage = excluded.stage, closes_at = excluded.closes_at,
                planned_closes_at = max(planned_closes_at, excluded.closes_at), opened_at = excluded.opened_at,
                stopped_at = excluded.stopped_at, restored = excluded.restored,
                changes = changes + (closes_at != excluded.closes_at OR (stage = 'abandoned') != (excluded.stage = 'abandoned')),
                reason = CASE excluded.stage WHEN 'suspended' THEN coalesce(excluded.reason, reason) WHEN 'abandoned' THEN excluded.reason END
            """, number, force.stage.rawValue, force.closes, force.openedAt, force.stoppedAt, reason,
            force.isRestored ? 1 : 0)
    }

    /// Takes the hours of a poll back whose sealing began anew: what was announced counts again.
    package static func withdraw(_ transaction: borrowing Transaction, election number: Int) throws(StoreError) {
        try transaction.execute("DELETE FROM election_hours WHERE election = ?", number)
    }
}
