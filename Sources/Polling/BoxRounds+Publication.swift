import BallotCore
import BallotEngine
import Crypto
import Elections
import Foundation
import Journal
import Store

/// A ballot that is not public yet.
private struct FreshBallot {
    let slot: Int
    let digest: [UInt8]
    let tracker: String
}

/// What the snapshot says of a ballot (scrutin).
private struct Gathered {
    let ballot: PollBallot
    let rounds: [Round]
    var fresh: [FreshBallot]
    let signatures: Int
}

/// ```
/// reader                                        writer
///   one snapshot: ballots of the box that are
///   not public yet, signatures, votes
///   sorted by hash; head of the archive
///                                               trackers of the coming round, a few hundred at a time
///                                               one transaction: the round itself, seals under its head, journal
/// ```
extension BoxRounds {
    /// Trackers written in one transaction: a few milliseconds, each touching a page of the index by text.
    private static let trackerChunk = 50
    /// Seconds that a close waits for a round under way, which reads the whole box.
    static let publicationWait = 120

    /// Held while a round is made: two programs must not publish at once.
    /// - Throws: `.busy` when another program still publishes after that many seconds.
    func publicationLock(patience seconds: Int) throws(StoreError) -> ProcessLock {
        let (tries, pause) = (seconds * 10, UInt32(100_000))
        // Each election's own: one that publishes a large box keeps no other one from closing.
        let name = "rounds-\(election.number)"
        for _ in 0..<tries {
            do throws(StoreError) { return try ProcessLock(store: store.path, name: name) } catch {
                guard error.kind == .busy else { throw error }
            }
            usleep(pause)
        }
        return try ProcessLock(store: store.path, name: name)
    }

    /// Reads the box in one snapshot and writes the trackers of the coming rounds; ballots without anything new get none.
    /// - Parameter ballots: those to get a round; the publication's lock is the caller's.
    func stage(_ ballots: [PollBallot]) throws(StoreError) -> [StagedRound] {
        for ballot in ballots { try clearUnfinished(ballot) }
        let gathered = try store.read { (reading: borrowing Reading) throws(StoreError) -> [Gathered] in
            var gathered: [Gathered] = []
            for ballot in ballots { gathered.append(try gather(reading, ballot)) }
            return gathered
        }
        var staged: [StagedRound] = []
        for var found in gathered where !found.fresh.isEmpty {
            found.fresh.sort { $0.tracker.utf8.lexicographicallyPrecedes($1.tracker.utf8) }
            staged.append(try stage(found))
        }
        return staged
    }

    /// Takes away trackers of a round that never came to stand: its program died.
    private func clearUnfinished(_ ballot: PollBallot) throws(StoreError) {
        while try store.write(
            durable: .soon,
            { (transaction: borrowing Transaction) throws(StoreError) in
                try transaction.execute(
                    """
                    DELETE FROM polling_tracker WHERE ballot = ?1 AND place IN (
                        SELECT place FROM polling_tracker WHERE ballot = ?1 ORDER BY place DESC LIMIT ?2)
                        AND round > (SELECT count(*) FROM polling_round WHERE polling_round.ballot = ?1)
                    """, ballot.id, BoxRounds.trackerChunk)
            }) > 0
        {}
    }

    /// Reads the ballots that have no tracker yet; their order is not yet the archive's.
    private func gather(_ reading: borrowing Reading, _ ballot: PollBallot) throws(StoreError) -> Gathered {
        guard let current = try PollBallot.find(reading, election: election.number, name: ballot.name) else {
            throw StoreError(.failed, "The ballot \(ballot.name) is gone.")
        }
        var published: Set<Int> = []
        try reading.each("SELECT slot FROM polling_tracker WHERE ballot = ?", ballot.id) {
            (row: borrowing Row) throws(StoreError) in published.insert(try row[0])
        }
        // By the index alone; then only the slots that are not public are read, in the file's order.
        let slots = try reading.all("SELECT id FROM polling_slot WHERE ballot = ?", ballot.id) {
            (row: borrowing Row) throws(StoreError) -> Int in try row[0]
        }
        var fresh: [FreshBallot] = []
        for slot in slots.sorted() where !published.contains(slot) {
            let text = try reading.first(
                "SELECT content FROM polling_slot WHERE id = ? AND content >= x'0000000000000001'", slot
            ) { (row: borrowing Row) throws(StoreError) -> [UInt8]? in try SlotContent(try row[0]).ballot }
            guard let text = text.flatMap({ $0 }) else { continue }
            let digest = sha256(text)
            fresh.append(FreshBallot(slot: slot, digest: digest, tracker: BoxRounds.tracker(digest: digest)))
        }
        let signatures = try reading.number(
            "SELECT count(*) FROM polling_elector WHERE ballot = ? AND entry >= x'0000000000000001'", ballot.id)
        return Gathered(
            ballot: current, rounds: try all(reading, ballot), fresh: fresh, signatures: signatures)
    }

