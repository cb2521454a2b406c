import BallotEngine
import Crypto
import Elections
import Journal
package import Store

/// Holds what the store says of the poll's people and records against the sealed manifest and the signatures.
package struct SealIntegrity: Sendable {
    let election: StoredElection
    let journal: AuditJournal
    let clock: Clock
    let signing: SigningKey
    let seals: BoxSeals
    let records: SignedRecords

    /// What of the manifest was changed by hand; nil where it is the sealed one. Whoever writes the store's file could
    /// else name members of the bureau in it who sign whatever is asked of them.
    /// - Throws: what the store throws. A poll without a row counts as changed.
    package func manifestFault(_ reading: borrowing Reading, _ poll: Poll) throws(StoreError) -> AuditFinding? {
        let sealed = try reading.first("SELECT manifest_seal FROM polling_poll WHERE election = ?", election.number) {
            (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0]
        }
        guard let sealed, seals.sumsSeal.isSealed(manifest: poll.manifest, by: sealed),
            PollSealer.fingerprint(poll.manifest) == poll.fingerprint
        else { return .manifest }
        return nil
    }

    /// Where trustees, members of the bureau and records in the store are not what was sealed and signed.
    /// - Parameter records: SHA-256 of the signed records by their kinds, as the journal has them.
    /// - Returns: findings, empty where all is as sealed. Records that the journal does not name are held to
    ///   their signature alone.
    func peopleFaults(
        _ reading: borrowing Reading, _ poll: Poll, records: [String: String]
    ) throws(StoreError) -> [AuditFinding] {
        guard let seal = SealManifest(poll.manifest) else { return [.manifestUnreadable] }
        var faults: [AuditFinding] = []
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
            if !isNoted { faults.append(.check(trustee: trustee.name)) }
        }
        if !isSame { faults.append(.trustees) }
        if try MemberRegister(journal: journal, clock: clock).all(reading, election) != seal.members {
            faults.append(.members)
        }
        if try TrusteeRegister(journal: journal, clock: clock).removals(reading, election) != seal.removed {
            faults.append(.removals)
        }
        for kind in SignedRecord.Kind.allCases {
            let text = try self.records.record(reading, kind)
            if let noted = records[kind.rawValue], text.map({ hex(sha256(Array($0.utf8))) }) != noted {
                faults.append(.recordNotNoted(kind))
            }
            guard let text, SignedRecord.lines(Array(text.utf8), by: signing.publicKey) == nil
            else { continue }
            faults.append(.record(kind))
        }
        return faults
    }
}
