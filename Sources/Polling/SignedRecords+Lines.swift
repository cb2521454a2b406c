import Elections
package import Store

/// Lines of the signed records that are for people: hours, what happened, who was there, places to sign.
extension PollingStation {
    /// Hours as announced and as they were, events with the bureau's words, who was present, and places to sign.
    /// - Parameter hasTurnout: whether the votes of each ballot are told: once no vote is taken any more.
    package func minutesLines(_ reading: borrowing Reading, hasTurnout: Bool) throws(StoreError) -> [String] {
        let words = RecordWords(election.election)
        let hours = try PollHours.find(reading, election)
        let chronicle = try PollChronicle(reading, election: election.election.id)
        var lines = [
            words.announced(from: hours.opens, to: hours.announcedCloses),
            words.inForce(from: hours.openedAt, to: hours.closes),
        ]
        if hasTurnout { lines += try turnouts(reading).map { words.turnout($0.ballot.name, $0.turnout) } }
        lines += PollMoment.allCases.map { words.present(at: $0, chronicle.present[$0]) }
        lines += PollingStation.bounded(chronicle.events.map { words.event($0) }, words)
        let names = try signatories(reading, chronicle)
        return lines + (names.isEmpty ? [words.toSign(nil)] : names.map { words.toSign($0) })
    }

    /// Bytes of what happened in one record: whoever checks a record reads no more than twice as much.
    package static let mostEventBytes = 200_000

    /// The lines as far as a record holds them: however much was noted, a record that nobody could read back is none.
    static func bounded(_ lines: [String], _ words: RecordWords) -> [String] {
        var bytes = 0
        let held = lines.prefix { line in
            bytes += line.utf8.count + 1
            return bytes <= mostEventBytes
        }
        guard held.count < lines.count else { return lines }
        return held + [words.more(lines.count - held.count)]
    }

    /// Electors and signatures of every ballot.
    /// Before the final close these are figures that nobody is to be told: the caller asks for the state.
    package func turnouts(
        _ reading: borrowing Reading
    ) throws(StoreError) -> [(ballot: PollBallot, turnout: TurnoutCount)] {
        try PollBallot.all(reading, election: election.number).map { ballot throws(StoreError) in
            (ballot, TurnoutCount(electors: ballot.electors, signatures: try signatureCount(reading, ballot)))
        }
    }

    /// Who signs the minutes: the members of the seal, then whoever was noted as present, each once; nobody where neither is known.
    package func signatories(
        _ reading: borrowing Reading, _ chronicle: PollChronicle
    ) throws(StoreError) -> [String] {
        let poll = try Poll.find(reading, election: election.number)
        var names = poll.flatMap { SealManifest($0.manifest) }?.members.map(\.name) ?? []
        for moment in PollMoment.allCases {
            for name in chronicle.present[moment]?.names ?? [] where !names.contains(name) { names.append(name) }
        }
        return names
    }
}

/// How many came, of how many.
package struct TurnoutCount: Sendable, Equatable {
    /// Who may sign the list of the ballot.
    package let electors: Int
    /// Who has, whether published in a round or not.
    package let signatures: Int

    /// - Parameter signatures: at most as many as there are electors.
    package init(electors: Int, signatures: Int) { (self.electors, self.signatures) = (electors, signatures) }

    /// The count as a line of a record says it.
    package var words: String {
        "\(signatures) signatures of \(electors) electors, \(abstentions) abstentions, \(percent(".")) %"
    }

    /// Electors who did not come.
    package var abstentions: Int { electors - signatures }

    /// `81.67`: two places, rounded to the nearest; `0.00` where nobody may vote.
    /// - Parameter point: what stands between them.
    package func percent(_ point: String) -> String {
        guard electors > 0 else { return "0\(point)00" }
        let hundredths = (10_000 * signatures + electors / 2) / electors
        let rest = hundredths % 100
        return "\(hundredths / 100)\(point)\(rest < 10 ? "0" : "")\(rest)"
    }
}
