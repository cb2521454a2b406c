import Authentication
import Contacts
import Delivery
import Journal
import Store
import Synchronization
import Testing

/// The renewal of a password: a code shows whose it is, and the old one is asked for nowhere.
struct RenewalTests {
    private enum Failure: Error { case notVerified, notOpened }

    private static let (first, second) = ("Girafe-bleue7", "Tortue_verte82")

    private func step(_ door: SignInFixture, _ token: String) throws -> SignInFlow.Step {
        try door.store.read { (reading: borrowing Reading) throws(StoreError) in
            try door.desk.step(reading, token: token)
        }
    }

    /// A request whose code was typed.
    private func verified(_ door: SignInFixture, renews: Bool) throws -> String {
        let token = try door.ask(renews: renews)
        guard case .verified(let next) = try door.check(token, try #require(door.codes.last)) else {
            throw Failure.notVerified
        }
        return next
    }

    private func session(_ door: SignInFixture, _ token: String) throws -> Session? {
        try door.store.read { (reading: borrowing Reading) throws(StoreError) in
            try door.authenticator.sessions.find(reading, token: token)
        }
    }

    /// A session by a password that was chosen.
    private func chosen(_ door: SignInFixture) throws -> String {
        let token = try verified(door, renews: true)
        guard case .opened(let session) = try door.desk.choose(token: token, Self.first, again: Self.first, on: .own)
        else {
            throw Failure.notOpened
        }
        return session
    }

    @Test(arguments: ["kind: password", "kind: generated\n    renew: true"])
    func `nobody has chosen a password yet: the code lets its owner choose`(secret: String) throws {
        let door = try SignInFixture(secret: secret)
        let token = try verified(door, renews: true)
        #expect(try step(door, token) == .choose(isReset: false))
        #expect(try door.desk.forgotten(token: token) == .ready)
    }

    @Test func `who signs in with a password that was sent is asked for it, and may renew it instead`() throws {
        let door = try SignInFixture(secret: "kind: generated\n    mustChange: true\n    renew: true")
        let token = try verified(door, renews: false)
        #expect(try step(door, token) == .enter)
        #expect(try door.desk.forgotten(token: token) == .ready)
        #expect(try step(door, token) == .choose(isReset: false))
    }

    @Test func `without renew a password that was sent is not replaced by a code`() throws {
        let door = try SignInFixture(secret: "kind: generated")
        let token = try verified(door, renews: false)
        #expect(try step(door, token) == .enter)
        #expect(try door.desk.forgotten(token: token) != .ready)
        #expect(try step(door, token) != .choose(isReset: false))
    }

    @Test(arguments: ["kind: password", "kind: generated\n    renew: true"])
    func `a chosen password is renewed as secret.reset says, and is not asked for`(secret: String) throws {
        let door = try SignInFixture(secret: secret)
        let session = try chosen(door)
        door.wait(seconds: 60)
        let token = try verified(door, renews: true)
        #expect(try step(door, token) == .renew)
        // There is a second channel: its code comes first.
        #expect(try door.desk.forgotten(token: token) == .codeSent)
        while try CodeSender(door.authenticator).serveRequests(door.store) > 0 {}
        #expect(try step(door, token) == .code)
        // Nothing is taken away by asking.
        #expect(try self.session(door, session) != nil)
        guard case .verified(let next) = try door.check(token, try #require(door.codes.last)) else {
            throw Failure.notVerified
        }
        #expect(try step(door, next) == .choose(isReset: true))
        let before = door.sent.notes.withLock(\.count)
        guard case .opened = try door.desk.choose(token: next, Self.second, again: Self.second, on: .own) else {
            throw Failure.notOpened
        }
        // A completed renewal ends the sessions, and word goes to every contact.
        #expect(try self.session(door, session) == nil)
        #expect(door.sent.notes.withLock { $0[before...].map(\.route) } == [.email, .sms])
    }

    @Test func `with one channel the renewal of a chosen password waits`() throws {
        let door = try SignInFixture(secret: "kind: password", reset: "delayed")
        _ = try chosen(door)
        door.wait(seconds: 60)
        let token = try verified(door, renews: true)
        guard case .waits(let until) = try door.desk.forgotten(token: token) else {
            Issue.record("it does not wait")
            return
        }
        #expect(until > door.now)
        guard case .gone = try door.desk.choose(token: token, Self.second, again: Self.second, on: .own) else {
            Issue.record("chosen before the hour")
            return
        }
    }

    @Test func `a code sent again belongs to the renewal too`() throws {
        let door = try SignInFixture(secret: "kind: password")
        _ = try chosen(door)
        door.wait(seconds: 60)
        let token = try door.ask(renews: true)
        door.wait(seconds: 60)
        let again = try door.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try door.authenticator.askAgain(
                transaction, token: token, otherChannel: false, from: CodeAsker(network: "192.0.2.1"))
        }
        #expect(again == .asked)
        while try CodeSender(door.authenticator).serveRequests(door.store) > 0 {}
        guard case .verified(let next) = try door.check(token, try #require(door.codes.last)) else {
            throw Failure.notVerified
        }
        #expect(try step(door, next) == .renew)
    }
}
