import Authentication
import Contacts
import Crypto
import Delivery
import Elections
import Foundation
import Journal
import Staff
import Store
import Testing

struct StaffTests {
    @Test func `a name is given once, even after its holder has gone`() throws {
        let house = try StaffFixture()
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
        let house = try StaffFixture()
        let newcomer = StaffRegister.Newcomer(
            name: name, fullName: "x", mail: try EmailAddress("a@example.org"), role: .manager, language: .fr)
        let change = try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try house.register.add(transaction, newcomer, by: .system("test"))
        }
        #expect(change == .badName)
    }

    @Test func `removing or renewing a member ends their sessions`() throws {
        let house = try StaffFixture()
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
        #expect(StaffRole.printer.permissions == [.seeOwn, .fetchLetters])
        #expect(StaffRole.bureau.passphrases == .changeBureau && !StaffRole.manager.may(.changeBureau))
        let writing: Set<Permission> = [
            .reissue, .reissueElsewhere, .resetPassphrase, .unlock, .changeRoll, .runDeliveries, .sendReminders,
            .orderLetters, .approveSpecimen, .acceptPolicy, .changeStaff, .changeBureau, .decide, .decideForBureau,
            .changeClients, .answerVoters, .revealContacts,
        ]
        #expect(StaffRole.auditor.permissions.isDisjoint(with: writing))
    }
}

struct FactorTests {
    @Test func `a session is confirmed by the authenticator, and a code serves once`() throws {
        let house = try StaffFixture()
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
        let house = try StaffFixture()
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
        let house = try StaffFixture()
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
        let house = try StaffFixture()
        let id = try house.ask("anne")
        #expect(try house.decide(id, "anne", .manager) == .samePerson)
        #expect(try house.decide(id, "anne", .bureau) == .samePerson)
        #expect(try house.decide(id, "bruno", .manager) == nil)
        #expect(try house.decide(id, "chloe", .manager) == .gone)
    }

    @Test func `an approval after a day is refused`() throws {
        let house = try StaffFixture()
        let id = try house.ask("anne")
        house.wait(Approvals.lifetime - 1)
        let early = try house.ask("anne")
        house.wait(1)
        #expect(try house.decide(id, "bruno", .manager) == .expired)
        #expect(try house.decide(early, "bruno", .manager) == nil)
    }

    @Test func `what needs the bureau is the bureau's`() throws {
        let house = try StaffFixture()
        let id = try house.ask("anne", needsBureau: true)
        #expect(try house.decide(id, "bruno", .manager) == .bureauOnly)
        #expect(try house.decide(id, "sam", .support) == .bureauOnly)
        #expect(try house.decide(id, "ines", .bureau) == nil)
    }

    @Test func `the order is sealed, and taken back by its author alone`() throws {
        let house = try StaffFixture()
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
        let house = try StaffFixture()
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

    /// Whatever number comes from a program.
    @Test(arguments: [(Int.min, 1), (-5, 1), (0, 1), (2, 2), (.max, StaffClients.longestDays)])
    func `a token lives a day at least, and no longer than the longest`(asked: Int, days: Int) throws {
        let house = try StaffFixture()
        let clients = StaffClients(house.register)
        _ = try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try clients.add(transaction, name: "payroll", role: .support, days: asked, by: .staff("anne"))
        }
        let lives = try house.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number("SELECT expires_at - added_at FROM staff_client")
        }
        #expect(lives == days * 86_400)
    }

    @Test func `one key is one permission`() throws {
        let house = try StaffFixture()
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

    @Test func `a link to a page of the console keeps what its address says of the election`() throws {
        let plain = try StaffFixture().register
        #expect(
            [plain.link(), plain.link("/parcels")].map { $0.replacing("https://vote.example.org", with: "") } == [
                "/manager", "/manager/parcels",
            ])
        let shared = try StaffFixture(console: "https://c.example.org/manager?election=cse-2026").register
        #expect(shared.link() == "https://c.example.org/manager?election=cse-2026")
        #expect(shared.link("/staff") == "https://c.example.org/manager/staff?election=cse-2026")
    }
}
