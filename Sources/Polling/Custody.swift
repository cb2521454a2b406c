import Elections
import Foundation
package import Journal
package import Store
import Synchronization

/// What became of a copy of the box key where the close looked for it.
package enum BoxKeyErasure: Sendable, Equatable {
    /// It lay there and was about to be overwritten; nobody noted the end.
    case begun(path: String)
    /// Overwritten and removed.
    case erased(path: String)
    /// There was none.
    case absent(path: String)
    /// It is still there, and opens credentials in copies of the store.
    case kept(path: String, reason: String)

    /// Where the copy lies, or lay: an absolute path on the server.
    package var path: String {
        switch self {
        case .begun(let path), .erased(let path), .absent(let path), .kept(let path, _): path
        }
    }
}

/// Who still holds what pairs voters with ballots: copies of the box key, and copies of the store from between seal and close.
/// All of it comes from the journal. Copies that were made by other means, of the disk or the machine, are not known here.
package struct Custody: Sendable {
    /// The copy on the server.
    package struct KeyCopy: Sendable {
        /// What the last look at the path found.
        package let erasure: BoxKeyErasure
        /// When the journal entry of it was written, in seconds since 1970.
        package let at: Int
    }

    /// A backup that was made while voters and ballots could be paired in it.
    package struct Backup: Sendable {
        /// Of the journal entry that tells of the backup; below 0 for the copies of the store before a restore.
        package let number: Int
        /// The backup's file, as its journal entry names it; `copies-before-restore-N` for those that the journal cannot name.
        package let name: String
        /// Of the sealed file, in hexadecimal.
        package let sha256: String
        /// When it was made, in seconds since 1970.
        package let at: Int
        /// When the program removed it from this machine, since newer ones were there; nil where it did not. Copies elsewhere may exist
        /// still: it is not destroyed before somebody reports that.
        package fileprivate(set) var removedAt: Int?
        /// Who destroyed it, as it was reported; nil until then.
        package fileprivate(set) var report: Report?
    }

    /// A file of the box key that seal or opening used on this machine: the bureau's own, which no close erases.
    package struct KeyFile: Sendable {
        /// Of the journal entry that tells of it.
        package let number: Int
        /// An absolute path on the server, also of a medium that was put in.
        package let path: String
        /// Who destroyed it, as it was reported; nil until then.
        package fileprivate(set) var report: Report?
    }

    /// That a backup or a file of the box key was destroyed.
    package struct Report: Sendable {
        /// When it was reported, in seconds since 1970: not when it was destroyed.
        package let at: Int
        /// Who destroyed it: a name as it was typed.
        package let by: String
        /// How, or why, in the reporter's words on one line.
        package let reason: String
    }

    /// The latest word on each place where the server kept the box key.
    package private(set) var keyCopies: [KeyCopy] = []
    /// The oldest first.
    package private(set) var backups: [Backup] = []
    /// The oldest first; a file that was used again stands there once.
    package private(set) var keyFiles: [KeyFile] = []
    /// Members who signed that their copy of the box key is destroyed, by their keys in hexadecimal.
    package private(set) var signed: Set<String> = []

    /// Backups that nobody reported destroyed.
    package var remaining: [Backup] { backups.filter { $0.report == nil } }
    /// Files of the box key that nobody reported destroyed.
    package var remainingFiles: [KeyFile] { keyFiles.filter { $0.report == nil } }

    /// What the journal says of an election.
    /// Reads the whole journal.
    /// - Throws: `.damaged` for an entry whose details cannot be read.
    package init(_ reading: borrowing Reading, election: String) throws(StoreError) {
        var custody = Custody()
        var isSealed = false
        try AuditJournal.each(reading) { entry, _ throws(StoreError) in
            switch entry.kind {
            // From its beginning: credentials are made in many steps before the seal.
            case .pollSealing where entry.election == election, .pollSeal where entry.election == election:
                isSealed = true
            // No ballot was ever cast under its credentials: what was copied since pairs nobody with anything.
            case .pollUnseal where entry.election == election:
                (isSealed, custody) = (false, Custody())
            case .pollClose where entry.election == election, .pollAbandon where entry.election == election:
                isSealed = false
            case .storeBackup where isSealed: custody.backups.append(try Custody.backup(entry))
            case .storeBackupRemoved: try custody.take(removal: entry)
            case .storeRestore where isSealed: custody.backups += try Custody.copies(beforeRestore: entry)
            case .pollBoxKey where entry.election == election:
                let copy = try Custody.keyCopy(entry)
                custody.keyCopies.removeAll { $0.erasure.path == copy.erasure.path }
                custody.keyCopies.append(copy)
            case .pollBoxKeyFile where entry.election == election:
                let path = try Custody.details(entry)["path"] ?? ""
                if !custody.remainingFiles.contains(where: { $0.path == path }) {
                    custody.keyFiles.append(KeyFile(number: entry.number, path: path, report: nil))
                }
            case .pollBackupDestroyed where entry.election == election: try custody.take(report: entry)
            case .pollMemberKeyDestroyed where entry.election == election:
                custody.signed.formUnion(
                    (try Custody.details(entry)["keys"] ?? "").split(separator: " ").map(String.init))
            default: break
            }
        }
        self = custody
    }

    private init() {}

    /// Notes a file of the box key on this machine.
    static func note(
        boxKeyFile path: String, _ transaction: borrowing Transaction, _ journal: AuditJournal,
        of election: StoredElection,
        by principal: Principal
    ) throws(StoreError) {
        try journal.record(transaction, election: election.election.id, by: principal, .pollBoxKeyFile, ["path": path])
    }

    /// - Throws: `.damaged` where they are no object of texts.
    private static func details(_ entry: JournalEntry) throws(StoreError) -> [String: String] {
        do { return try JSONDecoder().decode([String: String].self, from: Data(entry.details.utf8)) } catch {
            throw StoreError(
                .damaged, "Journal entry \(entry.number) is not readable: \(error).", cure: "Run `journal verify`.")
        }
    }

    private static func backup(_ entry: JournalEntry) throws(StoreError) -> Backup {
        let details = try details(entry)
        return Backup(
            number: entry.number, name: details["file"] ?? "", sha256: details["sha256"] ?? "", at: entry.at,
            report: nil)
    }

    /// What is left of the store before a restore: the backup that was restored, and all that the restored journal cannot know, the
    /// store that was moved away and backups made after this one. Both are reported by their names.
    private static func copies(beforeRestore entry: JournalEntry) throws(StoreError) -> [Backup] {
        let (made, details) = (try backup(entry), try details(entry))
        // The backup's own hour, not the restore's.
        let restored = Backup(
            number: made.number, name: made.name, sha256: made.sha256,
            at: details["backup"].flatMap { Int($0) } ?? entry.at,
            report: nil)
        let others = Backup(
            number: -entry.number, name: "copies-before-restore-\(entry.number)", sha256: "", at: entry.at, report: nil)
        return [restored, others]
    }

    private static func keyCopy(_ entry: JournalEntry) throws(StoreError) -> KeyCopy {
        let details = try details(entry)
        let path = details["path"] ?? ""
        let erasure: BoxKeyErasure =
            switch details["outcome"] {
            case "begun": .begun(path: path)
            case "erased": .erased(path: path)
            case "absent": .absent(path: path)
            default: .kept(path: path, reason: details["reason"] ?? "")
            }
        return KeyCopy(erasure: erasure, at: entry.at)
    }

    /// Notes that a backup is not on this machine any more. Backups in two folders may have one name: the digest tells them apart.
    private mutating func take(removal entry: JournalEntry) throws(StoreError) {
        let details = try Custody.details(entry)
        let place = backups.firstIndex {
            $0.name == details["file"] && $0.removedAt == nil && $0.sha256 == details["sha256"] ?? $0.sha256
        }
        if let place { backups[place].removedAt = entry.at }
    }

    /// Puts a report at its backup or file, which the entry names by its number; one of neither is passed over.
    private mutating func take(report entry: JournalEntry) throws(StoreError) {
        let details = try Custody.details(entry)
        let report = Report(at: entry.at, by: details["by"] ?? "", reason: details["reason"] ?? "")
        if let place = backups.firstIndex(where: { "\($0.number)" == details["entry"] }) {
            backups[place].report = report
        } else if let place = keyFiles.firstIndex(where: { "\($0.number)" == details["entry"] }) {
            keyFiles[place].report = report
        }
    }
}

