import CommandLineKit
import Foundation
import Glibc
import Journal
import Polling
import Server
import Store

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
    func newFile(at time: Int) -> String {
        let digits = Moment.text(time).replacing(" ", with: "T").filter { $0.isNumber || $0 == "T" }
        return "\(folder)/\(BackupShelf.beginning)\(digits)Z\(BackupShelf.ending)"
    }

    /// Removes all but the latest backups. A backup from between seal and close is noted as destroyed, since the bureau is asked
    /// for each of them.
    func thin(to count: Int, _ services: Services) throws(Refusal) {
        let all = try refusing { try FileManager.default.contentsOfDirectory(atPath: folder) }
        let ours = all.filter { $0.hasPrefix(BackupShelf.beginning) && $0.hasSuffix(BackupShelf.ending) }.sorted()
        for name in ours.dropLast(count) {
            guard unsafe unlink("\(folder)/\(name)") == 0 else {
                throw Refusal("\(folder)/\(name) cannot be removed: \(unsafe String(cString: strerror(errno))).")
            }
            try refusing { try Store.syncFolder(of: "\(folder)/\(name)") }
            try note(name, count, services)
            Terminal.say("\(folder)/\(name): removed, \(Terminal.count(count, "newer one")) stay.")
        }
    }

    private func note(_ name: String, _ count: Int, _ services: Services) throws(Refusal) {
        try services.record(.storeBackupRemoved, ["file": name])
        for election in try services.elections() {
            guard try services.custody(election).remaining.contains(where: { $0.name == name }) else { continue }
            let station = try services.station(election)
            let refusal = try refusing {
                try station.custody.reportDestroyed(
                    backup: name, who: "isoloir store backup --keep \(count)",
                    reason: "removed from this machine, newer backups are there; copies elsewhere are not known here",
                    by: services.principal)
            }
            if let refusal { throw Refusal(refusal) }
        }
    }
}
