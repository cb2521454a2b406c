import Crypto
import Store

/// What the signature list of a ballot holds.
struct ListCount {
    private(set) var (signatures, electors) = (0, 0)
    private(set) var sum = MultisetSeal.empty
    /// Of the lines that are not signed.
    private(set) var waitingSum = MultisetSeal.empty
    /// Voters of signed lines who were told.
    private(set) var told = 0

    /// Lines whose entry is cut short are left out, and so are missing from `electors`.
    init(_ reading: borrowing Reading, _ ballot: PollBallot, _ seals: BoxSeals) throws(StoreError) {
        var (signatures, electors, told) = (0, 0, 0)
        var (sum, waitingSum) = (MultisetSeal.empty, MultisetSeal.empty)
        try reading.each("SELECT id, voter, entry FROM polling_elector WHERE ballot = ?", ballot.id) {
            (row: borrowing Row) throws(StoreError) in
            // A line that was cut short is none.
            guard let entry = try? ElectorEntry(try row[2]) else { return }
            electors += 1
            let (id, voter): (Int, Int) = (try row[0], try row[1])
            if entry.isTold { told += 1 }
            guard let signedAt = entry.signedAt else {
                waitingSum = seals.multiset.adding(
                    ElectorEntry.waiting(elector: id, voter: voter, sealed: entry.sealed), to: waitingSum)
                return
            }
            signatures += 1
            sum = seals.multiset.adding(ElectorEntry.member(elector: id, voter: voter, signedAt: signedAt), to: sum)
        }
        (self.signatures, self.electors, self.told) = (signatures, electors, told)
        (self.sum, self.waitingSum) = (sum, waitingSum)
    }
}