    /// Writes the trackers of one round in their order, which is that of their digits, and computes the archive's new
    /// end.
    private func stage(_ found: Gathered) throws(StoreError) -> StagedRound {
        let ballot = found.ballot
        let number = found.rounds.count + 1
        var end: ArchiveWriter.End
        if let last = found.rounds.last { end = last.end } else { end = try setupEnd(ballot) }
        for fresh in found.fresh { end = end.adding(ballot: Array(hex(fresh.digest).utf8)) }
        let before = found.rounds.reduce(0) { $0 + $1.ballots }
        for start in stride(from: 0, to: found.fresh.count, by: BoxRounds.trackerChunk) {
            let part = found.fresh[start..<min(found.fresh.count, start + BoxRounds.trackerChunk)]
            let begun = ContinuousClock.now
            try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
                for (index, fresh) in zip(part.indices, part) {
                    try transaction.execute(
                        "INSERT INTO polling_tracker (ballot, place, tracker, round, slot) VALUES (?, ?, ?, ?, ?)",
                        ballot.id, before + index + 1, fresh.tracker, number, fresh.slot)
                }
            }
            // As much time for everybody else, in other programs too.
            let taken = (ContinuousClock.now - begun) / .microseconds(1)
            if part.endIndex < found.fresh.count { usleep(UInt32(min(taken, 50_000))) }
        }
        return StagedRound(
            ballot: ballot, number: number, ballots: found.fresh.count, signatures: found.signatures,
            votes: ballot.votes, end: end)
    }

    /// The end of the archive that holds the sealed documents alone.
    func setupEnd(_ ballot: PollBallot) throws(StoreError) -> ArchiveWriter.End {
        let credentials = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try ballot.credentials(reading)
        }
        return BoxRounds.setupEnd(ballot, credentials: credentials)
    }

    /// - Parameter credentials: the document of the public credentials.
    static func setupEnd(_ ballot: PollBallot, credentials: [UInt8]) -> ArchiveWriter.End {
        func name(_ document: [UInt8]) -> [UInt8] { Array(hex(sha256(document)).utf8) }
        return .setup(
            election: name(ballot.document), trustees: name(ballot.trustees), credentials: name(credentials))
    }

    /// The tracker of a ballot's text: 43 characters.
    static func tracker(_ text: [UInt8]) -> String { tracker(digest: sha256(text)) }

    /// A tracker from the digest of its ballot: Base64 without padding.
    static func tracker(digest: [UInt8]) -> String {
        String(Data(digest).base64EncodedString().prefix { $0 != "=" })
    }

    /// Puts staged rounds in force, all at once: this is the moment of publication.
    /// - Parameter at: when the box was read, or before.
    /// - Returns: the sums as they stand now, to be noted once the transaction is committed.
    /// - Throws: `.failed` where another program published one of the rounds meanwhile.
    func publish(
        _ transaction: borrowing Transaction, _ staged: [StagedRound], at: Int, _ announce: Announcement
    ) throws(StoreError) -> [(PollBallot, BoxSums)] {
        var written: [(PollBallot, BoxSums)] = []
        for round in staged {
            if let sums = try publish(transaction, round, at: at) { written.append((round.ballot, sums)) }
        }
        if !staged.isEmpty {
            try transaction.execute("UPDATE polling_poll SET round_at = ? WHERE election = ?", at, election.number)
            try announce(transaction, staged.map(\.ballot.name), at)
        }
        return written
    }

    /// - Returns: nil where the seals do not fit: the round stands, and the seals go on telling of it.
    private func publish(
        _ transaction: borrowing Transaction, _ round: StagedRound, at: Int
    ) throws(StoreError) -> BoxSums? {
        let ballot = round.ballot
        // Read before the round is there: the seal is still bound to the head before it.
        let (found, _) = try seals.sums(transaction.reading, ballot)
        let number = try transaction.reading.number(
            "SELECT count(*) FROM polling_round WHERE ballot = ?", ballot.id)
        guard number == round.number - 1 else {
            throw StoreError(
                .failed, "Round \(round.number) of \(ballot.name) was published by another program meanwhile.",
                cure: "Run `isoloir poll status`; the next round takes up what is left.")
        }
        try transaction.execute(
            "INSERT INTO polling_round (ballot, number, at, ballots, signatures, head, height) VALUES (?, ?, ?, ?, ?, ?, ?)",
            ballot.id, round.number, at, round.ballots, round.signatures, round.head, round.height)
        try journal.record(
            transaction, election: election.election.id, by: .system("rounds"), .pollRound,
            [
                "ballot": ballot.name, "round": "\(round.number)", "ballots": "\(round.ballots)",
                "votes": "\(round.votes)", "signatures": "\(round.signatures)", "head": round.head,
                "height": "\(round.height)", "at": "\(at)",
            ])
        // Seals that do not fit stay as they are and keep telling so: a round neither mends them nor waits for their mending.
        guard case .good(var sums) = found else { return nil }
        sums.revision += 1
        try transaction.execute(
            "UPDATE polling_count SET sums = ? WHERE ballot = ?",
            seals.sumsSeal.seal(sums, uuid: ballot.uuid, head: round.head), ballot.id)
        return sums
    }
}
