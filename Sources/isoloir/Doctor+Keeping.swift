import CommandLineKit
import Crypto
import Foundation
import Glibc
import Journal
import Operations
import Server
import Store

/// How keys and backups are kept.
extension Doctor {
    /// Hours after which a backup is old: the timer makes one every six.
    private static let oldHours = 24

    /// How the key file of an election lies on the disk.
    /// - Parameter name: the key's, which opens.
    func lookAtSeal(of name: String, _ services: Services) {
        guard let isSealed = tried("keys", { () throws(Refusal) in try refusing { try services.keys.isSealed(name) } })
        else { return }
        if isSealed { return good("keys", "\(name): the key opens, and lies sealed on the disk") }
        let seal = tried("keys") { () throws(Refusal) -> KeySeal? in try refusing { try Services.keySeal } }
        if (seal ?? nil) != nil {
            note("keys", "\(name): the key opens, and lies in clear though there is a seal: isoloir key seal")
        } else {
            good("keys", "\(name): the key opens, and lies in clear on the disk")
        }
    }

    /// Whether backups are made, and can be opened.
    /// The age is that of the journal's last backup; from 24 hours on it is a note, and a missing key is a fault.
    func lookAtBackups(_ services: Services, _ store: String) {
        lookAtShelf(store)
        let last = tried("backup") { () throws(Refusal) -> JournalEntry? in
            try refusing {
                try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                    try AuditJournal.lastEntry(reading, action: .storeBackup)
                }
            }
        }
        guard let last else { return }
        guard let last else {
            return note(
                "backup",
                "none was ever made: systemctl enable --now isoloir-backup.timer, or isoloir store backup FILE")
        }
        let key = tried("backup") { () throws(Refusal) -> ElectionKey? in
            try refusing { try services.keys.key(of: StoreBackup.keyName) }
        }
        guard let key else { return }
        guard key != nil else {
            return fault(
                "backup",
                "\(services.keys.path)/\(StoreBackup.keyName).key is not there, and no backup opens without it: put it "
                    + "back from its copy"
            )
        }
        let hours = max(0, services.clock.now - last.at) / 3600
        let words =
            "the latest is \(Terminal.count(hours, "hour")) old, and its key is here; a copy of that belongs elsewhere"
        if hours < Doctor.oldHours { return good("backup", words) }
        note("backup", "\(words): see systemctl list-timers isoloir-backup.timer")
    }

    /// The folder of the package's backups, where there is one beside the store's folder.
    private func lookAtShelf(_ store: String) {
        let folder = URL(fileURLWithPath: store).deletingLastPathComponent().path + "-backups"
        var status = stat()
        guard unsafe stat(folder, &status) == 0 else { return }
        if status.st_uid != geteuid() {
            fault("backup", "\(folder) belongs to another account: chown -R \(ServiceAccount.name) \(folder)")
        } else if unsafe access(folder, W_OK) != 0 {
            fault("backup", "\(folder) cannot be written: chmod u+w \(folder), and see whether its volume is read-only")
        }
    }
}
