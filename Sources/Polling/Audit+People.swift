import BallotEngine
import Crypto
import Elections
package import Store

extension PollingStation {
    /// What of the manifest was changed by hand, in words; nil where it is the sealed one. Whoever writes the store's file could
    /// else name members of the bureau in it who sign whatever is asked of them.
    package func manifestFault(_ reading: borrowing Reading, _ poll: Poll) throws(StoreError) -> String? {
        let sealed = try reading.first("SELECT manifest_seal FROM polling_poll WHERE election = ?", election.number) {
            (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0]
        }
        guard let sealed, sumsSeal.isSealed(manifest: poll.manifest, by: sealed),
            PollSealer.fingerprint(poll.manifest) == poll.fingerprint
        else { return "The seal's manifest was changed by hand: nothing that it says is believed." }
        return nil
    }

    /// Where trustees, members of the bureau and records in the store are not what was sealed and signed.
    func peopleFaults(_ reading: borrowing Reading, _ poll: Poll) throws(StoreError) -> [String] {
        guard let seal = SealManifest(poll.manifest) else { return ["The seal's manifest cannot be read."] }
        var faults: [String] = []
        let register = TrusteeRegister(logbook: logbook, clock: clock)
        let trustees = try register.all(reading, election)
        var isSame = trustees.count == seal.trustees.count
        for (trustee, sealed) in zip(trustees, seal.trustees) {
            let keys = try register.keys(reading, election, trustee).map { SealManifest.digest(ofKey: $0.decimal) }
            isSame =
                isSame && Array(trustee.name.utf8) == Array(sealed.name.utf8) && trustee.replacedBy == sealed.replaced
                && keys == sealed.keys
        }
        if !isSame { faults.append("The trustees, or what is noted of their keys, are not those of the seal.") }
        if try MemberRegister(logbook: logbook, clock: clock).all(reading, election) != seal.members {
            faults.append("The members of the bureau are not those of the seal.")
        }
        for kind in SignedRecord.Kind.allCases {
            guard let text = try record(reading, kind),
                SignedRecord.lines(Array(text.utf8), by: signing.publicKey) == nil
            else { continue }
            faults.append("The \(kind.rawValue) record was changed by hand: its signature does not hold.")
        }
        return faults
    }
}
