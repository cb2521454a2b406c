import Access
import Contacts
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Passphrases
import Staff
import Store
import Synchronization
import Testing
import VoterRoll

/// An election with a register of staff, and a time that stands still until it is moved.
private final class House {
    let folder: URL
    let store: Store
    let register: StaffRegister
    let door: Doorkeeper
    let time = Time()

    final class Time: Sendable { let now = Mutex(1_760_000_000) }

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-staff-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try Store(
            path: folder.appending(path: "s.sqlite").path,
            migrations: JournalSchema.migrations + ElectionsSchema.migrations + DeliverySchema.migrations
                + RollSchema.migrations + IssuanceSchema.migrations + PassphrasesSchema.migrations
                + AccessSchema.migrations + StaffSchema.migrations, now: 1)
        let time = time
        let clock = Clock { time.now.withLock { $0 } }
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let definition = try String(contentsOf: root.appending(path: "Ballots/cse-2026/election.yaml"), encoding: .utf8)
        let logbook = Logbook(clock: clock, randomness: .system)
        let elections = ElectionDesk(logbook: logbook, clock: clock)
        let election = try ElectionReader.read(definition, file: "election.yaml").get()
        let stored = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> StoredElection in
            _ = try elections.store(
                transaction, election, definition: definition, inUse: [], isIssued: false, by: .system("test"))
            return try elections.find(transaction.reading, nil)
        }
        let keeper = PassphraseKeeper(
            hasher: PassphraseHasher(cost: PassphraseHasher.Cost(passes: 1, mebibytes: 1)), logbook: logbook,
            clock: clock, randomness: .system)
        let key = ElectionKey(from: .system)
        let outbox = Outbox(clock: clock, randomness: .system)
        register = StaffRegister(
            election: stored, key: key,
            office: MessageOffice(
                election: election, templates: TemplateFolder([root.appending(path: "Templates").path])),
            outbox: outbox, keeper: keeper, logbook: logbook, clock: clock, randomness: .system,
            console: "https://vote.example.org/manager")
        door = Doorkeeper(
            election: stored, key: key, directory: StaffDirectory(register), keeper: keeper, outbox: outbox,
            clock: clock,
            randomness: .system, realm: .staff, policy: StaffRegister.policy)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func wait(_ seconds: Int) { time.now.withLock { $0 += seconds } }

    func add(_ name: String, _ role: StaffRole) throws -> StaffRegister.Change {
        let mail = try EmailAddress("\(name)@staff.example.org")
        let newcomer = StaffRegister.Newcomer(name: name, fullName: name, mail: mail, role: role, language: .fr)
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try register.add(transaction, newcomer, by: .system("test"))
        }
    }

    func member(_ name: String) throws -> StaffMember {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try register.member(reading, name: name)
        }
        return try #require(found)
    }

    /// A session of a member, as after the passphrase.
    func session(_ name: String) throws -> (token: String, Session) {
        let member = try member(name)
        let token = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try door.open(transaction, member.principal, generation: member.generation, subject: [1], route: .email)
        }
        return (token, try #require(try present(token)))
    }

    func present(_ token: String) throws -> Session? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try door.session(reading, token: token) }
    }

    /// Enrols a member's authenticator; returns its secret and the spare codes.
    func enrol(_ name: String, _ session: Session) throws -> (Secret, [String]) {
        let (member, factor) = (try member(name), SecondFactor(register))
        let begun = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try factor.begin(transaction, member)
        }
        let secret = try #require(begun)
        let code = TimeCode.code(secret, step: TimeCode.step(at: time.now.withLock { $0 }))
        let spare = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> [String] in
            let (outcome, spare) = try factor.enrol(transaction, member, session, at: door, code, from: "::1")
            return outcome == .right ? spare : []
        }
        return (secret, spare)
    }

    func confirm(_ name: String, _ session: Session, _ code: String) throws -> SecondFactor.Outcome {
        let member = try member(name)
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try SecondFactor(register).confirm(transaction, member, session, at: door, code, from: "::1")
        }
    }

    func code(_ secret: Secret) -> String { TimeCode.code(secret, step: TimeCode.step(at: time.now.withLock { $0 })) }

    func ask(_ name: String, needsBureau: Bool = false) throws -> Int {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try Approvals(register).ask(
                transaction, .reissueElsewhere, subject: 7, order: ["contact": "new@example.org"], reason: "called",
                needsBureau: needsBureau, by: .staff(name))
        }
    }

    func decide(_ id: Int, _ name: String, _ role: StaffRole) throws -> Approvals.Denial? {
        let decision = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try Approvals(register).decide(
                transaction, request: id, approved: true, answer: "yes", by: .staff(name), role: role)
        }
        if case .denied(let denial) = decision { return denial }
        return nil
    }
}

