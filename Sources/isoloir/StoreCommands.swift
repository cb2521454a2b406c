import CommandLineKit
import Crypto
import Elections
import Foundation
import Glibc
import Issuance
import Journal
import Operations
import Polling
import Server
import Store
import VoterRoll

/// The verbs on the store as a file: check, backup, its log, and the restore.
let storeCommands = [
    Command(
        "store check", [], "check the whole store: pages, indices, links, journal, and that everybody's contacts open",
        run: checkStore),
    Command(
        "store backup", ["FILE"],
        options: [
            .init(
                "--keep", "N",
                "where FILE is a folder: only the latest N backups in it stay, and the journal notes which go")
        ], "one sealed file of the running store, without keys; into a folder under a name by the hour",
        run: backUpStore),
    Command(
        "store empty-log", [], "copy the write-ahead log back, so that it tells nothing of the latest votes",
        run: emptyLog),
    Command("store restore", ["FILE"], "a new store from a backup", run: restoreStore),
]

/// `store check`: pages, indices, links, the journal's chain, box keys, and everybody's contacts. Refused with all that is wrong.
private func checkStore(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation, checkingHead: false)
    try fullCheck(services.store)
    Terminal.say("\(services.store.path): pages, indices, links and journal are in order.")
    try services.checkBoxKeys()
    try checkContacts(services)
}

/// References that a refusal names at most.
private let mostNamed = 20

/// Refuses with the references of voters whose contacts do not open. An election whose key lies elsewhere is said to be passed over.
/// - Throws: refused with twenty references of each such election at most.
private func checkContacts(_ services: Services) throws(Refusal) {
    let check = ContactCheck(store: services.store, keys: services.keys, issuer: services.issuer)
    var faults: [String] = []
    for election in try services.allElections() {
        let id = election.election.id
        let outcome = try refusing {
            try check.outcome(election) {
                MessageTemplates(
                    election: election.election, templates: try services.templates(for: election.election))
            }
        }
        switch outcome {
        case .isDestroyed, .unreadable([]): continue
        case .keyElsewhere:
            Terminal.complain("The contacts of \(id) were not opened: its key is not in \(services.keys.path).")
        case .unreadable(let found):
            let named = found.prefix(mostNamed).joined(separator: ", ")
            faults.append(
                "\(id): the contacts of \(Terminal.count(found.count, "voter")) do not open with its key: \(named)"
                    + (found.count > mostNamed ? ", ..." : ""))
        }
    }
    guard faults.isEmpty else {
        throw Refusal(
            faults.joined(separator: "\n")
                + "\nNothing reaches these voters. If it is everybody, the key is another election's; else write "
                + "their contacts anew (isoloir roll correct), or restore the latest backup.")
    }
}

/// `store backup FILE`: a sealed copy of the running store, noted in the journal with its SHA-256; a backup that cannot be noted
/// is removed. Refused where `--keep` comes without a folder, and while another backup is under way.
private func backUpStore(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let shelf = BackupShelf(invocation.operands[0])
    let keep = try invocation["--keep"].map { text throws(Refusal) in try invocation.number(text) }
    guard keep == nil || shelf != nil else {
        throw Refusal("--keep wants a folder in place of a file: \(invocation.operands[0]) is none.", status: .usage)
    }
    let path = shelf?.newFile(at: services.clock.now) ?? invocation.operands[0]
    try refusing { try StoreBackup(services.storeContext).make(at: path, by: services.actor()) }
    Terminal.say(
        "\(path): a sealed backup. It opens with \(services.keys.path)/\(StoreBackup.keyName).key: keep that elsewhere."
    )
    if let shelf, let keep { try shelf.thin(to: keep, services) }
}

/// `store empty-log`: copies the write-ahead log back. Refused while another program reads the store.
private func emptyLog(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    guard try refusing({ try services.store.truncateLog() }) else {
        throw Refusal("Another program reads the store: the log is not empty. End that program, then run this again.")
    }
    Terminal.say("\(services.store.path): the log is empty.")
}

