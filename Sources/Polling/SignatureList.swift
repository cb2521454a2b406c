import Elections
import Journal
package import Store
package import VoterRoll

/// A line of the signature list.
package struct Signature: Sendable {
    /// Personal details for the bureau alone, from the roll.
    package let voter: Voter
    /// The beginning of the minute; nil for who did not vote.
    package let signedAt: Int?
}

extension PollingStation {
    /// The signature list of a ballot, in the roll's order.
    /// Not bound to rounds: who may be shown it, and when, is the caller's to ask.
    /// - Returns: in the order in which lines were made; a voter who is gone from the roll is left out.
    package func signatures(
        _ reading: borrowing Reading, _ ballot: PollBallot, registrar: Registrar
    ) throws(StoreError) -> [Signature] {
        let entries = try reading.all(
            "SELECT voter, entry FROM polling_elector WHERE ballot = ? ORDER BY id", ballot.id
        ) { (row: borrowing Row) throws(StoreError) in (voter: try row[0] as Int, entry: try ElectorEntry(try row[1])) }
        var list: [Signature] = []
        for (id, entry) in entries {
            guard let voter = try registrar.voter(reading, id: id) else { continue }
            list.append(Signature(voter: voter, signedAt: entry.signedAt))
        }
        return list
    }

    /// Hands every signature of a ballot that was made before a time to `body`: voter, and the minute of signing.
    /// - Parameter time: seconds since 1970; the signature's whole minute must lie before it.
    package func eachSignature(
        _ reading: borrowing Reading, _ ballot: PollBallot, before time: Int,
        _ body: (_ voter: Int, _ signedAt: Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        try reading.each(
            "SELECT voter, entry FROM polling_elector WHERE ballot = ? AND entry >= x'0000000000000001'", ballot.id
        ) { (row: borrowing Row) throws(StoreError) in
            // The minute must be over: who signs in the minute of a round may have come after it.
            if let at = try ElectorEntry(try row[1]).signedAt, at + 60 <= time { try body(try row[0], at) }
        }
    }

    /// Whether a voter has a ballot left to cast, by the signatures that were made before some times.
    /// - Parameter times: seconds since 1970, by the ballot's row number; as for `eachSignature`.
    package func hasBallotLeft(
        _ reading: borrowing Reading, voter: Int, before times: [Int: Int]
    ) throws(StoreError) -> Bool {
        let entries = try reading.all("SELECT ballot, entry FROM polling_elector WHERE voter = ?", voter) {
            (row: borrowing Row) throws(StoreError) -> (ballot: Int, entry: ElectorEntry) in
            (try row[0], try ElectorEntry(try row[1]))
        }
        return entries.contains { ballot, entry in
            guard let time = times[ballot] else { return false }
            return entry.signedAt.map { $0 + 60 > time } ?? true
        }
    }

    /// Hands every voter of a ballot to `body`.
    /// Whether they voted or not, by their row number on the roll, in no order.
    package func eachElector(
        _ reading: borrowing Reading, _ ballot: PollBallot, _ body: (Int) throws(StoreError) -> Void
    ) throws(StoreError) {
        try reading.each("SELECT voter FROM polling_elector WHERE ballot = ?", ballot.id) {
            (row: borrowing Row) throws(StoreError) in try body(try row[0])
        }
    }

    /// Ends what a poll keeps of its voters: sealed credentials and the signature list are overwritten with zeros.
    /// The poll's state becomes `destroyed`. Nothing is asked: that the poll is over, and its frozen set kept, is the
    /// caller's to check.
    package func erase(_ transaction: borrowing Transaction) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE polling_elector SET entry = zeroblob(length(entry))
            WHERE ballot IN (SELECT id FROM polling_ballot WHERE election = ?)
            """, election.number)
        try transaction.execute("UPDATE polling_poll SET state = 'destroyed' WHERE election = ?", election.number)
        try putHours(transaction)
    }
}

extension PollingStation {
    /// How many have signed the list of a ballot.
    /// - Returns: all signatures, published in a round or not.
    package func signatureCount(_ reading: borrowing Reading, _ ballot: PollBallot) throws(StoreError) -> Int {
        try reading.number(
            "SELECT count(*) FROM polling_elector WHERE ballot = ? AND entry >= x'0000000000000001'", ballot.id)
    }
}
