import CommandLineKit
import Foundation
import Operations
import Server

/// A folder of backups that are named by their hour, of which the oldest go.
struct BackupShelf {
    private let folder: String

    /// Nil where there is no such folder.
    init?(_ path: String) {
        var isFolder: ObjCBool = false
        guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
            return nil
        }
        folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    private static let (beginning, ending) = ("isoloir-", ".backup")

    /// `isoloir-20261129T031500Z.backup`: sorted by name they are sorted by time.
    /// - Parameter time: in seconds since 1970.
    func newFile(at time: Int) -> String {
        let digits = Moment.text(time).replacing(" ", with: "T").filter { $0.isNumber || $0 == "T" }
        return "\(folder)/\(BackupShelf.beginning)\(digits)Z\(BackupShelf.ending)"
    }

    /// Removes all but the latest backups. One from between seal and close stays in the custody list: what was copied elsewhere is
    /// not known here, and the bureau says when that is destroyed.
    /// - Parameter count: how many stay, from 1 on.
    /// - Throws: refused where a backup cannot be removed; those before it are gone and noted.
    func thin(to count: Int, _ services: Services) throws(Refusal) {
        let all = try refusing { try FileManager.default.contentsOfDirectory(atPath: folder) }
        let backups = StoreBackup(services.storeContext)
        let ours = all.filter { $0.hasPrefix(BackupShelf.beginning) && $0.hasSuffix(BackupShelf.ending) }.sorted()
        for name in ours.dropLast(count) {
            let path = "\(folder)/\(name)"
            switch try refusing({ try backups.remove(path, by: services.actor()) }) {
            case .removed: break
            case .removedUnread(let reason):
                Terminal.complain("\(reason) It was removed without the digest of what was in it.")
            case .remains(let reason, let unread):
                throw Refusal("\(unread.map { "\($0) " } ?? "")\(path) cannot be removed: \(reason).")
            }
            Terminal.say("\(path): removed, \(Terminal.count(count, "newer one")) stay.")
        }
    }
}
