import BallotCore
import BallotEngine
import Crypto
import Elections
package import Store

/// Holds box and list against their seals.
package struct BoxIntegrity: Sendable {
    let election: StoredElection
    let store: Store
    let seals: BoxSeals
    let rounds: BoxRounds
    let tallies: TallyStore
    let sealed: SealIntegrity
    let parts: PartIntegrity
    let toldCount: ToldCount

    /// Compares box and list with their seals, with the sealed documents, with what was published, with the journal and with
    /// each other; says what was added, removed or changed by hand. An empty list says that nothing was.
    /// Reads box and list whole, in one snapshot: seconds for a large election. A poll that is being sealed, or
    /// destroyed, has no findings.
    /// - Throws: what the store throws, and `.damaged` where a journal entry or the poll's state cannot be read.
    package func audit() throws(StoreError) -> [AuditFinding] {
        // What was known before the snapshot: a vote that comes meanwhile is none of its business.
        let known = seals.latest
        return try store.read { (reading: borrowing Reading) throws(StoreError) -> [AuditFinding] in
            guard let poll = try Poll.find(reading, election: election.number),
                ![.sealing, .destroyed].contains(poll.state)
            else { return [] }
            let record = try PollRecord(reading, election: election.election.id)
            var findings = record.faults(poll, closes: election.election.announcedClose)
            if let fault = try Poll.hoursFault(reading, poll, election) { findings.append(fault) }
            var told = 0
            if let fault = try sealed.manifestFault(reading, poll) { findings.append(fault) }
            findings += try sealed.peopleFaults(reading, poll, records: record.records)
            if let fault = try PollRestore.fault(reading, poll, restores: record.restores) { findings.append(fault) }
            for ballot in try PollBallot.all(reading, election: election.number) {
                let (found, toldHere) = try audit(reading, ballot, poll, record, known)
                findings += found.map { .ballot(ballot.name, $0) }
                told += toldHere
            }
            // Those who were told at once are in the journal with the close, and sealed beside the poll until then.
            let (sealedTold, isClosed) = (try toldCount.find(reading, poll), poll.state == .closed)
            if sealedTold == nil || isClosed && sealedTold != 0 {
                findings.append(.toldAtOnce)
            } else if told != record.told + (sealedTold ?? 0) {
                findings.append(.told(told, journal: record.told, sealed: sealedTold ?? 0))
            }
            return findings
        }
    }

    /// One ballot (scrutin) of the poll.
    /// - Parameter known: the sums that this program knew before the snapshot, by the ballot's uuid.
    /// - Returns: `told` is the number of signed and unsigned lines that are marked as told, for the comparison with
    ///   the journal.
    private func audit(
        _ reading: borrowing Reading, _ ballot: PollBallot, _ poll: Poll, _ record: PollRecord,
        _ known: [[UInt8]: BoxSums]
    ) throws(StoreError) -> (findings: [BallotFinding], told: Int) {
        let credentials = try ballot.credentials(reading)
        var findings = documentFaults(ballot, credentials, poll)
        let box = try BoxCount(reading, ballot, weights: BoxIntegrity.weights(credentials), seals)
        let list = try ListCount(reading, ballot, seals)
        findings += box.faults
        if box.slots != ballot.electors || list.electors != ballot.electors {
            findings.append(.places(slots: box.slots, lines: list.electors, electors: ballot.electors))
        }
        if box.ballots != ballot.votes || list.signatures != ballot.votes {
            findings.append(.votes(ballots: box.ballots, signatures: list.signatures, recorded: ballot.votes))
        }
        findings += try sumsFaults(reading, ballot, box, list, known)
        findings += try publicationFaults(reading, ballot, box, poll, credentials)
        let faults = record.faults(ballot, try rounds.all(reading, ballot), try tallies.tally(reading, ballot))
        // Numbers that the journal does not know are not reckoned with.
        findings += faults.isEmpty ? try parts.faults(reading, ballot, poll) : faults
        return (findings, list.told)
    }

    /// Box, list and electors against their sealed sums.
    private func sumsFaults(
        _ reading: borrowing Reading, _ ballot: PollBallot, _ box: BoxCount, _ list: ListCount,
        _ known: [[UInt8]: BoxSums]
    ) throws(StoreError) -> [BallotFinding] {
        switch try seals.sums(reading, ballot, known: known).found {
        case .broken:
            return [.seals]
        case .earlier:
            return [.earlierSeals]
        case .good(let sums):
            seals.note(sums, of: ballot)
            var faults: [BallotFinding] = []
            if sums.votes != ballot.votes, box.ballots == ballot.votes {
                faults.append(.sealedVotes(recorded: ballot.votes, sealed: sums.votes))
            }
            if sums.box != box.sum { faults.append(.box) }
            if sums.electors != seals.multiset.joined(list.waitingSum, box.slotSum) {
                faults.append(.electors)
            }
            if sums.list != list.sum { faults.append(.list) }
            return faults
        }
    }

    /// The stored documents of a ballot against the digests in the manifest.
    /// - Parameter credentials: the document of the public credentials.
    private func documentFaults(_ ballot: PollBallot, _ credentials: [UInt8], _ poll: Poll) -> [BallotFinding] {
        let sealed = JSON.read(poll.manifest)?["ballots"]?.list?.first {
            $0["ballot"]?.bytes == Array(ballot.name.utf8)
        }
        guard sealed?["fingerprint"]?.bytes == Base64.digest(ballot.document.span),
            sealed?["uuid"]?.bytes == ballot.uuid,
            sealed?["electors"]?.integer == ballot.electors,
            sealed?["credentials.sha256"]?.bytes == Array(hex(sha256(credentials)).utf8),
            sealed?["trustees.sha256"]?.bytes == Array(hex(sha256(ballot.trustees)).utf8)
        else { return [.documents] }
        return []
    }

    /// Weights by what slots keep of a credential.
    /// The key is the first half of the credential's SHA-256; a weight that is no number counts as -1, which no slot
    /// has.
    private static func weights(_ document: [UInt8]) -> [[UInt8]: Int] {
        var weights: [[UInt8]: Int] = [:]
        for entry in JSON.read(document)?.list ?? [] {
            let parts = (entry.bytes ?? []).split(separator: UInt8(ascii: ","))
            guard let key = parts.first else { continue }
            let weight = parts.count > 1 ? Int(String(decoding: parts[1], as: UTF8.self)) ?? -1 : 1
            weights[Array(sha256(Array(key)).prefix(16))] = weight
        }
        return weights
    }

    /// Every published tracker is that of a ballot in the box, once, and the rounds' heads are those of their ballots.
    private func publicationFaults(
        _ reading: borrowing Reading, _ ballot: PollBallot, _ box: BoxCount, _ poll: Poll, _ credentials: [UInt8]
    ) throws(StoreError) -> [BallotFinding] {
        let rounds = try rounds.all(reading, ballot)
        let stored = Dictionary(rounds.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
        var published: Set<Int> = []
        var (counts, foreign) = ([Int: Int](), 0)
        var end = BoxRounds.setupEnd(ballot, credentials: credentials)
        var ends: [Int: ArchiveWriter.End] = [:]
        try reading.each(
            """
            SELECT slot, tracker, round FROM polling_tracker WHERE ballot = ?1
                AND round <= (SELECT count(*) FROM polling_round WHERE polling_round.ballot = ?1) ORDER BY place
            """, ballot.id
        ) { (row: borrowing Row) throws(StoreError) in
            let (slot, tracker, round): (Int, String, Int) = (try row[0], try row[1], try row[2])
            guard let digest = box.digests[slot], BoxRounds.tracker(digest: digest) == tracker,
                published.insert(slot).inserted
            else {
                foreign += 1
                return
            }
            counts[round, default: 0] += 1
            end = end.adding(ballot: Array(hex(digest).utf8))
            ends[round] = end
        }
        guard foreign == 0, counts == stored.mapValues(\.ballots) else {
            return [.publication]
        }
        var faults = rounds.filter { ends[$0.number] != $0.end }.map { BallotFinding.head(round: $0.number) }
        if poll.state == .closed, published.count != box.ballots {
            faults.append(.leftOut)
        }
        return faults
    }
}
