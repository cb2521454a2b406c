import Crypto
package import Elections
package import Store

/// A ballot as a voter finds it.
package struct VoterBallot: Sendable {
    /// With its title and questions, from the election's definition.
    package let ballot: Election.Ballot
    /// The beginning of the minute in which the voter signed; nil before the vote.
    package let signedAt: Int?
}

/// What the browser needs to seal a ballot.
package struct VotingMaterial: Sendable {
    /// With titles and answers in every language, for the page.
    package let ballot: Election.Ballot
    /// The election document of the ballot protocol.
    package let document: [UInt8]
    /// The voter's secret credential: 19 characters.
    package let credential: [UInt8]
}

/// What a voter can vote on, and what they need for it.
package struct VoterBallots: Sendable {
    let election: StoredElection
    let clock: Clock
    let randomness: Randomness
    let boxKey: BoxKeyMemory

    /// The ballots that a voter may vote on, in the election's order.
    /// - Parameter voter: row number on the roll.
    /// - Throws: `.damaged` for an entry that was cut short.
    package func ballots(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> [VoterBallot] {
        var entries: [String: Int?] = [:]
        try reading.each(
            """
            SELECT polling_ballot.name, polling_elector.entry FROM polling_elector
            JOIN polling_ballot ON polling_ballot.id = polling_elector.ballot
            WHERE polling_elector.voter = ? AND polling_ballot.election = ?
            """, voter, election.number
        ) { (row: borrowing Row) throws(StoreError) in
            let name: String = try row[0]
            entries.updateValue(try ElectorEntry(try row[1]).signedAt, forKey: name)
        }
        return election.election.ballots.compactMap { ballot in
            entries[ballot.id].map { VoterBallot(ballot: ballot, signedAt: $0) }
        }
    }

    /// Whether a voter whose session was opened then may cast now.
    /// - Parameter sessionOpenedAt: seconds since 1970.
    package func isOpen(_ reading: borrowing Reading, sessionOpenedAt: Int) throws(StoreError) -> Bool {
        guard let (state, closesAt) = try Poll.hours(reading, election: election.number) else { return false }
        return Poll.takes(
            state, closesAt: closesAt, sessionOpenedAt: sessionOpenedAt, now: clock.now, election: election.election)
    }

    /// What a voter finds who opens a ballot's page.
    package enum Eligibility: Sendable {
        case material(VotingMaterial)
        case voted(at: Int)
        case notEligible
    }

    /// What a voter needs to vote on a ballot.
    /// - Parameters:
    ///   - voter: row number on the roll; the caller has checked the session.
    ///   - name: the ballot's name in the election.
    /// - Throws: `.failed` where the box key is not there or does not open the credential.
    package func enter(_ reading: borrowing Reading, voter: Int, ballot name: String) throws(StoreError) -> Eligibility
    {
        guard let ballot = election.election.ballots.first(where: { $0.id == name }),
            let stored = try PollBallot.find(reading, election: election.number, name: name),
            let (_, entry) = try elector(reading, stored, voter)
        else { return .notEligible }
        if let signedAt = entry.signedAt { return .voted(at: signedAt) }
        let credential = try credential(entry, stored, voter)
        return .material(VotingMaterial(ballot: ballot, document: stored.document, credential: credential.text))
    }

    /// A voter's line on the signature list of a ballot; nil where they are not on it.
    func elector(
        _ reading: borrowing Reading, _ ballot: PollBallot, _ voter: Int
    ) throws(StoreError) -> (id: Int, ElectorEntry)? {
        try reading.first(
            "SELECT id, entry FROM polling_elector WHERE ballot = ? AND voter = ?", ballot.id, voter
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try ElectorEntry(try row[1])) }
    }

    /// The secret credential of one who has not voted; the entry must be unsigned.
    /// - Throws: `.failed` where the box key is not there, or does not open it.
    func credential(
        _ entry: ElectorEntry, _ ballot: PollBallot, _ voter: Int
    ) throws(StoreError) -> BoxKey.Credential {
        guard
            let opened = boxKey.key?.open(entry.sealed, ballot: ballot.id, voter: voter, randomness: randomness)
        else {
            throw StoreError(
                .failed, "A credential of \(ballot.name) cannot be opened.",
                cure: "Give the box key of this poll, or restore the latest backup.")
        }
        return opened
    }
}
