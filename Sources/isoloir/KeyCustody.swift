import CommandLineKit
import Crypto
import Elections
import Foundation
import Glibc
import Operations
import Polling
import Server
import Store

extension Services {
    /// Tries to empty the log, and pauses between.
    private static let (logTries, logPause) = (50, UInt32(100_000))

    /// Empties the store's log after a change; says so where another program keeps it from being emptied.
    /// It is tried for five seconds.
    func emptyLog() throws(Refusal) {
        for number in 0..<Services.logTries {
            if number > 0 { usleep(Services.logPause) }
            if try refusing({ try store.truncateLog() }) { return }
        }
        Terminal.complain(
            "The store's log could not be emptied: another program reads the store. Until it is, store and log together tell "
                + "who cast which of the latest ballots. A running `serve` empties it as soon as that program has ended; "
                + "otherwise run `isoloir store empty-log`.")
    }
}

/// What became of the box key's copies, and of backups made since the seal.
struct KeyCustody {
    private let services: Services
    private let election: StoredElection

    /// - Parameter election: the one whose copies are followed.
    init(_ services: Services, _ election: StoredElection) { (self.services, self.election) = (services, election) }

    /// What the election's journal says of copies.
    /// - Throws: what the store said.
    func found() throws(Refusal) -> Custody {
        try refusing {
            try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                try Custody(reading, election: election.election.id)
            }
        }
    }

    /// What became of the server's copies of the box key, in words.
    /// A line each, with the time in the election's zone; one in capitals is still to be erased.
    func keyCopyLines() throws(Refusal) -> [String] {
        return try found().keyCopies.map { copy in
            let time = LocalTime.phrase(copy.at, zone: election.election.timeZone, .en)
            return switch copy.erasure {
            case .begun(let path):
                "\(path): box key: overwriting begun, its end not noted (the program was interrupted), \(time)"
            case .erased(let path): "\(path): box key overwritten and removed, \(time)"
            case .absent(let path): "\(path): no box key lay there, \(time)"
            case .kept(let path, let reason):
                "\(path): THE BOX KEY COULD NOT BE ERASED, \(time): \(reason) Erase it, then run `isoloir poll custody`."
            }
        }
    }

    /// Warns of files of the box key that still lie on this machine after the close.
    /// Nothing is said before the close: until then they are needed.
    func warnOfKeyFiles() throws(Refusal) {
        guard try services.poll(election)?.state.isFinal == true else { return }
        let left = try found().remainingFiles.map(\.path).filter(CopyReports.isThere)
        guard !left.isEmpty else { return }
        Terminal.complain(
            "The box key still lies on this machine, in \(left.joined(separator: ", ")). Destroy it there (shred -u), then note it "
                + "with `isoloir poll backup-destroyed FILE`.")
    }

    /// Warns of backups that were made since the seal.
    /// Those that were removed here are named too: what was copied elsewhere nobody knows.
    func warnOfBackups() throws(Refusal) {
        let left = try found().remaining
        guard !left.isEmpty else { return }
        let names = left.map { $0.removedAt == nil ? $0.name : "\($0.name) (removed here; copies elsewhere?)" }
        Terminal.complain(
            "Backups were made since the seal: \(names.joined(separator: ", ")). With the box key, such a copy "
                + "tells for ever who cast which ballot. Destroy them, then note it with `isoloir poll backup-destroyed`."
        )
    }
}

/// `poll custody`: the server's box key, the files that seal and opening used, members' copies, and backups made between seal
/// and close, each with what became of it. A box key that should be gone is erased first.
func showCustody(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let station = try services.station(try services.election())
    // Where the program that closed the poll died before the key was gone, this is the time.
    _ = try refusing { try station.boxKey.destroy(by: services.principal) }
    let custody = try KeyCustody(services, station.election).found()
    if invocation.has("--json") { return try printCustody(custody) }
    Terminal.say("Box key on this server")
    let copies = try KeyCustody(services, station.election).keyCopyLines()
    for line in copies.isEmpty ? ["in use: it is erased by the final close"] : copies { Terminal.say("  \(line)") }
    Terminal.say("Files of the box key that seal or opening used on this machine")
    if custody.keyFiles.isEmpty { Terminal.say("  none") }
    for file in custody.keyFiles {
        let end =
            file.report.map { "destroyed, by \($0.by): \($0.reason)" }
            ?? (CopyReports.isThere(file.path) ? "STILL THERE" : "not there now, NOT REPORTED DESTROYED")
        Terminal.say("  \(file.path): \(end)")
    }
    Terminal.say("Members' copies of the box key")
    let members = try services.poll(station.election).flatMap { SealManifest($0.manifest) }?.members ?? []
    if members.isEmpty { Terminal.say("  the seal carries no member's key, so nobody can sign for a copy") }
    for member in members {
        let isSigned = custody.signed.contains(hex(member.key))
        Terminal.say("  \(member.name): \(isSigned ? "destroyed, signed" : "not signed as destroyed")")
    }
    Terminal.say("Backups made between seal and close")
    if custody.backups.isEmpty { Terminal.say("  none by `isoloir store backup`") }
    for backup in custody.backups {
        let time = LocalTime.short(backup.at, zone: station.election.election.timeZone)
        let end =
            backup.report.map { "destroyed, by \($0.by): \($0.reason)" }
            ?? (backup.removedAt == nil ? "" : "removed from this machine; COPIES ELSEWHERE: ")
            + "NOT REPORTED DESTROYED"
        Terminal.say("  \(time)  \(backup.name)  \(backup.sha256.prefix(16))  \(end)")
    }
    Terminal.say(
        "Copies of the disk or the machine that were made by other means cannot be known here: ask whoever makes them.")
}

