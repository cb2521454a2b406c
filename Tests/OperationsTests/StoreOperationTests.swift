import Contacts
import Crypto
import Elections
import Foundation
import Journal
import Operations
import Polling
import Staff
import Store
import Tally
import TestSupport
import Testing
import VoterRoll

/// Operations that open nothing of an election, on a store of their own.
struct StoreOperationTests {
    private let base: TestElection
    /// Where the keys lie, and what is written.
    private let apart: TestFolder
    private let context: StoreContext
    private let actor = Actor(account: .system("test"))

    init() throws {
        (base, apart) = (try TestElection(), try TestFolder())
        let keys = try KeyFolder(path: apart.url.path, store: base.store.path, randomness: .system)
        context = StoreContext(
            store: base.store, keys: keys, journal: base.journal, clock: base.time, randomness: .system)
    }

    /// What the journal says of an action, the oldest first.
    private func entries(_ action: JournalAction) throws -> [[String: String]] {
        try base.store.read { (reading: borrowing Reading) throws(StoreError) in
            var found: [[String: String]] = []
            try AuditJournal.each(reading, of: [action]) { entry throws(StoreError) in
                found.append(try entry.fields())
            }
            return found
        }
    }

    /// No entry can be written from here on.
    private func breakJournal() throws {
        try base.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("ALTER TABLE journal_entry RENAME TO away")
        }
    }

    private func put(_ state: String) throws {
        try base.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO polling_poll (election, state, manifest, fingerprint, sealed_at, closes_at)
                VALUES (?, ?, x'00', '00', 1, 2)
                """, base.election.number, state)
        }
    }

    @Test func `a backup is in the journal with what is in it, and so is its removal`() throws {
        let (backups, path) = (StoreBackup(context), apart.path("one.backup"))
        try backups.make(at: path, by: actor)
        let digest = hex(try RunningDigest.ofFile(path))
        #expect(try entries(.storeBackup) == [["file": "one.backup", "sha256": digest]])
        #expect(try backups.remove(path, by: actor) == .removed)
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try entries(.storeBackupRemoved) == [["file": "one.backup", "sha256": digest]])
        // Neither read nor removed: both reasons are said.
        guard case .remains(_, let unread) = try backups.remove(path, by: actor) else {
            Issue.record("what is not there was removed")
            return
        }
        #expect(unread?.contains("one.backup") == true)
    }

    @Test func `a file of the box key that still lies there is not reported destroyed`() throws {
        let (file, station) = (apart.path("box.key"), base.operations().station)
        try PrivateFile.create(file, [1])
        try station.boxKey.noteGiven(from: file, by: actor.principal)
        let reports = CopyReports(store: context.store, election: base.election, station: station)
        #expect(try reports.report(file, who: "I. L.", reason: "shredded", by: actor) == .stillThere(path: file))
        #expect(try entries(.pollBackupDestroyed).isEmpty)
        try FileManager.default.removeItem(atPath: file)
        #expect(try reports.report(file, who: "I. L.", reason: "shredded", by: actor) == .noted)
        #expect(try entries(.pollBackupDestroyed).map { $0["file"] } == [file])
        guard case .refused = try reports.report(file, who: "I. L.", reason: "shredded", by: actor) else {
            Issue.record("it was reported twice")
            return
        }
    }

    @Test func `what a poll's state says is said before its key is looked for`() throws {
        struct KeyIsGone: Error {}
        func noStation() throws -> PollingStation { throw KeyIsGone() }
        let tallyService = { (station: PollingStation) in
            TallyService(
                station: station, store: context.store,
                trustees: TrusteeRegister(journal: context.journal, clock: context.clock), journal: context.journal)
        }
        let keeping = PollKeeping(context, base.election, station: noStation, tallyService: tallyService)
        let giving = BoxKeyReturn(
            store: context.store, base.election, place: BoxKeyPlace(keys: context.keys, election: "e"),
            station: noStation)
        let boxKey = BoxKey(from: .system).file
        try put("destroyed")
        #expect(try keeping.keep(by: actor) { _ in 0 } == .isNotOver)
        guard case .refused = try giving.give(boxKey, of: "/box.key", by: actor) else {
            Issue.record("a poll that is over took a box key")
            return
        }
        try base.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE polling_poll SET state = 'closed'")
        }
        #expect(throws: KeyIsGone.self) { try keeping.keep(by: actor) { _ in 0 } }
    }

    @Test func `what cannot be noted is not left behind`() throws {
        let names = ["irene", "hugo"]
        for name in names { try EscrowMember.create(name: name, path: apart.path(name)) }
        let members = try names.map { try EscrowMember(publicFile: apart.path("\($0).pub")) }
        try breakJournal()
        let (backup, escrow) = (apart.path("one.backup"), apart.path("one.escrow"))
        #expect(throws: (any Error).self) { try StoreBackup(context).make(at: backup, by: actor) }
        #expect(throws: (any Error).self) {
            try KeyEscrow(context).escrow(
                base.key, of: base.election, members: (members[0], members[1]), to: escrow, by: actor)
        }
        #expect(![backup, escrow].contains { FileManager.default.fileExists(atPath: $0) })
    }

    @Test func `an escrow file brings the key back, and both stand in the journal`() throws {
        let (names, path) = (["irene", "hugo"], apart.path("one.escrow"))
        for name in names { try EscrowMember.create(name: name, path: apart.path(name)) }
        let members = try names.map { try EscrowMember(publicFile: apart.path("\($0).pub")) }
        try KeyEscrow(context).escrow(
            base.key, of: base.election, members: (members[0], members[1]), to: path, by: actor)
        #expect(try entries(.keyEscrow) == [["file": "one.escrow"]])
        let restored = try KeyEscrow(context).restore(
            path, privateFiles: names.map { apart.path("\($0).key") }, by: actor)
        #expect(restored == base.election.election.id)
        #expect(try context.keys.key(of: restored) != nil && entries(.keyRestore) == [[:]])
    }

    @Test func `who takes the lists out is noted before they are written`() throws {
        let export = SignatureExport(context, base.election)
        var written = 0
        let write = { () throws -> [String] in
            #expect(try entries(.pollSignatures).count == 1)
            written += 1
            return ["a"]
        }
        func order(forBureau: Bool, prepare: ([String]) throws -> Void = { _ in }) throws -> SignatureExport.Outcome {
            try export.export(forBureau: forBureau, by: actor, prepare: prepare, write: write)
        }
        #expect(try order(forBureau: true) == .isNotSealed)
        try put("open")
        #expect(try order(forBureau: false) == .isForBureau)
        // Where nothing can be written nobody has the lists.
        struct Unwritable: Error {}
        #expect(throws: Unwritable.self) { try order(forBureau: true) { _ in throw Unwritable() } }
        #expect(try written == 0 && entries(.pollSignatures).isEmpty)
        #expect(try order(forBureau: true) == .written(["a"]))
        #expect(try entries(.pollSignatures) == [["files": "0", "state": "open"]])
    }

    @Test func `the roll leaves with its entry, or not at all`() throws {
        try base.enrol(
            "reference;last_name;first_name;email;college;site\nV1;Martin;Anne;v1@example.org;ouvriers;lille\n")
        let export = RollExport(context, registrar: base.registrar(), election: base.election, key: base.key)
        var mails: [String?] = []
        #expect(try export.export(by: actor) { _, contacts in mails.append(contacts.mail?.text) } == 1)
        #expect(try mails == ["v1@example.org"] && entries(.rollExport) == [["voters": "1"]])
        let other = RollExport(
            context, registrar: base.registrar(), election: base.election, key: ElectionKey(from: .system))
        #expect(throws: StoreError.self) { try other.export(by: actor) { _, _ in } }
        #expect(try entries(.rollExport).count == 1)
    }

    @Test func `a bureau takes each name and each key once, and none under a seal`() throws {
        let members = BureauMembers(context, base.election)
        func add(_ name: String, _ key: UInt8) throws -> MemberRegister.Refusal? {
            try members.add(BureauMember(name: name, key: Array(repeating: key, count: 32)), by: actor)
        }
        #expect(try add("Irene", 1) == nil && add("Hugo", 2) == nil)
        #expect(try add("Irene", 3) == .nameTaken)
        #expect(try add("Zoe", 2) == .keyTaken(by: "Hugo"))
        #expect(try add("a\u{202E}b", 4) == .badName)
        #expect(try members.remove("Zoe", by: actor) == .unknown)
        #expect(try members.remove("Hugo", by: actor) == nil)
        #expect(try entries(.bureauRemove) == [["name": "Hugo"]])
        try put("sealed")
        #expect(try add("Hugo", 2) == .sealed(fingerprint: "00"))
        #expect(try members.remove("Irene", by: actor) == .sealed(fingerprint: "00"))
        #expect(try entries(.bureauAdd).map { $0["name"] } == ["Irene", "Hugo"])
    }

    @Test func `settings stand in the journal when they change`() throws {
        for hash in ["a", "a", "b", "a"] { try SettingsRecord(context).note(hash, by: actor) }
        #expect(try entries(.settingsChange).map { $0["sha256"] } == ["a", "b", "a"])
    }

    @Test(arguments: ["sealing", "sealed"]) func `a seal keeps from changing, and one under way is waited for`(
        state: String
    ) throws {
        #expect(try SealRule.fingerprint(context.store, election: base.election.number) == nil)
        try put(state)
        let lock = try ProcessLock(store: context.store.path, name: "seal")
        defer { withExtendedLifetime(lock) {} }
        if state == "sealed" {
            #expect(try SealRule.fingerprint(context.store, election: base.election.number) == "00")
        } else {
            #expect(throws: StoreError.self) {
                try SealRule.fingerprint(context.store, election: base.election.number)
            }
        }
    }
}

/// Accounts of the staff, by whoever is there.
struct StaffAccountTests {
    private let house: OperationsFixture
    private let accounts: StaffAccounts

    init() throws {
        house = try OperationsFixture(voters: 1)
        accounts = StaffAccounts(house.operations)
        try house.add("anne", .manager)
    }

    private func newcomer(_ role: StaffRole) throws -> StaffRegister.Newcomer {
        StaffRegister.Newcomer(
            name: "lou", fullName: "Lou", mail: try EmailAddress("lou@staff.example.org"), role: role, language: .fr)
    }

    @Test func `a manager makes no manager, and the journal has it; the command line may`() throws {
        #expect(try accounts.add(try newcomer(.manager), by: house.manager) == .denied(.changeBureau))
        #expect(
            try house.number(
                "SELECT count(*) FROM journal_entry WHERE action = 'access.denied' AND details LIKE '%\"from\":\"console\"%'"
            )
                == 1)
        guard case .done = try accounts.add(try newcomer(.manager), by: Actor(account: .system("test"))) else {
            Issue.record("the command line may not")
            return
        }
        #expect(try accounts.remove("lou", reason: "gone", by: house.manager) == .denied(.changeBureau))
        #expect(try house.number("SELECT count(*) FROM staff_member WHERE removed_at IS NULL") == 2)
    }

    @Test func `nobody renews or ends their own account`() throws {
        let bureau = Actor(principal: .staff("anne"), role: .bureau, interface: .api)
        #expect(try accounts.renew("anne", reason: "lost", by: bureau) == .isOwn)
        #expect(try accounts.remove("anne", reason: "gone", by: bureau) == .isOwn)
        #expect(try accounts.remove("nobody", reason: "gone", by: bureau) == .unknown)
        #expect(try house.number("SELECT count(*) FROM staff_member WHERE removed_at IS NOT NULL") == 0)
    }
}
