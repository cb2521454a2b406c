import Crypto
import Elections
package import Journal
package import Store

/// Who still holds what pairs voters with ballots: takes reports that it was destroyed, and writes the records of it.
package struct CustodyRegister: Sendable {
    let election: StoredElection
    let store: Store
    let journal: AuditJournal
    let clock: Clock
    let signing: SigningKey
    let records: SignedRecords

    /// What the server, the members and the backups still hold that pairs voters with ballots, as lines of a record.
    /// - Parameter time: the moment that the first line names, in seconds since 1970.
    package func lines(_ reading: borrowing Reading, at time: Int) throws(StoreError) -> [String] {
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
    package func record() throws(StoreError) -> String {
        try store.read { (reading: borrowing Reading) throws(StoreError) -> String in
            let isClosed = try records.record(reading, .closing) != nil
            let isAbandoned = try records.record(reading, .abandonment) != nil
            guard isClosed || isAbandoned else { return "" }
            let lines = [SignedRecord.custodyMark, "election \(election.election.id)"]
            return SignedRecord.signed(lines + (try self.lines(reading, at: clock.now)), by: signing)
        }
    }

    /// Takes members' signatures that their copies of the box key are destroyed; returns why not, nil when it was done.
    /// - Parameter file: a statement of the act `boxKeyDestroyed`, one signature for each copy; its members are those
    ///   of the seal.
    package func take(
        keyDestroyed file: [UInt8], by principal: Principal
    ) throws(StoreError) -> CustodyRefusal? {
        guard let statement = BureauStatement(file: file) else {
            return .noStatement
        }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> CustodyRefusal? in
            guard let poll = try Poll.find(transaction.reading, election: election.number),
                let seal = SealManifest(poll.manifest), poll.state.isFinal
            else { return .stillNeeded }
            let signers = statement.signers(among: seal.members)
            guard statement.act == .boxKeyDestroyed, statement.election == seal.election,
                statement.subject == hex(seal.digest), !signers.isEmpty
            else { return .anotherSubject }
            try journal.record(
                transaction, election: election.election.id, by: principal, .pollMemberKeyDestroyed,
                [
                    "members": signers.map(\.name).joined(separator: ", "),
                    "keys": signers.map { hex($0.key) }.joined(separator: " "), "file.sha256": hex(sha256(file)),
                ])
            return nil
        }
    }

    /// Notes that a backup, or a file of the box key, was destroyed.
    /// - Parameter name: a backup's file name, or the beginning of its SHA-256 where several have the name; the path of a file of
    ///   the box key, as the list has it.
    /// - Parameters:
    ///   - who: who destroyed it.
    ///   - reason: how, or why; like `who` it is one plain line.
    /// - Returns: why not; nil when it was done.
    package func reportDestroyed(
        backup name: String, who: String, reason: String, by principal: Principal
    ) throws(StoreError) -> CustodyRefusal? {
        guard PlainLine.isPlain(who), PlainLine.isPlain(reason) else {
            return .notPlain
        }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> CustodyRefusal? in
            let custody = try Custody(transaction.reading, election: election.election.id)
            if let file = custody.remainingFiles.first(where: { $0.path == name }) {
                try journal.record(
                    transaction, election: election.election.id, by: principal, .pollBackupDestroyed,
                    ["entry": "\(file.number)", "file": file.path, "by": who, "reason": reason])
                return nil
            }
            let found = custody.remaining.filter {
                $0.name == name
                    || name.count >= CustodyRegister.digestDigits && $0.sha256.hasPrefix(name.lowercased())
            }
            guard let backup = found.first else {
                return .noBackup(name)
            }
            guard found.count == 1 else {
                return .severalBackups(found.count, name: name)
            }
            try journal.record(
                transaction, election: election.election.id, by: principal, .pollBackupDestroyed,
                [
                    "entry": "\(backup.number)", "file": backup.name, "sha256": backup.sha256, "by": who,
                    "reason": reason,
                ])
            return nil
        }
    }

    /// Digits of a SHA-256 by which a backup may be named at least.
    private static let digestDigits = 8
}
