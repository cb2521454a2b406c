import Elections
package import Store
package import VoterRoll

/// A line of the signature list.
package struct Signature: Sendable {
    /// Personal details for the bureau alone, from the roll.
    package let voter: Voter
    /// The beginning of the minute; nil for who did not vote.
    package let signedAt: Int?
}

/// Who may vote, who has, and who was told that they have.
package struct SignatureList: Sendable {
    let election: StoredElection

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

    /// How many have signed the list of a ballot.
    /// - Returns: all signatures, published in a round or not.
    package func signatureCount(_ reading: borrowing Reading, _ ballot: PollBallot) throws(StoreError) -> Int {
        try reading.number(
            "SELECT count(*) FROM polling_elector WHERE ballot = ? AND entry >= x'0000000000000001'", ballot.id)
    }

    /// Lines that are signed and not marked as told.
    func untold(_ reading: borrowing Reading) throws(StoreError) -> [(voter: Int, entry: [UInt8])] {
        try reading.all(
            """
            SELECT voter, entry FROM polling_elector JOIN polling_ballot ON polling_ballot.id = polling_elector.ballot
            WHERE polling_ballot.election = ? AND entry >= x'0000000000000001' AND substr(entry, 9, 1) = x'00'
            """, election.number
        ) { (row: borrowing Row) throws(StoreError) in (voter: try row[0], entry: try row[1]) }
    }

    /// Marks the signatures of a voter as told of; how many there were.
    func mark(_ transaction: borrowing Transaction, voter: Int) throws(StoreError) -> Int {
        let lines = try transaction.reading.all(
            """
            SELECT id, entry FROM polling_elector
            WHERE voter = ? AND ballot IN (SELECT id FROM polling_ballot WHERE election = ?)
                AND entry >= x'0000000000000001' AND substr(entry, 9, 1) = x'00'
            """, voter, election.number
        ) { (row: borrowing Row) throws(StoreError) -> (id: Int, entry: [UInt8]) in (try row[0], try row[1]) }
        for (id, entry) in lines { try mark(transaction, elector: id, entry) }
        return lines.count
    }

    /// Marks one line as told: the ninth byte of the entry, behind the time.
    /// - Parameter elector: row number of the line.
    func mark(_ transaction: borrowing Transaction, elector: Int, _ entry: [UInt8]) throws(StoreError) {
        try transaction.execute(
            "UPDATE polling_elector SET entry = ? WHERE id = ?", Array(entry[..<8] + [1] + entry[9...]), elector)
    }
}
