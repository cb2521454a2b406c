import Crypto
import Elections
package import Journal
package import Store

extension PollingStation {
    /// What the server, the members and the backups still hold that pairs voters with ballots, as lines of a record.
    /// - Parameter time: the moment that the first line names, in seconds since 1970.
    package func custodyLines(_ reading: borrowing Reading, at time: Int) throws(StoreError) -> [String] {
        let custody = try Custody(reading, election: election.election.id)
        let words = RecordWords(election.election)
        var lines = [words.custody(at: time)]
        lines += custody.keyCopies.map { words.key($0.erasure) }
        lines += custody.keyFiles.map { words.keyFile($0.path, report: $0.report.map { ($0.by, $0.reason) }) }
        let manifest = try Poll.find(reading, election: election.number)?.manifest
        for member in manifest.flatMap({ SealManifest($0) })?.members ?? [] {
            lines.append(words.key(of: member.name, isSigned: custody.signed.contains(hex(member.key))))
        }
        for backup in custody.backups {
            lines.append(
                words.backup(
                    backup.name, backup.sha256, isRemoved: backup.removedAt != nil,
                    report: backup.report.map { ($0.by, $0.reason) }))
        }
        return lines
    }

    /// Who holds what now, signed: the closing record says it as it was at the close. Empty before that.
    /// Nothing is kept of it: it is made anew at each call.
    package func custodyRecord() throws(StoreError) -> String {
        try store.read { (reading: borrowing Reading) throws(StoreError) -> String in
            let isClosed = try record(reading, .closing) != nil
            let isAbandoned = try record(reading, .abandonment) != nil
            guard isClosed || isAbandoned else { return "" }
            let lines = [SignedRecord.custodyMark, "election \(election.election.id)"]
            return SignedRecord.signed(lines + (try custodyLines(reading, at: clock.now)), by: signing)
        }
    }

    /// Takes members' signatures that their copies of the box key are destroyed; returns why not, nil when it was done.
    /// - Parameter file: a statement of the act `boxKeyDestroyed`, one signature for each copy; its members are those
    ///   of the seal.
    package func take(
        keyDestroyed file: [UInt8], by principal: Principal
    ) throws(StoreError) -> Refusal? {
        guard let statement = BureauStatement(file: file) else {
            return "The file is no statement of the bureau, or a signature in it is not its member's."
        }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Refusal? in
            guard let poll = try Poll.find(transaction.reading, election: election.number),
                let seal = SealManifest(poll.manifest), poll.state.isFinal
            else { return "Copies of the box key are needed until the poll is closed." }
            let signers = statement.signers(among: seal.members)
            guard statement.act == .boxKeyDestroyed, statement.election == seal.election,
                statement.subject == hex(seal.digest), !signers.isEmpty
            else { return "The statement is not about this poll's box key, or no member of the seal signed it." }
            try journal.record(
                transaction, election: election.election.id, by: principal, .pollMemberKeyDestroyed,
                [
                    "members": signers.map(\.name).joined(separator: ", "),
                    "keys": signers.map { hex($0.key) }.joined(separator: " "), "file.sha256": hex(sha256(file)),
                ])
            return nil
        }
    }
}
