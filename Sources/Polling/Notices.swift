import Elections
import Journal
package import Store
import Synchronization

/// Word that a vote was recorded, to everybody who voted: it is what lets somebody who did not vote notice a stuffed ballot. It
/// goes out in rounds, so that nothing is written for a single vote, and says nothing of tracker, ballot or time.
extension PollingStation {
    /// Voters told in one transaction.
    private static let noticeChunk = 200

    /// Queues the word for voters who signed before the last round and were not told yet.
    /// - Parameter send: queues a voter's message.
    /// - Returns: how many voters were told.
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
                    WHERE polling_ballot.election = ? AND entry >= x'0000000000000001' AND substr(entry, 9, 1) = x'00'
                        AND ((SELECT max(at) FROM polling_round WHERE polling_round.ballot = polling_ballot.id) = ?
                            OR (SELECT state FROM polling_poll WHERE polling_poll.election = polling_ballot.election) = 'closed')
                    ORDER BY voter LIMIT ?
                    """, election.number, roundAt, PollingStation.noticeChunk
                ) { (row: borrowing Row) throws(StoreError) -> (Int, Int, [UInt8]) in
                    (try row[0], try row[1], try row[2])
                }
                for (elector, _, entry) in waiting {
                    try transaction.execute(
                        "UPDATE polling_elector SET entry = ? WHERE id = ?", Array(entry[..<8] + [1] + entry[9...]),
                        elector)
                }
                if !waiting.isEmpty {
                    try logbook.record(
                        transaction, election: election.election.id, by: .system("rounds"), "poll.notice",
                        ["lines": "\(waiting.count)"])
                }
                // Several ballots of one voter are one message.
                for voter in Set(waiting.map(\.1)).sorted() { try send(transaction, voter) }
                return waiting.count
            }
            count += voters
            guard voters == PollingStation.noticeChunk else { break }
        }
        told.withLock { $0 = roundAt }
        return count
    }
}
