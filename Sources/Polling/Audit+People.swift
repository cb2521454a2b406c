import BallotEngine
import Crypto
import Elections
package import Store

extension PollingStation {
    /// What of the manifest was changed by hand, in words; nil where it is the sealed one. Whoever writes the store's file could
    /// else name members of the bureau in it who sign whatever is asked of them.
    /// - Throws: what the store throws. A poll without a row counts as changed.
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
    /// - Parameter records: SHA-256 of the signed records by their kinds, as the journal has them.
    /// - Returns: findings in words, empty where all is as sealed. Records that the journal does not name are held to
    ///   their signature alone.
    func peopleFaults(
        _ reading: borrowing Reading, _ poll: Poll, records: [String: String]
    ) throws(StoreError) -> [String] {
        guard let seal = SealManifest(poll.manifest) else { return ["The seal's manifest cannot be read."] }
        var faults: [String] = []
        let register = TrusteeRegister(journal: journal, clock: clock)
        let trustees = try register.all(reading, election)
        var isSame = trustees.count == seal.trustees.count
        for (trustee, sealed) in zip(trustees, seal.trustees) {
            let keys = try register.keys(reading, election, trustee).map { SealManifest.digest(ofKey: $0.decimal) }
            isSame =
                isSame && Array(trustee.name.utf8) == Array(sealed.name.utf8) && trustee.replacedBy == sealed.replaced
                && keys == sealed.keys
        }
        for trustee in trustees {
            let isNoted =
                switch try register.check(reading, election, trustee, seal) {
                case .signed: trustee.checkedAt != nil
                case .waived(let words): trustee.waived == words
                case .missing: trustee.checkedAt == nil && trustee.waived == nil
                }
            if !isNoted {
                faults.append("What is noted of \(trustee.name)'s check of the seal is not what was signed.")
            }
        }
        if !isSame { faults.append("The trustees, or what is noted of their keys, are not those of the seal.") }
        if try MemberRegister(journal: journal, clock: clock).all(reading, election) != seal.members {
            faults.append("The members of the bureau are not those of the seal.")
        }
        if try TrusteeRegister(journal: journal, clock: clock).removals(reading, election) != seal.removed {
            faults.append("The seal does not say of every trustee who was taken away that they were.")
        }
        for kind in SignedRecord.Kind.allCases {
            let text = try record(reading, kind)
            if let noted = records[kind.rawValue], text.map({ hex(sha256(Array($0.utf8))) }) != noted {
                faults.append("The \(kind.rawValue) record is not the one of the journal, or is gone.")
            }
            guard let text, SignedRecord.lines(Array(text.utf8), by: signing.publicKey) == nil
            else { continue }
            faults.append("The \(kind.rawValue) record was changed by hand: its signature does not hold.")
        }
        return faults
    }
}
