package import Elections
package import Polling
package import Store

/// All that the bureau's minutes say of a poll, as far as it is known and may be told at the moment.
package struct PollMinutes: Sendable {
    /// A ballot (scrutin) with its counts.
    package struct Ballot: Sendable {
        /// As voters read it, in every language; the ballot's name where the definition has none any more.
        package let title: LocalText
        /// Voters on its list.
        package let electors: Int
        /// Nil while votes are still taken.
        package let turnout: TurnoutCount?
        /// Nil until the trustees opened it.
        package let result: BallotResult?

        /// As read from the store, or for a sample.
        package init(title: LocalText, electors: Int, turnout: TurnoutCount?, result: BallotResult?) {
            (self.title, self.electors, self.turnout, self.result) = (title, electors, turnout, result)
        }
    }

    /// For names, questions, languages and time zone.
    package let election: Election
    /// The seal: eight groups of four hexadecimal digits.
    package let fingerprint: String
    /// Announced, and in force.
    package let hours: PollHours
    /// With the bureau's own words, and who was present.
    package let chronicle: PollChronicle
    /// In the order of the definition.
    package let ballots: [Ballot]
    /// Who signs: see `PollingStation.signatories`; empty where nobody is known.
    package let signatories: [String]

    /// Nothing is checked: `TallyService.minutes` reads them from the store.
    package init(
        election: Election, fingerprint: String, hours: PollHours, chronicle: PollChronicle, ballots: [Ballot],
        signatories: [String]
    ) {
        (self.election, self.fingerprint, self.hours, self.chronicle) = (election, fingerprint, hours, chronicle)
        (self.ballots, self.signatories) = (ballots, signatories)
    }
}

extension TallyService {
    /// The minutes as they stand; nil before the seal.
    /// Results are in it only where they are what the trustees' parts give.
    /// - Throws: `.damaged` where they are not, or the journal cannot be read.
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
