import Elections
package import Store

/// What the count keeps; only a closed poll has any of it.
package struct TallyStore: Sendable {
    let clock: Clock

    /// - Returns: nil before the box was added up.
    package func tally(_ reading: borrowing Reading, _ ballot: PollBallot) throws(StoreError) -> StoredTally? {
        try reading.first(
            "SELECT tally, tallied, tallied_weight, result FROM polling_ballot WHERE id = ? AND tally IS NOT NULL",
            ballot.id
        ) { (row: borrowing Row) throws(StoreError) in
            StoredTally(document: try row[0], ballots: try row[1], weight: try row[2], result: try row[3])
        }
    }

    /// Keeps the encrypted tally of a ballot. The caller asks before whether there is one: it would be written over.
    /// - Parameters:
    ///   - tally: the document.
    ///   - ballots: how many were added up.
    ///   - weight: the sum of their weights.
    /// - Throws: `.failed` where the poll is not closed.
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
    /// - Parameter trustee: row number of the trustee, while `part.owner` is their number in the ballot's document.
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
            INSERT INTO polling_part (ballot, trustee, owner, document, binding, waiver, waiver_file, file_sha256, at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, ballot.id, trustee, part.owner, part.document, part.binding, part.waiver?.words,
            part.waiver?.statement, part.waiver?.file, clock.now)
        return earlier != nil
    }

    /// Keeps the result of a ballot.
    ///
    /// A second one changes nothing and says nothing of it. The caller computed it from the parts in force.
    /// - Parameter result: the `result` document of the ballot protocol (section 11).
    package func keep(
        _ transaction: borrowing Transaction, result: [UInt8], of ballot: PollBallot
    ) throws(StoreError) {
        try transaction.execute(
            "UPDATE polling_ballot SET result = ? WHERE id = ? AND result IS NULL", result, ballot.id)
    }

    /// The trustees' decryptions of a ballot that are in force, by their numbers.
    /// - Returns: sorted by the trustees' numbers, from 1; at most one part for each.
    package func parts(_ reading: borrowing Reading, _ ballot: PollBallot) throws(StoreError) -> [StoredPart] {
        try reading.all(
            """
            SELECT owner, document, binding, waiver, waiver_file, file_sha256 FROM polling_part
            WHERE ballot = ? AND replaced_at IS NULL ORDER BY owner
            """, ballot.id
        ) { (row: borrowing Row) throws(StoreError) in
            let words: String? = try row[3]
            let (statement, file): ([UInt8]?, String?) = (try row[4], try row[5])
            return StoredPart(
                owner: try row[0], document: try row[1], binding: try row[2],
                waiver: words.map { StoredPart.Waiver(words: $0, statement: statement ?? [], file: file ?? "") })
        }
    }
}
