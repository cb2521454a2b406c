import Crypto
import Store

/// What the slots of a ballot hold.
struct BoxCount {
    private(set) var (slots, ballots) = (0, 0)
    private(set) var sum = MultisetSeal.empty
    /// Of the slots with their credentials, whether they hold a ballot or not.
    private(set) var slotSum = MultisetSeal.empty
    /// SHA-256 of the ballots by their slots.
    private(set) var digests: [Int: [UInt8]] = [:]
    private(set) var faults: [BallotFinding] = []

    /// - Parameter weights: the sealed weights, by what a slot keeps of its credential.
    init(
        _ reading: borrowing Reading, _ ballot: PollBallot, weights: [[UInt8]: Int], _ seals: BoxSeals
    ) throws(StoreError) {
        var (slots, ballots, foreign, cut) = (0, 0, 0, 0)
        var (sum, slotSum, digests) = (MultisetSeal.empty, MultisetSeal.empty, [Int: [UInt8]]())
        try reading.each("SELECT id, credential, weight, content FROM polling_slot WHERE ballot = ?", ballot.id) {
            (row: borrowing Row) throws(StoreError) in
            slots += 1
            let (id, weight, bytes): (Int, Int, [UInt8]) = (try row[0], try row[2], try row[3])
            let credential: [UInt8] = try row[1]
            slotSum = seals.multiset.adding(ElectorEntry.slot(id, credential: credential), to: slotSum)
            if weights[credential] != weight { foreign += 1 }
            guard bytes.count == ballot.slotBytes, let content = try? SlotContent(bytes) else {
                cut += 1
                return
            }
            guard let text = content.ballot else {
                if bytes.contains(where: { $0 != 0 }) { cut += 1 }
                return
            }
            ballots += 1
            let digest = sha256(text)
            sum = seals.multiset.adding(seals.boxMember(slot: id, digest: digest), to: sum)
            digests[id] = digest
        }
        (self.slots, self.ballots, self.sum, self.digests) = (slots, ballots, sum, digests)
        self.slotSum = slotSum
        if foreign > 0 { faults.append(.foreignSlots(foreign)) }
        if cut > 0 { faults.append(.cutSlots(cut)) }
    }
}
