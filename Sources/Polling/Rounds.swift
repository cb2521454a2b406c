import Crypto
import Elections
import Journal
package import Store
import Synchronization

/// A round of publication.
package struct Round: Sendable {
    package let number: Int
    package let at: Int
    package let ballots: Int
    /// Voters who had signed when the round was published, those of earlier rounds among them.
    package let signatures: Int
}

extension PollingStation {
    /// Seconds between two rounds at least, and ballots in one: fewer could be told by who voted last.
    package static let (roundSeconds, roundBallots) = (900, 10)

    /// Publishes a round where it is time.
    /// - Returns: the names of the ballots that got one.
    package func turnRounds() throws(StoreError) -> [String] {
        let due = try store.read { (reading: borrowing Reading) throws(StoreError) -> [PollBallot] in
            guard let poll = try Poll.find(reading, election: election.number),
                [.open, .suspended, .closing].contains(poll.state)
            else { return [] }
            var due: [PollBallot] = []
            for ballot in try PollBallot.all(reading, election: election.number) {
                let (at, published) = try published(reading, ballot)
                if clock.now - max(at, poll.openedAt ?? 0) >= PollingStation.roundSeconds,
                    ballot.votes - published >= PollingStation.roundBallots
                {
                    due.append(ballot)
                }
            }
            return due
        }
        guard !due.isEmpty else { return [] }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            for ballot in due { try publish(transaction, ballot) }
        }
        // The log holds the order of the last votes: it is copied back and emptied.
        logMustGo.withLock { $0 = true }
        return due.map(\.name)
    }

    /// Empties the log after a round. A reader under way may keep it from being emptied: to be called until it is.
    package func emptyLog() throws(StoreError) {
        guard logMustGo.withLock({ $0 }) else { return }
        if try store.truncateLog() { logMustGo.withLock { $0 = false } }
    }

    private func published(
        _ reading: borrowing Reading, _ ballot: PollBallot
    ) throws(StoreError) -> (at: Int, ballots: Int) {
        try reading.first(
            "SELECT coalesce(max(at), 0), coalesce(sum(ballots), 0) FROM polling_round WHERE ballot = ?", ballot.id
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1]) } ?? (0, 0)
    }

    /// Puts every ballot that is not public yet into a new round, in the order of their hashes.
    func publish(_ transaction: borrowing Transaction, _ ballot: PollBallot) throws(StoreError) {
        var fresh: [(tracker: String, slot: Int)] = []
        try transaction.reading.each(
            "SELECT id, content FROM polling_slot WHERE ballot = ? AND content >= x'0000000000000001' AND content < x'00000001'",
            ballot.id
        ) { (row: borrowing Row) throws(StoreError) in
            guard let text = try SlotContent(try row[1]).ballot else { return }
            fresh.append((tracker(text), try row[0]))
        }
        guard !fresh.isEmpty else { return }
        fresh.sort { $0.tracker.utf8.lexicographicallyPrecedes($1.tracker.utf8) }
        let signatures = try transaction.reading.number(
            "SELECT count(*) FROM polling_elector WHERE ballot = ? AND entry >= x'0000000000000001'", ballot.id)
        let number =
            try transaction.reading.number("SELECT count(*) FROM polling_round WHERE ballot = ?", ballot.id) + 1
        var place = try transaction.reading.number("SELECT count(*) FROM polling_tracker WHERE ballot = ?", ballot.id)
        for (tracker, slot) in fresh {
            place += 1
            try transaction.execute(
                "INSERT INTO polling_tracker (ballot, place, tracker, round, slot) VALUES (?, ?, ?, ?, ?)", ballot.id,
                place, tracker, number, slot)
            // The round's number stands in the slot: in place, like everything there.
            let content = try transaction.reading.first("SELECT content FROM polling_slot WHERE id = ?", slot) {
                (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0]
            }
            guard let content else { throw StoreError(.failed, "A slot is gone.") }
            try transaction.execute(
                "UPDATE polling_slot SET content = ? WHERE id = ?",
                Fixed.bytes(number, 4) + content[4...], slot)
        }
        try transaction.execute(
            "INSERT INTO polling_round (ballot, number, at, ballots, signatures) VALUES (?, ?, ?, ?, ?)", ballot.id,
            number,
            clock.now, fresh.count, signatures)
        try transaction.execute(
            "UPDATE polling_poll SET round_at = ? WHERE election = ?", clock.now, election.number)
        let sums = try transaction.reading.first(
            "SELECT box_sum, list_sum, votes FROM polling_count WHERE ballot = ?", ballot.id
        ) { (row: borrowing Row) throws(StoreError) -> ([UInt8], [UInt8], Int) in (try row[0], try row[1], try row[2]) }
        guard let (box, list, votes) = sums else { return }
        try logbook.record(
            transaction, election: election.election.id, by: .system("rounds"), "poll.round",
            [
                "ballot": ballot.name, "round": "\(number)", "ballots": "\(fresh.count)", "votes": "\(votes)",
                "box": hex(box), "list": hex(list),
            ])
    }

    /// The rounds of a ballot, oldest first.
    package func rounds(_ reading: borrowing Reading, _ ballot: PollBallot) throws(StoreError) -> [Round] {
        try reading.all(
            "SELECT number, at, ballots, signatures FROM polling_round WHERE ballot = ? ORDER BY number", ballot.id
        ) {
            (row: borrowing Row) throws(StoreError) in
            Round(number: try row[0], at: try row[1], ballots: try row[2], signatures: try row[3])
        }
    }

    /// The trackers of a round in the box's order.
    package func trackers(
        _ reading: borrowing Reading, _ ballot: PollBallot, after place: Int, limit: Int
    ) throws(StoreError) -> [(place: Int, tracker: String, round: Int)] {
        try reading.all(
            "SELECT place, tracker, round FROM polling_tracker WHERE ballot = ? AND place > ? ORDER BY place LIMIT ?",
            ballot.id, place, limit
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1], try row[2]) }
    }

    /// The round in which a tracker was published, where its ballot is the one that stands in its credential's slot: the one
    /// that counts. Nothing else is ever "found".
    package func round(
        _ reading: borrowing Reading, _ ballot: PollBallot, tracker: String
    ) throws(StoreError) -> Int? {
        let found = try reading.first(
            """
            SELECT polling_tracker.round, polling_slot.content FROM polling_tracker
            JOIN polling_slot ON polling_slot.id = polling_tracker.slot
            WHERE polling_tracker.ballot = ? AND polling_tracker.tracker = ?
            """, ballot.id, tracker
        ) { (row: borrowing Row) throws(StoreError) -> (Int, [UInt8]?) in
            (try row[0], try SlotContent(try row[1]).ballot)
        }
        guard let (round, text) = found, let text, self.tracker(text) == tracker else { return nil }
        return round
    }

    /// Hands every published ballot, in the box's order, with the weight of its credential, to `body`.
    package func eachPublished(
        _ reading: borrowing Reading, _ ballot: PollBallot,
        _ body: (_ text: [UInt8], _ weight: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        try reading.each(
            """
            SELECT polling_slot.content, polling_slot.weight FROM polling_tracker
            JOIN polling_slot ON polling_slot.id = polling_tracker.slot
            WHERE polling_tracker.ballot = ? ORDER BY polling_tracker.place
            """, ballot.id
        ) { (row: borrowing Row) throws(StoreError) in
            guard let text = try SlotContent(try row[0]).ballot else {
                throw StoreError(
                    .damaged, "A published ballot is not in its slot any more.", cure: "Run `isoloir poll status`.")
            }
            try body(text, try row[1])
        }
    }
}
