import Crypto
import Elections
import Journal
import Store

/// How many lines of the lists are marked as told of their vote at once and are not in the journal yet. An entry for each look would
/// tell of single votes, so that the journal has their sum with the close; until then this number stands sealed beside the poll, for a
/// line that was marked by hand would leave its voter without word of a vote that is not theirs.
struct ToldCount: Sendable {
    let election: StoredElection
    let seal: SumsSeal

    /// - Returns: 0 where nobody was told at once since the seal; nil where the number was changed by hand.
    /// - Throws: what the store throws.
    func find(_ reading: borrowing Reading, _ poll: Poll) throws(StoreError) -> Int? {
        let sealed =
            try reading.first("SELECT told FROM polling_poll WHERE election = ?", election.number) {
                (row: borrowing Row) throws(StoreError) -> [UInt8]? in try row[0]
            } ?? nil
        guard let sealed else { return 0 }
        return seal.told(sealed, manifest: poll.manifest)
    }

    /// Counts lines that were marked in this transaction: in the journal once the poll is closed, sealed beside it before.
    /// - Throws: `.damaged` where the number before was changed by hand; what the store throws.
    func add(_ transaction: borrowing Transaction, _ lines: Int, journal: AuditJournal) throws(StoreError) {
        guard lines > 0, let poll = try Poll.find(transaction.reading, election: election.number) else { return }
        if poll.state == .closed { return try note(transaction, lines, journal: journal) }
        guard let before = try find(transaction.reading, poll) else {
            throw StoreError(.damaged, "The number of voters who were told of their vote was changed by hand.")
        }
        try transaction.execute(
            "UPDATE polling_poll SET told = ? WHERE election = ?",
            seal.seal(told: before + lines, manifest: poll.manifest),
            election.number)
    }

    /// Moves the number into the journal, in the transaction that closes the poll. One that was changed by hand stays, for
    /// `BoxIntegrity` to say so.
    /// - Throws: what the store throws.
    func close(_ transaction: borrowing Transaction, _ poll: Poll, journal: AuditJournal) throws(StoreError) {
        guard let lines = try find(transaction.reading, poll), lines > 0 else { return }
        try note(transaction, lines, journal: journal)
        try transaction.execute("UPDATE polling_poll SET told = NULL WHERE election = ?", election.number)
    }

    private func note(_ transaction: borrowing Transaction, _ lines: Int, journal: AuditJournal) throws(StoreError) {
        try journal.record(
            transaction, election: election.election.id, by: VoteNotices.roundsPrincipal, .pollNotice,
            ["lines": "\(lines)"])
    }
}