struct StaffTests {
    @Test func `a name is given once, even after its holder has gone`() throws {
        let house = try House()
        guard case .done(let identifier) = try house.add("anne", .manager) else { return #expect(Bool(false)) }
        #expect(identifier.count == 14)
        #expect(try house.add("anne", .bureau) == .taken)
        let removed = try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try house.register.remove(transaction, name: "anne", reason: "left", by: .system("test"))
        }
        #expect(removed)
        #expect(try house.add("anne", .manager) == .taken)
    }

    @Test(arguments: ["a", "Anne", "anne martin", "api.anne", "anne/", String(repeating: "a", count: 41), ""])
    func `a name that is no name is refused`(name: String) throws {
        let house = try House()
        let newcomer = StaffRegister.Newcomer(
            name: name, fullName: "x", mail: try EmailAddress("a@example.org"), role: .manager, language: .fr)
        let change = try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try house.register.add(transaction, newcomer, by: .system("test"))
        }
        #expect(change == .badName)
    }

    @Test func `removing or renewing a member ends their sessions`() throws {
        let house = try House()
        for name in ["anne", "bruno"] { _ = try house.add(name, .manager) }
        let (anne, _) = try house.session("anne")
        let (bruno, _) = try house.session("bruno")
        try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            _ = try house.register.remove(transaction, name: "anne", reason: "left", by: .system("test"))
            _ = try house.register.renew(transaction, name: "bruno", reason: "lost", by: .system("test"))
        }
        #expect(try house.present(anne) == nil)
        #expect(try house.present(bruno) == nil)
    }

    @Test func `nobody but the bureau sees votes, and printers see nothing but their files`() {
        for role in StaffRole.allCases {
            #expect(role.may(.seeVotes) == (role == .bureau))
            #expect(role.may(.fetchLetters) == (role == .printer))
        }
        #expect(StaffRole.printer.deeds == [.seeOwn, .fetchLetters])
        #expect(StaffRole.bureau.keeper == .changeBureau && !StaffRole.manager.may(.changeBureau))
        let writing: Set<Deed> = [
            .reissue, .reissueElsewhere, .resetPassphrase, .unlock, .changeRoll, .runDeliveries, .sendReminders,
            .orderLetters, .approveSpecimen, .acceptPolicy, .changeStaff, .changeBureau, .decide, .decideForBureau,
            .changeClients, .answerVoters, .revealContacts,
        ]
        #expect(StaffRole.auditor.deeds.isDisjoint(with: writing))
    }
}

struct FactorTests {
    @Test func `a session is confirmed by the authenticator, and a code serves once`() throws {
        let house = try House()
        _ = try house.add("anne", .manager)
        let (token, session) = try house.session("anne")
        #expect(try house.present(token)?.confirmedAt == nil)
        let (secret, spare) = try house.enrol("anne", session)
        #expect(spare.count == 10)
        #expect(try house.present(token)?.confirmedAt != nil)
        let (second, again) = try house.session("anne")
        #expect(try house.confirm("anne", again, house.code(secret)) == .wrong)
        let spaced = house.code(secret).map(String.init).joined(separator: " ")
        #expect(try house.confirm("anne", again, spaced) == .wrong)
        house.wait(30)
        #expect(try house.confirm("anne", again, house.code(secret)) == .right)
        #expect(try house.present(second)?.confirmedAt != nil)
    }

    @Test func `a spare code serves once`() throws {
        let house = try House()
        _ = try house.add("anne", .manager)
        let (_, session) = try house.session("anne")
        let spare = try house.enrol("anne", session).1
        let (_, again) = try house.session("anne")
        #expect(try house.confirm("anne", again, spare[3].lowercased()) == .right)
        // However it is spelled: the sixth try would have to wait.
        let plain = spare[3].replacing("-", with: "")
        for other in [spare[3], plain, plain.map(String.init).joined(separator: " "), "\u{2011}\(spare[3])"] {
            #expect(try house.confirm("anne", again, other) != .right, "\(other)")
        }
        let member = try house.member("anne")
        let left = try house.store.read { (reading: borrowing Reading) throws(StoreError) in
            try SecondFactor(house.register).spareLeft(reading, member)
        }
        #expect(left == 9)
    }

