import Crypto
import Delivery
import Elections
package import Journal
package import Store

/// That the store was brought back from a backup while the poll was sealed.
///
///     store restore ---> suspended, with this mark: votes since the backup are lost, and nobody here knows how many
///       two members sign that the heads last published are these, and all of them are in the restored box ---> open
///       (a poll that the backup knows as sealed may have been opened since: it is opened on the same word)
///       otherwise: closed or abandoned, never open. Somebody whose published ballot was lost would vote again, with a credential that
///       stands in a published archive
package struct PollRestore: Sendable {
    /// When the restore was, in seconds since 1970.
    package let at: Int
    /// The latest time in the backup: what came after it is lost.
    package let backupAt: Int
    /// The backup's file, as the command that restored it named it.
    package let file: String
    /// Of the sealed backup, in hexadecimal.
    package let sha256: String
    /// Made at random by the restore: what members sign serves for this one alone, and not for the same backup once more.
    package let mark: String
    /// When two members had voting go on; nil until then.
    package let resumedAt: Int?
    /// Whether voting waits for two members, and votes may be lost; a poll that took no vote any more only carries the mark.
    package let holds: Bool
    /// The members' signed word on which voting went on; nil until then.
    private let statement: [UInt8]?

    /// What the journal says of a restore.
    struct Noted: Equatable {
        private let sha256: String
        private let backupAt: Int
        private let holds: Bool

        /// - Parameters:
        ///   - state: the poll's by then.
        ///   - isStopped: whether it took no ballots any more.
        init(_ fields: [String: String], state: PollState, isStopped: Bool) {
            sha256 = fields["sha256"] ?? ""
            backupAt = Int(fields["backup"] ?? "") ?? 0
            holds = !state.isFinal && !isStopped
        }

        fileprivate init(_ restore: PollRestore) {
            (sha256, backupAt, holds) = (restore.sha256, restore.backupAt, restore.holds)
        }
    }

    /// Where what is stored of restores is not what the journal has, or voting went on without the members' word. A
    /// poll whose mark somebody took away would go on without anybody who knows what was lost.
    /// - Parameter restores: as the journal has them since the seal.
    /// - Parameter poll: with the manifest whose members must have signed.
    static func fault(
        _ reading: borrowing Reading, _ poll: Poll, restores: [Noted]
    ) throws(StoreError) -> AuditFinding? {
        let stored = try all(reading, election: poll.election)
        let isFree = stored.allSatisfy { restore in
            guard restore.holds, restore.resumedAt != nil else { return true }
            guard let seal = SealManifest(poll.manifest), let file = restore.statement,
                let statement = BureauStatement(file: file)
            else { return false }
            return statement.subject.hasPrefix("\(hex(seal.digest)) restore \(restore.mark) heads ")
                && statement.fault(
                    act: .resumeAfterRestore, election: seal.election, subject: statement.subject,
                    members: seal.members) == nil
        }
        return isFree && stored.map(Noted.init) == restores
            ? nil : .restore
    }

    /// What a poll went through, the oldest first.
    /// - Parameter election: row number of its definition.
    package static func all(_ reading: borrowing Reading, election: Int) throws(StoreError) -> [PollRestore] {
        try reading.all(
            "SELECT at, backup_at, file, sha256, resumed_at, holds, mark, statement FROM polling_restore WHERE election = ? ORDER BY id",
            election
        ) { (row: borrowing Row) throws(StoreError) in
            PollRestore(
                at: try row[0], backupAt: try row[1], file: try row[2], sha256: try row[3], mark: try row[6],
                resumedAt: try row[4], holds: try row[5] as Int != 0, statement: try row[7])
        }
    }

    /// Bytes of a mark.
    private static let markBytes = 8

    /// What keeps a poll suspended; nil where nothing does.
    /// - Parameter election: row number of its definition.
    package static func pending(_ reading: borrowing Reading, election: Int) throws(StoreError) -> PollRestore? {
        try all(reading, election: election).last { $0.holds && $0.resumedAt == nil }
    }

    /// Marks every poll of a store that was just restored, and suspends those that may take votes.
    /// - Returns: the elections whose polls take no votes until two members say so; a sealed one was not open in the backup.
    /// - Parameters:
    ///   - transaction: the restored store's first one; nothing is served before.
    ///   - file: the backup's name.
    ///   - sha256: of the sealed backup, in hexadecimal.
    /// - Throws: what the store throws; the restored store must not be used then.
    package static func mark(
        _ transaction: borrowing Transaction, _ journal: AuditJournal, clock: Clock, file: String, sha256: String
    ) throws(StoreError) -> [(election: String, isSealed: Bool)] {
        var (backupAt, epoch) = (0, 1)
        let at = clock.now
        try AuditJournal.each(transaction.reading) { entry, _ throws(StoreError) in
            backupAt = max(backupAt, entry.at)
            if entry.kind == .storeRestore { epoch += 1 }
        }
        // What stands behind this entry happened on another line of time than what was lost.
        try journal.record(
            transaction, election: nil, by: .system("restore"), .storeRestore,
            ["file": file, "sha256": sha256, "backup": "\(backupAt)", "epoch": "\(epoch + 1)"])
        let polls = try transaction.reading.all(
            """
            SELECT election, election_definition.name, state, stopped_at FROM polling_poll
            JOIN election_definition ON election_definition.id = election
            WHERE state IN ('sealed', 'open', 'suspended', 'closing', 'ended', 'closed')
            """
        ) { (row: borrowing Row) throws(StoreError) -> (Int, String, String, Int?) in
            (try row[0], try row[1], try row[2], try row[3])
        }
        var held: [(election: String, isSealed: Bool)] = []
        for (election, name, state, stoppedAt) in polls {
            let holds = state != PollState.closed.rawValue && stoppedAt == nil
            try transaction.execute(
                "INSERT INTO polling_restore (election, at, backup_at, file, sha256, mark, holds) VALUES (?, ?, ?, ?, ?, ?, ?)",
                election, at, backupAt, file, sha256, hex(Randomness.system.bytes(markBytes)), holds ? 1 : 0)
            let stored = try ElectionRepository(journal: journal, clock: clock).find(transaction.reading, name)
            try transaction.execute(
                "UPDATE polling_poll SET seen_at = NULL, seen_ticks = NULL, seen_boot = NULL, clock_doubt = NULL WHERE election = ?",
                election)
            guard holds else {
                // Voters read of the restore there, too, and what they read must be what the poll says.
                try Poll.putHours(transaction, stored, Outbox(clock: clock, randomness: .system))
                continue
            }
            let isSealed = state == PollState.sealed.rawValue
            held.append((name, isSealed))
            // A poll that was not open yet stays so; its opening asks for the same word.
            let isSuspended = isSealed || state == PollState.suspended.rawValue
            // What was ordered, and what was known of a clock, was before: from here on the hour is asked anew.
            let record = try PollRecord(transaction.reading, election: name)
            try transaction.execute(
                """
                UPDATE polling_poll SET state = CASE WHEN ?2 THEN state ELSE 'suspended' END, ordered_at = NULL,
                    closes_at = ?3
                WHERE election = ?1
                """, election, isSuspended ? 1 : 0, record.hour(announced: stored.election.announcedClose))
            try Poll.putHours(transaction, stored, Outbox(clock: clock, randomness: .system))
            guard !isSuspended else { continue }
            try journal.record(
                transaction, election: name, by: .system("restore"), .pollSuspend,
                ["file": file])
        }
        return held
    }
}