extension PollingStation {
    /// Erases the box key once the poll is closed: from here on nothing needs it, and with it a copy of the store from before
    /// the close tells who cast which ballot.
    /// - Returns: what became of each copy on this server; empty before the close.
    /// - Throws: `.moved` where the store's file is not the one that was opened; nothing is erased then.
    @discardableResult
    package func destroyBoxKey(by principal: Principal) throws(StoreError) -> [BoxKeyErasure] {
        let poll = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: election.number)
        }
        guard let state = poll?.state, state.isFinal else { return [] }
        // A store that was moved away tells nothing of the poll whose key lies at the place now.
        try store.checkFile()
        knownBoxKey.withLock { $0 = .gone }
        guard state != .destroyed else { return eraseBoxKey() }
        // First: where the program ends between the erasure and its entry, the record must not say that no key lay there.
        try note(boxKeyPlaces().map { .begun(path: $0) }, by: principal)
        let erasures = eraseBoxKey()
        try note(erasures, by: principal)
        return erasures
    }

    /// Notes in the journal what is new of the server's copies of the box key.
    private func note(_ erasures: [BoxKeyErasure], by principal: Principal) throws(StoreError) {
        guard !erasures.isEmpty else { return }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let known = try Custody(transaction.reading, election: election.election.id).keyCopies
            for erasure in erasures {
                let before = known.first { $0.erasure.path == erasure.path }?.erasure
                // That nothing lies there any more says nothing new.
                if case .absent = erasure, before != nil { continue }
                // That it is there is noted already.
                if case .begun = erasure, case .kept = before { continue }
                guard before != erasure else { continue }
                try journal.record(
                    transaction, election: election.election.id, by: principal, .pollBoxKey,
                    PollingStation.details(erasure))
            }
        }
    }

    private static func details(_ erasure: BoxKeyErasure) -> [String: String] {
        switch erasure {
        case .begun(let path): ["path": path, "outcome": "begun"]
        case .erased(let path): ["path": path, "outcome": "erased"]
        case .absent(let path): ["path": path, "outcome": "absent"]
        case .kept(let path, let reason): ["path": path, "outcome": "kept", "reason": reason]
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
    ) throws(StoreError) -> Refusal? {
        guard PlainLine.isPlain(who), PlainLine.isPlain(reason) else {
            return "Who destroyed it and why stand on one line each of a signed record: write them without line breaks."
        }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Refusal? in
            let custody = try Custody(transaction.reading, election: election.election.id)
            if let file = custody.remainingFiles.first(where: { $0.path == name }) {
                try journal.record(
                    transaction, election: election.election.id, by: principal, .pollBackupDestroyed,
                    ["entry": "\(file.number)", "file": file.path, "by": who, "reason": reason])
                return nil
            }
            let found = custody.remaining.filter {
                $0.name == name
                    || name.count >= PollingStation.digestDigits && $0.sha256.hasPrefix(name.lowercased())
            }
            guard let backup = found.first else {
                return "No backup \"\(name)\" is left to be reported: `isoloir poll custody` lists them."
            }
            guard found.count == 1 else {
                return "\(found.count) backups are called \"\(name)\": give the beginning of the SHA-256 instead."
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