/// The same as one object of JSON; times are RFC 3339.
private func printCustody(_ custody: Custody) throws(Refusal) {
    struct Shown: Encodable {
        /// A copy of the server: `begun`, `erased`, `absent` or `kept`, the last with its reason.
        struct Key: Encodable { let path, outcome: String, reason: String?, at: String }
        /// A file that seal or opening used; `destroyed` is when that was reported.
        struct File: Encodable { let path: String, isThere: Bool, destroyed, by, reason: String? }
        /// A backup from between seal and close; `removed` from this machine says nothing of copies elsewhere.
        struct Backup: Encodable { let file, sha256, at: String, removed, destroyed, by, reason: String? }
        let keys: [Key], keyFiles: [File], backups: [Backup]
    }
    let keys = custody.keyCopies.map { copy in
        let at = Moment.stamp(copy.at)
        return switch copy.erasure {
        case .begun(let path): Shown.Key(path: path, outcome: "begun", reason: nil, at: at)
        case .erased(let path): Shown.Key(path: path, outcome: "erased", reason: nil, at: at)
        case .absent(let path): Shown.Key(path: path, outcome: "absent", reason: nil, at: at)
        case .kept(let path, let reason): Shown.Key(path: path, outcome: "kept", reason: reason, at: at)
        }
    }
    let backups = custody.backups.map {
        Shown.Backup(
            file: $0.name, sha256: $0.sha256, at: Moment.stamp($0.at), removed: $0.removedAt.map(Moment.stamp),
            destroyed: ($0.report?.at).map(Moment.stamp),
            by: $0.report?.by,
            reason: $0.report?.reason)
    }
    let files = custody.keyFiles.map {
        Shown.File(
            path: $0.path, isThere: CopyReports.isThere($0.path), destroyed: ($0.report?.at).map(Moment.stamp),
            by: $0.report?.by,
            reason: $0.report?.reason)
    }
    try Terminal.json(Shown(keys: keys, keyFiles: files, backups: backups))
}

/// In place of a name: every backup that the program removed from this machine since it had newer ones.
private let allRemoved = "all-removed"

/// Notes that no copy is left anywhere of the backups that were removed here.
/// - Throws: refused before the close, where no such backup is left, and where nobody says yes.
private func reportRemoved(
    _ services: Services, _ station: PollingStation, _ invocation: Invocation, who: String, reason: String
) throws(Refusal) {
    let reports = CopyReports(store: services.store, election: station.election, station: station)
    guard case .left(let removed) = try refusing({ try reports.removed() }) else {
        throw Refusal(
            "The poll is not closed: backups are still made and removed. Note them one by one, or after the close.")
    }
    guard !removed.isEmpty else {
        throw Refusal(
            "No backup that was removed from this machine is left to be reported: see `isoloir poll custody`.")
    }
    if !invocation.has("--yes") {
        for backup in removed {
            let time = LocalTime.short(backup.at, zone: station.election.election.timeZone)
            Terminal.complain("  \(time)  \(backup.name)  \(backup.sha256.prefix(16))")
        }
        let question =
            "Note of \(Terminal.count(removed.count, "backup")) that no copy is left anywhere? It cannot be taken back."
        switch Terminal.confirm(question) {
        case .some(true): break
        case .some(false): throw Refusal("Nothing was noted.")
        case nil:
            throw Refusal(
                "Nothing was noted: this asks, and nobody sits at this terminal. Look at the list above, then say --yes."
            )
        }
    }
    for backup in removed {
        try note(backup.sha256, reports, services, who: who, reason: reason)
        Terminal.say("\(backup.name): noted as destroyed, by \(who).")
    }
}

/// Notes that one copy was destroyed.
/// - Parameter name: as the list has it.
/// - Throws: refused where the list does not have it, and where it still lies there.
private func note(
    _ name: String, _ reports: CopyReports, _ services: Services, who: String, reason: String
) throws(Refusal) {
    switch try refusing({ try reports.report(name, who: who, reason: reason, by: services.actor()) }) {
    case .noted: return
    case .stillThere(let path):
        throw Refusal("\(path) is still there: overwrite and remove it first (shred -u), then note it.")
    case .refused(let reason): throw Refusal(reason.description)
    }
}

/// `poll backup-destroyed NAME`: notes who destroyed a backup or a file of the box key, and how. Refused while that file still
/// lies there, and for a name that the custody list does not have.
func reportBackup(_ invocation: Invocation) throws(Refusal) {
    let (who, reason) = (try invocation.required("--by"), try invocation.required("--reason"))
    let services = try Services(invocation)
    let station = try services.station(try services.election())
    let typed = invocation.operands[0]
    if typed == allRemoved { return try reportRemoved(services, station, invocation, who: who, reason: reason) }
    let isKeyFile = try KeyCustody(services, station.election).found().remainingFiles.contains {
        $0.path == absolutePath(typed)
    }
    let name = isKeyFile ? absolutePath(typed) : typed
    let reports = CopyReports(store: services.store, election: station.election, station: station)
    try note(name, reports, services, who: who, reason: reason)
    Terminal.say("\(name): noted as destroyed, by \(who).")
}