    @Test func `wrong codes are slowed, a right one is not taken meanwhile`() throws {
        let house = try House()
        _ = try house.add("anne", .manager)
        let (_, session) = try house.session("anne")
        let (secret, _) = try house.enrol("anne", session)
        house.wait(60)
        for _ in 0..<5 { #expect(try house.confirm("anne", session, "000000") == .wrong) }
        guard case .wait(let seconds) = try house.confirm("anne", session, house.code(secret)) else {
            return #expect(Bool(false), "the sixth attempt was not put off")
        }
        #expect(seconds > 0)
        house.wait(seconds + 1)
        #expect(try house.confirm("anne", session, house.code(secret)) == .right)
    }
}

struct ApprovalTests {
    @Test func `two persons are two persons`() throws {
        let house = try House()
        let id = try house.ask("anne")
        #expect(try house.decide(id, "anne", .manager) == .samePerson)
        #expect(try house.decide(id, "anne", .bureau) == .samePerson)
        #expect(try house.decide(id, "bruno", .manager) == nil)
        #expect(try house.decide(id, "chloe", .manager) == .gone)
    }

    @Test func `an approval after a day is refused`() throws {
        let house = try House()
        let id = try house.ask("anne")
        house.wait(Approvals.lifetime - 1)
        let early = try house.ask("anne")
        house.wait(1)
        #expect(try house.decide(id, "bruno", .manager) == .expired)
        #expect(try house.decide(early, "bruno", .manager) == nil)
    }

    @Test func `what needs the bureau is the bureau's`() throws {
        let house = try House()
        let id = try house.ask("anne", needsBureau: true)
        #expect(try house.decide(id, "bruno", .manager) == .bureauOnly)
        #expect(try house.decide(id, "sam", .support) == .bureauOnly)
        #expect(try house.decide(id, "ines", .bureau) == nil)
    }

    @Test func `the order is sealed, and taken back by its author alone`() throws {
        let house = try House()
        let id = try house.ask("anne")
        let dump = try Data(contentsOf: house.folder.appending(path: "s.sqlite-wal"))
        #expect(dump.range(of: Data("new@example.org".utf8)) == nil)
        let (others, own) = try house.store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (Bool, Bool) in
            let approvals = Approvals(house.register)
            return (
                try approvals.takeBack(transaction, request: id, by: .staff("bruno")),
                try approvals.takeBack(transaction, request: id, by: .staff("anne"))
            )
        }
        #expect(!others && own)
        #expect(try house.decide(id, "bruno", .manager) == .gone)
    }
}

struct ClientTests {
    @Test func `a token works until it ends or is removed`() throws {
        let house = try House()
        let clients = StaffClients(house.register)
        let made = try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try clients.add(transaction, name: "payroll", role: .support, days: 2, by: .staff("anne"))
        }
        let token = try #require(made)
        func role() throws -> StaffRole? {
            try house.store.read { (reading: borrowing Reading) throws(StoreError) in
                try clients.client(reading, token: token)?.role
            }
        }
        #expect(try role() == .support)
        house.wait(2 * 86_400)
        #expect(try role() == nil)
        let wal = try Data(contentsOf: house.folder.appending(path: "s.sqlite-wal"))
        #expect(wal.range(of: Data(token.utf8)) == nil)
    }

    @Test func `one key is one deed`() throws {
        let house = try House()
        let clients = StaffClients(house.register)
        let outcomes = try house.store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> [StaffClients.Earlier] in
            _ = try clients.add(transaction, name: "payroll", role: .support, days: 2, by: .staff("anne"))
            let client = try clients.all(transaction.reading)[0]
            let first = try clients.begin(transaction, client, key: "k", request: [1])
            let meanwhile = try clients.begin(transaction, client, key: "k", request: [1])
            try clients.finish(transaction, client, key: "k", status: 200, body: [9])
            return [
                first, meanwhile, try clients.begin(transaction, client, key: "k", request: [1]),
                try clients.begin(transaction, client, key: "k", request: [2]),
            ]
        }
        #expect(outcomes == [.none, .conflict, .answered(status: 200, body: [9]), .conflict])
    }
}
