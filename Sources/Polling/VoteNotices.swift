import Elections
package import Journal
package import Store
import Synchronization

/// Word that a vote was recorded, to everybody who voted: it is what lets somebody who did not vote notice a stuffed ballot. It
/// goes out in rounds, so that nothing is written for a single vote, and says nothing of tracker, ballot or time.
package final class VoteNotices: Sendable {
    /// Who tells of votes after a round: its number of voters is public by then, as it is not where each is told at once.
    package static let roundsPrincipal = Principal.system("rounds")

    private let election: StoredElection
    private let store: Store
    private let journal: AuditJournal
    private let clock: Clock
    private let list: SignatureList
    private let toldCount: ToldCount
    /// The last round whose voters were told.
    private let told = Mutex(0)

    init(
        election: StoredElection, store: Store, journal: AuditJournal, clock: Clock, list: SignatureList,
        toldCount: ToldCount
    ) {
        (self.election, self.store, self.journal, self.clock) = (election, store, journal, clock)
        (self.list, self.toldCount) = (list, toldCount)
    }

    /// Voters told in one transaction.
    private static let noticeChunk = 200

    /// Queues the word for voters who signed before the last round and were not told yet.
    /// - Parameter send: queues a voter's message.
    /// - Returns: how many voters were told.
    /// - Throws: what the store or `send` throws; voters of chunks before it are told, and marked so.
    package func tell(
        _ send: (borrowing Transaction, _ voter: Int) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        let roundAt = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: election.number)?.roundAt
        }
        // The list is read once for each round, not at every look.
        guard let roundAt, told.withLock({ $0 }) < roundAt else { return 0 }
        var count = 0
        while true {
            let voters = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Int in
                let waiting = try transaction.reading.all(
                    """
                    SELECT polling_elector.id, voter, entry FROM polling_elector
                    JOIN polling_ballot ON polling_ballot.id = polling_elector.ballot
                    WHERE polling_ballot.election = ?1 AND entry >= x'0000000000000001' AND substr(entry, 9, 1) = x'00'
                        AND (((SELECT max(at) FROM polling_round WHERE polling_round.ballot = polling_ballot.id) = ?2
                                AND substr(entry, 1, 8) <= ?4)
                            OR (SELECT state FROM polling_poll WHERE polling_poll.election = polling_ballot.election) = 'closed')
                    ORDER BY voter LIMIT ?3
                    """, election.number, roundAt, VoteNotices.noticeChunk, FixedWidth.bytes(roundAt, 8)
                ) { (row: borrowing Row) throws(StoreError) -> (Int, Int, [UInt8]) in
                    (try row[0], try row[1], try row[2])
                }
                for (elector, _, entry) in waiting { try list.mark(transaction, elector: elector, entry) }
                if isAtOnce {
                    try toldCount.add(transaction, waiting.count, journal: journal)
                } else if !waiting.isEmpty {
                    try journal.record(
                        transaction, election: election.election.id, by: VoteNotices.roundsPrincipal, .pollNotice,
                        ["lines": "\(waiting.count)"])
                }
                // Several ballots of one voter are one message.
                for voter in Set(waiting.map(\.1)).sorted() { try send(transaction, voter) }
                return waiting.count
            }
            count += voters
            guard voters == VoteNotices.noticeChunk else { break }
        }
        told.withLock { $0 = roundAt }
        return count
    }

    private var isAtOnce: Bool { election.election.confirm == .atOnce }

    /// The same within minutes, where the election confirms at once: for voters whose minute of signing is over, in the order of
    /// their references, whatever the order of their votes. To be called when the log has just been emptied: never with a vote. The
    /// journal has their sum with the close; until then it stands sealed beside the poll.
    /// - Parameters:
    ///   - reference: a voter's reference on the roll.
    ///   - send: queues a voter's message.
    /// - Returns: how many voters were found waiting; 0 where the election does not confirm at once.
    package func tellAtOnce(
        reference: (borrowing Reading, _ voter: Int) throws(StoreError) -> String,
        _ send: (borrowing Transaction, _ voter: Int) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        guard isAtOnce else { return 0 }
        let waiting = try store.read { (reading: borrowing Reading) throws(StoreError) -> [Int] in
            var found: [Int: String] = [:]
            for (voter, entry) in try list.untold(reading) where found[voter] == nil {
                guard let at = try ElectorEntry(entry).signedAt, at + VoteNotices.minute <= clock.now else {
                    continue
                }
                found[voter] = try reference(reading, voter)
            }
            return found.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.map(\.key)
        }
        for start in stride(from: 0, to: waiting.count, by: VoteNotices.noticeChunk) {
            let chunk = waiting[start..<min(start + VoteNotices.noticeChunk, waiting.count)]
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                var lines = 0
                for voter in chunk {
                    // A second ballot whose minute is not over yet is told of with this one.
                    let marked = try list.mark(transaction, voter: voter)
                    guard marked > 0 else { continue }
                    lines += marked
                    try send(transaction, voter)
                }
                try toldCount.add(transaction, lines, journal: journal)
            }
        }
        return waiting.count
    }

    /// Seconds of a signature's minute.
    private static let minute = 60
}
