import Authentication
import Crypto
import Delivery
import Elections
import Journal
import Staff
import Store
import Testing

/// What a member of the staff does about their own access.
struct OwnSecretTests {
    private static let (old, new) = ("trois girafes bleues au port", "quatre zebus verts en mer du nord")

    private func flow(_ house: StaffFixture) -> SignInFlow {
        SignInFlow(store: house.store, authenticator: house.authenticator, common: CommonSecrets(""))
    }

    /// Signs a member in by identifier, mailed code and passphrase; nil when the identifier leads nowhere.
    private func verified(_ house: StaffFixture, _ identifier: String) throws -> String? {
        guard case .canonical(let canonical) = IdentifierEntry(identifier, scheme: .random) else { return nil }
        let token = try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try house.authenticator.ask(transaction, canonical: canonical, from: CodeAsker(network: "192.0.2.1"))
        }
        while try CodeSender(house.authenticator).serveRequests(house.store) > 0 {}
        // The code stands in the mail alone; what follows begins behind it.
        let changed = try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                UPDATE access_request SET state = 'verified'
                WHERE id = (SELECT max(id) FROM access_request) AND principal LIKE 'staff:%'
                """)
        }
        return changed == 1 ? token : nil
    }

    private func mails(_ house: StaffFixture, _ kind: String) throws -> Int {
        try house.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number("SELECT count(*) FROM outbox_message WHERE kind = ?", kind)
        }
    }

    @Test func `a member changes their passphrase, other sessions end, and a mail says so`() throws {
        let house = try StaffFixture()
        guard case .done(let identifier) = try house.add("anne", .manager) else { return #expect(Bool(false)) }
        let flow = flow(house)
        let token = try #require(try verified(house, identifier))
        guard case .opened(let first) = try flow.choose(token: token, Self.old, again: Self.old, on: .own) else {
            return #expect(Bool(false))
        }
        let (other, _) = try house.session("anne")
        let session = try #require(try house.present(first))
        #expect(try flow.change(session, present: "wrong", Self.new, again: Self.new) == .wrong)
        guard case .refused = try flow.change(session, present: Self.old, "short", again: "short") else {
            return #expect(Bool(false))
        }
        #expect(try house.present(other) != nil && mails(house, "staffSecretChanged") == 0)
        #expect(try flow.change(session, present: Self.old, Self.new, again: Self.new) == .next)
        #expect(try house.present(other) == nil && house.present(first) != nil)
        #expect(try mails(house, "staffSecretChanged") == 1)
        let present = try #require(try house.present(first))
        #expect(try flow.change(present, present: Self.old, Self.old, again: Self.old) == .wrong)
    }

    @Test func `an identifier that nobody uses expires, and a new one begins anew`() throws {
        let house = try StaffFixture()
        guard case .done(let identifier) = try house.add("anne", .manager) else { return #expect(Bool(false)) }
        house.wait(StaffRegister.unusedDays * 86_400 - 1)
        #expect(try !isExpired(house, "anne"))
        house.wait(1)
        #expect(try isExpired(house, "anne"))
        #expect(try verified(house, identifier) == nil)
        let change = try house.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try house.register.renew(transaction, name: "anne", reason: "expired", by: .system("test"))
        }
        guard case .done(let next) = change else { return #expect(Bool(false)) }
        #expect(try !isExpired(house, "anne"))
        let token = try #require(try verified(house, next))
        guard case .opened = try flow(house).choose(token: token, Self.old, again: Self.old, on: .own) else {
            return #expect(Bool(false))
        }
        // Once it was used it stays.
        house.wait(10 * StaffRegister.unusedDays * 86_400)
        #expect(try !isExpired(house, "anne"))
        #expect(try verified(house, next) != nil)
    }

    @Test func `a passphrase that is chosen too late is not taken`() throws {
        let house = try StaffFixture()
        guard case .done(let identifier) = try house.add("anne", .manager) else { return #expect(Bool(false)) }
        house.wait(StaffRegister.unusedDays * 86_400 - 60)
        let token = try #require(try verified(house, identifier))
        house.wait(120)
        #expect(try flow(house).choose(token: token, Self.old, again: Self.old, on: .own) == .gone)
    }

    private func isExpired(_ house: StaffFixture, _ name: String) throws -> Bool {
        let member = try house.member(name)
        return try house.store.read { (reading: borrowing Reading) throws(StoreError) in
            try house.register.isExpired(reading, member)
        }
    }
}
