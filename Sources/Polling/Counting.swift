package import Store

/// The encrypted tally of a ballot, and its result once the trustees opened it.
package struct StoredTally: Sendable {
    package let document: [UInt8]
    package let ballots: Int
    package let weight: Int
    /// The `result` document of the ballot protocol.
    package let result: [UInt8]?
}

/// A trustee's decryption of a ballot as it is kept.
package struct StoredPart: Sendable {
    package let owner: Int
    /// The protocol's document.
    package let document: [UInt8]
    /// The proofs that bind its factors; nil where another program made it.
    package let binding: [UInt8]?
    /// On whose word it was taken without them.
    package let waiver: String?

    package init(owner: Int, document: [UInt8], binding: [UInt8]?, waiver: String?) {
        (self.owner, self.document, self.binding, self.waiver) = (owner, document, binding, waiver)
    }
}

/// What the count keeps; only a closed poll has any of it.
extension PollingStation {
    package func tally(_ reading: borrowing Reading, _ ballot: PollBallot) throws(StoreError) -> StoredTally? {
        try reading.first(
            "SELECT tally, tallied, tallied_weight, result FROM polling_ballot WHERE id = ? AND tally IS NOT NULL",
            ballot.id
        ) { (row: borrowing Row) throws(StoreError) in
            StoredTally(document: try row[0], ballots: try row[1], weight: try row[2], result: try row[3])
        }
    }

    package func keep(
        _ transaction: borrowing Transaction, tally: [UInt8], ballots: Int, weight: Int, of ballot: PollBallot
    ) throws(StoreError) {
        // The state is asked for in the statement: no partial result can exist before the close.
        let changed = try transaction.execute(
            """
            UPDATE polling_ballot SET tally = ?, tallied = ?, tallied_weight = ?
            WHERE id = ? AND (SELECT state FROM polling_poll WHERE polling_poll.election = polling_ballot.election) = 'closed'
            """, tally, ballots, weight, ballot.id)
        guard changed == 1 else { throw StoreError(.failed, "Nothing is counted before the poll is closed.") }
    }

    /// Keeps a trustee's decryption. Until there is a result it takes the place of an earlier one, which stays on record.
    /// - Returns: whether there was an earlier one with other content.
    package func keep(
        _ transaction: borrowing Transaction, _ part: StoredPart, of ballot: PollBallot, trustee: Int
    ) throws(StoreError) -> Bool {
        let earlier = try parts(transaction.reading, ballot).first { $0.owner == part.owner }
        if let earlier, earlier.document == part.document, earlier.binding == part.binding { return false }
        try transaction.execute(
            "UPDATE polling_part SET replaced_at = ? WHERE ballot = ? AND owner = ? AND replaced_at IS NULL",
            clock.now, ballot.id, part.owner)
        try transaction.execute(
            """
            INSERT INTO polling_part (ballot, trustee, owner, document, binding, waiver, at) VALUES (?, ?, ?, ?, ?, ?, ?)
            """, ballot.id, trustee, part.owner, part.document, part.binding, part.waiver, clock.now)
        return earlier != nil
    }

    package func keep(
        _ transaction: borrowing Transaction, result: [UInt8], of ballot: PollBallot
    ) throws(StoreError) {
        try transaction.execute(
            "UPDATE polling_ballot SET result = ? WHERE id = ? AND result IS NULL", result, ballot.id)
    }

    /// The trustees' decryptions of a ballot that are in force, by their numbers.
    package func parts(_ reading: borrowing Reading, _ ballot: PollBallot) throws(StoreError) -> [StoredPart] {
        try reading.all(
            """
            SELECT owner, document, binding, waiver FROM polling_part WHERE ballot = ? AND replaced_at IS NULL
            ORDER BY owner
            """, ballot.id
        ) { (row: borrowing Row) throws(StoreError) in
            StoredPart(owner: try row[0], document: try row[1], binding: try row[2], waiver: try row[3])
        }
    }
}
