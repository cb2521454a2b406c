import Crypto
import Store
import Synchronization

/// Opens the sealed sums of an election's boxes, and knows the latest ones: earlier ones put back are found.
final class BoxSeals: Sendable {
    let multiset: MultisetSeal
    let sumsSeal: SumsSeal
    /// The sums that this program last read or wrote, by the ballot's uuid, which no later seal has.
    private let knownSums = Mutex<[[UInt8]: BoxSums]>([:])

    init(multiset: MultisetSeal, sums: SumsSeal) { (self.multiset, sumsSeal) = (multiset, sums) }

    /// The latest sums of every ballot whose sums were read or written, by its uuid.
    var latest: [[UInt8]: BoxSums] { knownSums.withLock { $0 } }

    /// What became of a ballot's sealed sums.
    enum Finding {
        case good(BoxSums)
        /// The seal does not open: changed by hand, another ballot's, or of another round.
        case broken
        /// This program read or wrote later ones.
        case earlier
    }

    /// The sums of a ballot as they stand in the store, compared with those that this program knows.
    /// - Parameter known: what was known before the reading began; nil in the writer's transaction, which sees all.
    /// - Returns: with the head to which the seal is bound, empty before the first round.
    /// - Throws: `.failed` where the ballot has no row of sums.
    func sums(
        _ reading: borrowing Reading, _ ballot: PollBallot, known: [[UInt8]: BoxSums]? = nil
    ) throws(StoreError) -> (found: Finding, head: String) {
        let row = try reading.first(
            """
            SELECT sums, (SELECT head FROM polling_round WHERE polling_round.ballot = polling_count.ballot
                ORDER BY number DESC LIMIT 1)
            FROM polling_count WHERE ballot = ?
            """, ballot.id
        ) { (row: borrowing Row) throws(StoreError) -> ([UInt8], String?) in (try row[0], try row[1]) }
        guard let (sealed, head) = row else { throw StoreError(.failed, "The ballot \(ballot.name) is gone.") }
        let latest = known.map { $0[ballot.uuid] } ?? knownSums.withLock { $0[ballot.uuid] }
        guard let sums = sumsSeal.open(sealed, uuid: ballot.uuid, head: head ?? "") else {
            return (.broken, head ?? "")
        }
        if let latest, sums.revision < latest.revision || sums.revision == latest.revision && sums != latest {
            return (.earlier, head ?? "")
        }
        return (.good(sums), head ?? "")
    }

    /// Notes sums that are committed: earlier ones are not believed any more.
    func note(_ sums: BoxSums, of ballot: PollBallot) {
        knownSums.withLock { known in
            if known[ballot.uuid].map({ $0.revision < sums.revision }) ?? true { known[ballot.uuid] = sums }
        }
    }

    /// What the box's seal covers of a ballot.
    func boxMember(slot: Int, digest: [UInt8]) -> [UInt8] { FixedWidth.bytes(slot, 8) + digest }
}
