import Issuance
import Store

extension Issuer {
    /// The printed sheets of some voters that are not posted yet, without a second mention.
    func sheets(_ reading: borrowing Reading, of voters: [Int]) throws(StoreError) -> [Issuer.Sheet] {
        var found: [Issuer.Sheet] = []
        for voter in Set(voters) { found += try sheetsInHand(reading, voter: voter) }
        return found.sorted { ($0.batch, $0.number) < ($1.batch, $1.number) }
    }
}