/// What two members know that a restored store cannot: the heads that were published last.
package struct ResumeProof: Sendable {
    /// 64 hexadecimal digits each, one for each ballot that had a round.
    private let heads: Set<String>
    private let statement: BureauStatement
    /// The statement as it was signed.
    let file: [UInt8]

    /// - Parameters:
    ///   - heads: as members typed them; blanks between groups are taken away.
    ///   - file: the signed statement.
    /// - Returns: nil where one is no head, or the file no statement.
    package init?(heads: [String], statement file: [UInt8]) {
        guard let heads = ResumeProof.heads(heads), let statement = BureauStatement(file: file) else { return nil }
        (self.heads, self.statement, self.file) = (heads, statement, file)
    }

    /// Typed heads without blanks and in lower case; nil where one is not 64 hexadecimal digits.
    private static func heads(_ typed: [String]) -> Set<String>? {
        let heads = typed.map { $0.lowercased().filter { $0 != " " } }
        guard heads.allSatisfy({ $0.utf8.count == 64 && Crypto.bytes(hex: $0) != nil }) else { return nil }
        return Set(heads)
    }

    /// What the members sign: the seal and the heads. A long list is named by its digest.
    /// - Parameter mark: the restore's, as `poll status` shows it.
    /// - Parameters:
    ///   - manifest: its SHA-256, 32 bytes.
    ///   - typed: heads as members typed them; none where nothing was published.
    /// - Returns: nil where one is no head.
    package static func subject(manifest: [UInt8], mark: String, heads typed: [String]) -> String? {
        guard let heads = heads(typed)?.sorted() else { return nil }
        let longest = 12
        let named =
            heads.isEmpty
            ? "none"
            : heads.count <= longest
                ? heads.joined(separator: " ")
                : "\(heads.count) \(hex(sha256(Array(heads.joined(separator: "\n").utf8))))"
        return "\(hex(manifest)) restore \(mark) heads \(named)"
    }

    /// Why voting does not go on.
    /// Heads must be those of the last rounds in the restored box: each must be there, and no ballot's last head may
    /// lack.
    func refusal(
        _ reading: borrowing Reading, _ admission: RestoreAdmission, _ poll: Poll
    ) throws(StoreError) -> PollRefusal? {
        guard let seal = SealManifest(poll.manifest),
            let restore = try PollRestore.pending(reading, election: admission.election.number),
            let subject = ResumeProof.subject(
                manifest: sha256(poll.manifest), mark: restore.mark, heads: Array(heads))
        else { return .restore(.unreadableManifest) }
        if let fault = try admission.integrity.manifestFault(reading, poll) { return .finding(fault) }
        if let fault = statement.fault(
            act: .resumeAfterRestore, election: admission.election.election.id, subject: subject, members: seal.members)
        {
            return .statement(fault)
        }
        var unknown = heads
        for ballot in try PollBallot.all(reading, election: admission.election.number) {
            let rounds = try admission.rounds.all(reading, ballot)
            unknown.subtract(rounds.map(\.head))
            guard let last = rounds.last, !heads.contains(last.head) else { continue }
            return .restore(.headMissing(ballot: ballot.name, round: last.number, head: last.head))
        }
        return unknown.isEmpty
            ? nil : .restore(.lostRounds(unknown.sorted(), isSealed: poll.state == .sealed))
    }
}
