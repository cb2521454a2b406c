package import Store

/// The encrypted tally of a ballot, and its result once the trustees opened it.
package struct StoredTally: Sendable {
    package let document: [UInt8]
    package let ballots: Int
    package let weight: Int
    /// The `result` document of the ballot protocol.
    package let result: [UInt8]?
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

    package func keep(
        _ transaction: borrowing Transaction, decryption: [UInt8], of ballot: PollBallot, trustee: Int, owner: Int
    ) throws(StoreError) {
        try transaction.execute(
            """
            INSERT INTO polling_decryption (ballot, trustee, owner, document, at) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (ballot, owner) DO NOTHING
            """, ballot.id, trustee, owner, decryption, clock.now)
    }

    package func keep(
        _ transaction: borrowing Transaction, result: [UInt8], of ballot: PollBallot
    ) throws(StoreError) {
        try transaction.execute(
            "UPDATE polling_ballot SET result = ? WHERE id = ? AND result IS NULL", result, ballot.id)
    }

    /// The trustees' decryptions of a ballot, by their numbers.
    package func decryptions(
        _ reading: borrowing Reading, _ ballot: PollBallot
    ) throws(StoreError) -> [(owner: Int, document: [UInt8])] {
        try reading.all("SELECT owner, document FROM polling_decryption WHERE ballot = ? ORDER BY owner", ballot.id) {
            (row: borrowing Row) throws(StoreError) in (try row[0], try row[1])
        }
    }
}
