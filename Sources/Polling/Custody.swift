import Elections
import Foundation
import Journal
package import Store

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
    /// - Throws: `.damaged` for an entry whose details cannot be read.
    package init(_ reading: borrowing Reading, election: String) throws(StoreError) {
        var custody = Custody()
        var isSealed = false
        try AuditJournal.each(reading, of: Custody.actions) { entry throws(StoreError) in
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

    /// All that is told of copies, and of the time in which a copy pairs voters with ballots.
    private static let actions: Set<JournalAction> = [
        .pollSealing, .pollSeal, .pollUnseal, .pollClose, .pollAbandon, .storeBackup, .storeBackupRemoved,
        .storeRestore,
        .pollBoxKey, .pollBoxKeyFile, .pollBackupDestroyed, .pollMemberKeyDestroyed,
    ]

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

    /// Who reported a backup destroyed in versions whose retention did so itself, with the number kept after it. It had removed one
    /// file from one machine, and knew nothing of copies elsewhere.
    private static let earlierRetention = "isoloir store backup --keep "

    /// Puts a report at its backup or file, which the entry names by its number; one of neither is passed over.
    private mutating func take(report entry: JournalEntry) throws(StoreError) {
        let details = try Custody.details(entry)
        let report = Report(at: entry.at, by: details["by"] ?? "", reason: details["reason"] ?? "")
        if let place = backups.firstIndex(where: { "\($0.number)" == details["entry"] }) {
            guard !report.by.hasPrefix(Custody.earlierRetention) else {
                backups[place].removedAt = backups[place].removedAt ?? entry.at
                return
            }
            backups[place].report = report
        } else if let place = keyFiles.firstIndex(where: { "\($0.number)" == details["entry"] }) {
            keyFiles[place].report = report
        }
    }
}
