import Elections
package import Store

/// Lines of the signed records that are for people: hours, what happened, who was there, places to sign.
extension SignedRecords {
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
        lines += SignedRecords.bounded(chronicle.events.map { words.event($0) }, words)
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
            (ballot, TurnoutCount(electors: ballot.electors, signatures: try list.signatureCount(reading, ballot)))
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

    /// Lines of the records about backups that the store came from.
    /// - Returns: one line for each restore, oldest first, in English, with the mark that members sign.
    package func restoreLines(_ reading: borrowing Reading) throws(StoreError) -> [String] {
        let zone = election.election.timeZone
        return try PollRestore.all(reading, election: election.number).enumerated().map { place, restore in
            let end =
                restore.resumedAt.map { "voting went on \(LocalTime.phrase($0, zone: zone, .en))" }
                ?? "voting did not go on"
            return
                "restore-\(place + 1) mark \(restore.mark): restored \(LocalTime.phrase(restore.at, zone: zone, .en)) from a backup of \(LocalTime.phrase(restore.backupAt, zone: zone, .en)) (\(zone)), SHA-256 \(restore.sha256); \(end)"
        }
    }
}
