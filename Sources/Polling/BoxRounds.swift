import BallotEngine
import Crypto
import Elections
import Journal
package import Store

/// Publishes the box in rounds, and knows what is public.
package struct BoxRounds: Sendable {
    let election: StoredElection
    let store: Store
    let journal: AuditJournal
    let clock: Clock
    let seals: BoxSeals
    let log: VoteLog

    /// Called in the transaction that publishes, with the names of the ballots and the round's time: for the mails of it.
    package typealias Announcement = (borrowing Transaction, [String], Int) throws(StoreError) -> Void

    /// Seconds between two rounds at least, and ballots in one: fewer could be told by who voted last.
    package static let (roundSeconds, roundBallots) = (900, 10)

    /// Publishes a round where it is time. A close under way goes first.
    /// To be called every second or so, by any program that serves the poll.
    /// - Parameter announce: what is written with it.
    /// - Returns: the names of the ballots that got one.
    /// - Throws: what the store throws. Where another program publishes at this moment nothing is done, and nothing is
    ///   thrown.
    package func turn(announce: Announcement = { _, _, _ in }) throws(StoreError) -> [String] {
        guard try !dueRounds().isEmpty else { return [] }
        let lock: ProcessLock
        do throws(StoreError) { lock = try publicationLock(patience: 0) } catch {
            guard error.kind == .busy else { throw error }
            return []
        }
        defer { withExtendedLifetime(lock) {} }
        // Once more, now that nobody else publishes; and before the box is read, so that every signature of an earlier
        // minute is in it.
        let (due, at) = (try dueRounds(), clock.now)
        let staged = try stage(due)
        let sums = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try publish(transaction, staged, at: at, announce)
        }
        for (ballot, sums) in sums { seals.note(sums, of: ballot) }
        // The log holds the order of the last votes: it is copied back and emptied.
        log.emptySoon()
        return staged.map(\.ballot.name)
    }

    /// Ballots with enough new votes, for whom enough time has passed since the last round or the opening.
    private func dueRounds() throws(StoreError) -> [PollBallot] {
        try store.read { (reading: borrowing Reading) throws(StoreError) -> [PollBallot] in
            guard let poll = try Poll.find(reading, election: election.number),
                [.open, .suspended, .closing, .ended].contains(poll.state)
            else { return [] }
            var due: [PollBallot] = []
            for ballot in try PollBallot.all(reading, election: election.number) {
                let (at, published) = try published(reading, ballot)
                if clock.now - max(at, poll.openedAt ?? 0) >= BoxRounds.roundSeconds,
                    ballot.votes - published >= BoxRounds.roundBallots
                {
                    due.append(ballot)
                }
            }
            return due
        }
    }

    /// Ballots of a box that wait for a round, and whether there was one.
    /// - Throws: an error of the store.
    package func waitingBallots(
        _ reading: borrowing Reading, _ ballot: PollBallot
    ) throws(StoreError) -> (count: Int, hasRound: Bool) {
        let (at, published) = try published(reading, ballot)
        return (ballot.votes - published, at > 0)
    }

    /// When the last round was, and how many ballots are public; zeros before the first.
    private func published(
        _ reading: borrowing Reading, _ ballot: PollBallot
    ) throws(StoreError) -> (at: Int, ballots: Int) {
        try reading.first(
            "SELECT coalesce(max(at), 0), coalesce(sum(ballots), 0) FROM polling_round WHERE ballot = ?", ballot.id
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1]) } ?? (0, 0)
    }

    /// Whether a tracker stands in a round that is published.
    func isPublished(
        _ reading: borrowing Reading, _ ballot: PollBallot, tracker: String
    ) throws(StoreError) -> Bool { try round(reading, ballot, tracker: tracker) != nil }

    /// The rounds of a ballot, oldest first.
    package func all(_ reading: borrowing Reading, _ ballot: PollBallot) throws(StoreError) -> [Round] {
        try reading.all(
            "SELECT number, at, ballots, signatures, head, height FROM polling_round WHERE ballot = ? ORDER BY number",
            ballot.id
        ) {
            (row: borrowing Row) throws(StoreError) in
            Round(
                number: try row[0], at: try row[1], ballots: try row[2], signatures: try row[3], head: try row[4],
                height: try row[5])
        }
    }

    /// The trackers of the published rounds in the box's order.
    /// - Parameters:
    ///   - place: the last one that was seen; 0 for the beginning.
    ///   - limit: at most so many.
    /// - Returns: `place` counts from 1 over all rounds; `round` from 1.
    package func trackers(
        _ reading: borrowing Reading, _ ballot: PollBallot, after place: Int, limit: Int
    ) throws(StoreError) -> [(place: Int, tracker: String, round: Int)] {
        try reading.all(
            """
            SELECT place, tracker, round FROM polling_tracker WHERE ballot = ?1 AND place > ?2
                AND round <= (SELECT count(*) FROM polling_round WHERE polling_round.ballot = ?1)
            ORDER BY place LIMIT ?3
            """, ballot.id, place, limit
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1], try row[2]) }
    }

    /// The round in which a tracker was published, where its ballot is the one that stands in its credential's slot: the one
    /// that counts. Nothing else is ever "found".
    /// - Parameter tracker: 43 characters of Base64; whatever else was typed is found nowhere.
    /// - Returns: from 1; nil where it is not public.
    package func round(
        _ reading: borrowing Reading, _ ballot: PollBallot, tracker: String
    ) throws(StoreError) -> Int? {
        let found = try reading.first(
            """
            SELECT polling_tracker.round, polling_slot.content FROM polling_tracker
            JOIN polling_slot ON polling_slot.id = polling_tracker.slot
            WHERE polling_tracker.ballot = ?1 AND polling_tracker.tracker = ?2 AND polling_tracker.round <=
                (SELECT count(*) FROM polling_round WHERE polling_round.ballot = ?1)
            """, ballot.id, tracker
        ) { (row: borrowing Row) throws(StoreError) -> (Int, [UInt8]?) in
            (try row[0], try SlotContent(try row[1]).ballot)
        }
        guard let (round, text) = found, let text, BoxRounds.tracker(text) == tracker else { return nil }
        return round
    }

    /// Hands every published ballot, in the box's order, with the weight of its credential, to `body`.
    /// - Throws: `.damaged` where a published ballot is not in its slot any more, and what `body` throws.
    package func eachPublished(
        _ reading: borrowing Reading, _ ballot: PollBallot,
        _ body: (_ text: [UInt8], _ weight: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        try reading.each(
            """
            SELECT polling_slot.content, polling_slot.weight FROM polling_tracker
            JOIN polling_slot ON polling_slot.id = polling_tracker.slot
            WHERE polling_tracker.ballot = ?1
                AND polling_tracker.round <= (SELECT count(*) FROM polling_round WHERE polling_round.ballot = ?1)
            ORDER BY polling_tracker.place
            """, ballot.id
        ) { (row: borrowing Row) throws(StoreError) in
            guard let text = try SlotContent(try row[0]).ballot else {
                throw StoreError(
                    .damaged, "A published ballot is not in its slot any more.", cure: "Run `isoloir poll status`.")
            }
            try body(text, try row[1])
        }
    }

    /// How many of a ballot's published votes weigh how much.
    /// - Returns: ballots by weight.
    package func publishedByWeight(
        _ reading: borrowing Reading, _ ballot: PollBallot
    ) throws(StoreError) -> [Int: Int] {
        var classes: [Int: Int] = [:]
        try reading.each(
            """
            SELECT polling_slot.weight, count(*) FROM polling_tracker
            JOIN polling_slot ON polling_slot.id = polling_tracker.slot
            WHERE polling_tracker.ballot = ?1
                AND polling_tracker.round <= (SELECT count(*) FROM polling_round WHERE polling_round.ballot = ?1)
            GROUP BY polling_slot.weight
            """, ballot.id
        ) { (row: borrowing Row) throws(StoreError) in classes[try row[0]] = try row[1] }
        return classes
    }
}
