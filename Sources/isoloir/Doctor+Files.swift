import CommandLineKit
import Crypto
import Delivery
import Elections
import Foundation
import Glibc
import Operations
import Polling
import Server
import Store

/// What lies on this machine.
extension Doctor {
    /// What `serve` and the commands make beside a store.
    private static let besides = ["", "-wal", "-shm", "-emptied", ".uploads", ".print"]
    /// A backup needs the store's room twice for a moment, and votes need some more.
    private static let spareBytes = 256 << 20

    /// Whether store, locks and keys belong to the service's account, and keys to it alone.
    /// - Parameter store: the store's path, as the settings or the command line name it.
    func lookAtFiles(store: String, _ settings: Settings) {
        let before = findings.count
        let folder = store.lastIndex(of: "/").map { String(store[..<$0]) } ?? "."
        lookAtOwner(folder, writable: true)
        for ending in Doctor.besides { lookAtOwner(store + ending, writable: true) }
        let name = store.split(separator: "/").last.map(String.init) ?? store
        let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for file in files.sorted() where file.hasPrefix(name + "-") && file.hasSuffix(".lock") {
            lookAtOwner("\(folder)/\(file)", writable: true)
        }
        let keys = invocation["--keys"] ?? settings.keys ?? Services.standardKeys
        for path in [keys, settings.boxKeys].compactMap({ $0 }) { lookAtOwner(path, writable: true, secret: true) }
        for file in ((try? FileManager.default.contentsOfDirectory(atPath: keys)) ?? []).sorted() {
            lookAtOwner("\(keys)/\(file)", writable: false, secret: true)
        }
        if findings.count == before {
            good("permissions", "store, locks and keys belong to \(ServiceAccount.name) alone")
        }
    }

    /// Whether a file or folder, where there is one, is this account's own.
    private func lookAtOwner(_ path: String, writable: Bool, secret: Bool = false) {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return }
        if status.st_uid != geteuid() {
            fault("permissions", "\(path) belongs to another account: chown -R \(ServiceAccount.name) \(path)")
        } else if writable, unsafe access(path, W_OK) != 0 {
            fault(
                "permissions", "\(path) cannot be written: chmod u+w \(path), and see whether its volume is read-only")
        } else if secret, status.st_mode & 0o077 != 0 {
            fault("permissions", "\(path) is open to other accounts: chmod go= \(path)")
        }
    }

    /// Whether the store's volume has room for votes and for a backup, and a file can still be made.
    func lookAtDisk(_ store: String) {
        let folder = store.lastIndex(of: "/").map { String(store[..<$0]) } ?? "."
        var volume = statvfs()
        guard unsafe statvfs(folder, &volume) == 0 else {
            return fault("disk", "the folder \(folder) is not there: make it, owned by the service's account")
        }
        var status = stat()
        let size = unsafe stat(store, &status) == 0 ? Int(status.st_size) : 0
        let (free, needed) = (Int(volume.f_bavail) * Int(volume.f_frsize), 2 * size + Doctor.spareBytes)
        let words = "\(free >> 20) MiB free where the store lies, \(needed >> 20) MiB needed for votes and a backup"
        if volume.f_files > 0, volume.f_favail == 0 {
            return fault("disk", "no file can be made any more: remove some")
        }
        if free < needed { fault("disk", "\(words): make room") } else { good("disk", words) }
    }

    /// Whether the kernel calls the clock synchronised; a note where it does not, since a member may decide at the close.
    func lookAtClock() {
        if SteadyClock.system().isSynchronised { return good("clock", "synchronised, as the kernel says") }
        note(
            "clock",
            "the kernel does not say that it is synchronised: install systemd-timesyncd or chrony, or a member decides at the close"
        )
    }

    /// An election's keys, templates and poll.
    /// Templates are filled in and papers set as the service would; each fault is noted with the election's name.
    func look(at election: StoredElection, _ services: Services) {
        let name = election.election.id
        guard tried("keys", { () throws(Refusal) in try services.key(of: election) }) != nil else { return }
        lookAtSeal(of: name, services)
        lookAtBoxKey(election, services)
        let site = tried("templates") { () throws(Refusal) in try SiteBuilder(services).build(election, log: { _ in }) }
        if site != nil { good("templates", "\(name): every mail, SMS, letter and page can be filled in") }
        if let faults = tried(
            "seal", { () throws(Refusal) in try PollAdministration(services, election).frozenFaults() })
        {
            for fault in faults { self.fault("seal", "\(name): \(fault) Put it back as it was sealed.") }
        }
        let texts = ElectionTexts.unprintable(election.election)
        for text in texts { fault("fonts", "\(name): \(text)") }
    }

    /// Whether a poll that takes votes has its box key here, and the close may erase it.
    private func lookAtBoxKey(_ election: StoredElection, _ services: Services) {
        let name = election.election.id
        guard let poll = tried("poll", { () throws(Refusal) in try services.poll(election) }) ?? nil else {
            return note("box key", "\(name): the poll is not sealed yet")
        }
        guard [.open, .suspended, .closing, .ended].contains(poll.state), poll.stoppedAt == nil else {
            return good("box key", "\(name): the poll is \(poll.state.rawValue), and no box key is needed here")
        }
        let fault = tried("box key") { () throws(Refusal) -> BoxKeyFault? in
            let station = try services.station(election)
            return try refusing { try station.boxKey.fault() }
        }
        switch fault {
        case .some(.some(let fault)): self.fault("box key", "\(name): \(services.boxKeyWords(fault, election))")
        case .some(nil): good("box key", "\(name): the open poll has its box key")
        case nil: break
        }
        if !services.keys.mayErase {
            self.fault(
                "box key", "the close cannot erase it in \(services.keys.boxFolder): give that folder to the service")
        }
    }
}
