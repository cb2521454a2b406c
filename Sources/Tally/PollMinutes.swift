package import Elections
package import Polling
package import Store

/// All that the bureau's minutes say of a poll, as far as it is known and may be told at the moment.
package struct PollMinutes: Sendable {
    /// A ballot (scrutin) with its counts.
    package struct Ballot: Sendable {
        package let title: LocalText
        package let electors: Int
        /// Nil while votes are still taken.
        package let turnout: TurnoutCount?
        /// Nil until the trustees opened it.
        package let result: BallotResult?

        package init(title: LocalText, electors: Int, turnout: TurnoutCount?, result: BallotResult?) {
            (self.title, self.electors, self.turnout, self.result) = (title, electors, turnout, result)
        }
    }

    package let election: Election
    package let fingerprint: String
    package let hours: PollHours
    package let chronicle: PollChronicle
    package let ballots: [Ballot]
    package let signatories: [String]

    package init(
        election: Election, fingerprint: String, hours: PollHours, chronicle: PollChronicle, ballots: [Ballot],
        signatories: [String]
    ) {
        (self.election, self.fingerprint, self.hours, self.chronicle) = (election, fingerprint, hours, chronicle)
        (self.ballots, self.signatories) = (ballots, signatories)
    }
}

extension Teller {
    /// The minutes as they stand; nil before the seal.
    package func minutes(_ reading: borrowing Reading) throws(StoreError) -> PollMinutes? {
        guard let poll = try Poll.find(reading, election: election.number), poll.state != .sealing else { return nil }
        let results = try results(reading)
        let chronicle = try PollChronicle(reading, election: election.election.id)
        let ballots = try station.turnouts(reading).map { stored, turnout in
            PollMinutes.Ballot(
                title: election.election.ballots.first { $0.id == stored.name }?.title
                    ?? LocalText(fr: stored.name, en: stored.name),
                electors: stored.electors, turnout: poll.state.isFinal && poll.openedAt != nil ? turnout : nil,
                result: results.first { $0.ballot.id == stored.name })
        }
        return PollMinutes(
            election: election.election, fingerprint: poll.fingerprint,
            hours: try PollHours.find(reading, election), chronicle: chronicle, ballots: ballots,
            signatories: try station.signatories(reading, chronicle))
    }
}