/// `store restore FILE`: opens a backup beside the new store's path, checks it whole, marks every poll that may have lost votes,
/// and puts it there. Refused where a store, or a log of one, is there already, and where the backups' key is missing.
private func restoreStore(_ invocation: Invocation) throws(Refusal) {
    let settings = try Settings.read(invocation["--config"], store: invocation["--store"])
    let path = invocation["--store"] ?? settings.store ?? Settings.standardStore
    guard unsafe access(path, F_OK) != 0 else {
        throw Refusal(
            "\(path) exists already, and a store is never overwritten: move it away, or give another name with --store."
        )
    }
    for ending in ["-wal", "-shm"] where unsafe access(path + ending, F_OK) == 0 {
        throw Refusal(
            "\(path)\(ending) is left of a store that was moved away. It may hold that store's latest changes: move it along "
                + "with the store, then restore.")
    }
    let keyPath = invocation["--keys"] ?? settings.keys ?? Services.standardKeys
    let key = try refusing {
        try KeyFolder(path: keyPath, store: path, seal: try Services.keySeal, randomness: .system)
            .key(of: StoreBackup.keyName)
    }
    guard let key else {
        throw Refusal("There is no \(StoreBackup.keyName).key in \(keyPath): give the folder with --keys.")
    }
    let draft = "\(path)-restoring"
    for ending in ["", "-wal", "-shm"] { unsafe unlink(draft + ending) }
    defer { for ending in ["", "-wal", "-shm"] { unsafe unlink(draft + ending) } }
    try refusing { try SealedFile(key: key.subkey(.backup)).open(invocation.operands[0], into: draft) }
    let digest = try refusing { hex(try RunningDigest.ofFile(invocation.operands[0])) }
    let held: [(election: String, isSealed: Bool)]
    do throws(StoreError) {
        let store = try Store(
            path: draft, creating: false, migrations: StoreSchema.migrations, mayMiss: RollIndices.names,
            now: Clock.system.now)
        try fullCheckOrStoreError(store)
        let journal = AuditJournal(clock: .system, randomness: .system)
        held = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try PollRestore.mark(
                transaction, journal, clock: .system,
                file: URL(fileURLWithPath: invocation.operands[0]).lastPathComponent, sha256: digest)
        }
    } catch { throw Refusal(error) }
    guard unsafe rename(draft, path) == 0 else {
        throw Refusal("\(path) cannot be made: \(unsafe String(cString: strerror(errno))).")
    }
    try refusing { try Store.syncFolder(of: path) }
    Terminal.say("\(path): restored and checked.")
    for poll in held { sayHeld(poll.election, isSealed: poll.isSealed) }
}

/// What follows for a poll that was open, or may have been opened after the backup.
private func sayHeld(_ name: String, isSealed: Bool) {
    if isSealed {
        return Terminal.say(
            """

            \(name) is sealed and not open in this backup. If it was opened since, votes are lost, and this store cannot know it:
              isoloir poll open --box-key FILE --statement FILE wants two members' word (isoloir bureau draft resume-after-restore
              --seal FILE --restore MARK (poll status) --reason TEXT --to FILE), with --head HASH for each head that was published;
              it is refused where this box lacks what was published: then the poll can only be abandoned (isoloir poll abandon).
            """)
    }
    Terminal.say(
        """

        \(name) was open, and stays suspended: votes since the backup are lost, and this store cannot know how many.
          1. Put the box key back: isoloir poll box-key FILE. No backup holds it.
          2. Members take the heads that were published last from their mail, or from archives saved from the site:
             isoloir bureau draft resume-after-restore --seal FILE --restore MARK (poll status) --head HASH --reason TEXT --to FILE; two members sign it.
          3. isoloir poll resume --head HASH --statement FILE. It is refused where the restored box lacks what was published:
             then the poll can be closed (isoloir poll close --by NAME --reason TEXT), not resumed.
        """)
}

/// The full check where an error of the store is awaited.
private func fullCheckOrStoreError(_ store: Store) throws(StoreError) {
    do throws(Refusal) { try fullCheck(store) } catch { throw StoreError(.damaged, error.description) }
}
