import Authentication
import Contacts
import Delivery
import Journal
import Store
import Synchronization
import Testing

struct AuthenticatorTests {
    @Test func `staff come in by the voters' road`() throws {
        let door = try SignInFixture()
        let token = try door.ask()
        guard case .verified(let next) = try door.check(token, door.codes[0]) else { throw Failure.notVerified }
        let secret = "trois girafes bleues au port"
        guard case .opened(let session) = try door.desk.choose(token: next, secret, again: secret, on: .own) else {
            throw Failure.notOpened
        }
        let opened = try door.store.read { (reading: borrowing Reading) throws(StoreError) in
            try door.authenticator.sessions.find(reading, token: session)
        }
        #expect(opened?.principal == .staff("anne"))
        door.wait(seconds: Device.own.idleSeconds + 1)
        let later = try door.store.read { (reading: borrowing Reading) throws(StoreError) in
            try door.authenticator.sessions.find(reading, token: session)
        }
        #expect(later == nil)
    }

    @Test func `a session on a shared device ends after a minute in which nothing is heard of it`() throws {
        let door = try SignInFixture()
        let token = try door.ask()
        guard case .verified(let next) = try door.check(token, door.codes[0]) else { throw Failure.notVerified }
        let secret = "trois girafes bleues au port"
        guard case .opened(let opened) = try door.desk.choose(token: next, secret, again: secret, on: .shared) else {
            throw Failure.notOpened
        }
        func session() throws -> Session? {
            try door.store.read { (reading: borrowing Reading) throws(StoreError) in
                try door.authenticator.sessions.find(reading, token: opened)
            }
        }
        // A use is noted however short a time has gone since the last: half a minute would be half of what there is.
        for _ in 0..<3 {
            door.wait(seconds: 29)
            let used = try #require(try session())
            #expect(door.authenticator.sessions.mustNote(used))
            try door.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try door.authenticator.sessions.note(transaction, used)
            }
        }
        door.wait(seconds: 59)
        #expect(try session() != nil)
        door.wait(seconds: 1)
        #expect(try session() == nil)
    }

    @Test func `a right code that was the last attempt may be pressed twice, and once alone`() throws {
        let door = try SignInFixture()
        let token = try door.ask()
        let code = door.codes[0]
        for left in [4, 3, 2, 1] {
            #expect(try door.check(token, code == "000000" ? "111111" : "000000") == .wrong(left: left))
        }
        guard case .verified(let next) = try door.check(token, code) else { throw Failure.notVerified }
        func again(_ code: String) throws -> Authenticator.CodeOutcome {
            let typed = try #require(door.authenticator.readCode(code))
            return try door.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try door.authenticator.checkAgain(transaction, token: token, typed)
            }
        }
        #expect(try again(code) == .verified(token: next))
        #expect(try again(code) == .gone)
    }

    @Test func `a flood of requests sends six messages in any hour, and the latest code serves`() throws {
        let door = try SignInFixture()
        var times: [Int] = []
        var last = ""
        for minute in 0..<180 {
            for _ in 0..<5 { last = try door.ask() }
            let count = door.codes.count
            while times.count < count { times.append(minute) }
            door.wait(seconds: 60)
        }
        #expect(times.indices.allSatisfy { start in times[start...].prefix { $0 < times[start] + 60 }.count <= 6 })
        #expect(times.count >= 10)
        last = try door.ask()
        if case .verified = try door.check(last, door.codes[door.codes.count - 1]) {} else { throw Failure.notVerified }
    }

    @Test func `a request that shares a code has gone the way that the code went`() throws {
        let door = try SignInFixture(channel: "choice")
        let first = try door.ask()
        _ = try door.ask()
        door.wait(seconds: 30)
        let again = try door.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try door.authenticator.askAgain(
                transaction, token: first, otherChannel: true, from: CodeAsker(network: "192.0.2.1"))
        }
        #expect(again == .asked)
        _ = try CodeSender(door.authenticator).serveRequests(door.store)
        #expect(door.sent.notes.withLock { $0.map(\.route) } == [.email, .email, .sms])
        // The fourth sends nothing and takes the third's code, which went by SMS: a reset must then come by mail.
        let fourth = try door.ask()
        #expect(door.codes.count == 3)
        let request = try door.store.read { (reading: borrowing Reading) throws(StoreError) in
            try door.authenticator.request(reading, token: fourth)
        }
        #expect(request?.isQuiet == true && request?.route == .sms)
    }

    @Test func `a code ends after a quarter of an hour, whatever the relay does`() throws {
        let door = try SignInFixture()
        let token = try door.ask()
        door.wait(seconds: 900)
        let since = door.now
        #expect(try door.check(token, door.codes[0]) == .late(since: since))
    }

    @Test func `a code that comes too late is said to be late, costs no attempt, and tells of nobody`() throws {
        let door = try SignInFixture()
        let (known, unknown) = (try door.ask(), try door.ask("NOBODY"))
        let over = door.now + 900
        // Before the end of its time a wrong code is wrong, for both.
        door.wait(seconds: 899)
        #expect(try door.check(known, "000000") == .wrong(left: 4))
        #expect(try door.check(unknown, "000000") == .wrong(left: 4))
        door.wait(seconds: 1)
        for _ in 0..<6 {
            #expect(try door.check(known, "000000") == .late(since: over))
            #expect(try door.check(unknown, "000000") == .late(since: over))
        }
    }

    @Test func `before the worker has looked a code is answered like any other`() throws {
        let door = try SignInFixture()
        let token = try door.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try door.authenticator.ask(transaction, canonical: door.identifier, from: CodeAsker(network: "192.0.2.1"))
        }
        #expect(try door.check(token, "000000") == .wrong(left: 4))
        _ = try CodeSender(door.authenticator).serveRequests(door.store)
        #expect(try door.check(token, "000000") == .wrong(left: 3))
    }

    @Test func `a form is told from those of another sign-in, and not from those of before a resend`() throws {
        let door = try SignInFixture()
        let (first, second) = (try door.ask(), try door.ask("NOBODY"))
        func mark(_ token: String) throws -> String {
            try door.store.read { (reading: borrowing Reading) throws(StoreError) in
                try door.authenticator.request(reading, token: token).map { door.authenticator.mark($0) } ?? ""
            }
        }
        func isCurrent(_ token: String, _ mark: String) throws -> Bool {
            try door.store.read { (reading: borrowing Reading) throws(StoreError) in
                try door.authenticator.isCurrent(reading, token: token, mark: mark)
            }
        }
        let (own, other) = (try mark(first), try mark(second))
        #expect(own.count == 8 && own != other)
        #expect(try isCurrent(first, own) && isCurrent(first, "") && !isCurrent(first, other))
        door.wait(seconds: 30)
        _ = try door.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try door.authenticator.askAgain(
                transaction, token: first, otherChannel: false, from: CodeAsker(network: "192.0.2.1"))
        }
        #expect(try mark(first) != own)
        #expect(try isCurrent(first, own))
    }

    @Test func `nobody's requests look like somebody's`() throws {
        let door = try SignInFixture()
        let (known, unknown) = (try door.ask(), try door.ask("NOBODY"))
        for left in [4, 3, 2, 1] {
            #expect(try door.check(known, "000000") == .wrong(left: left))
            #expect(try door.check(unknown, "000000") == .wrong(left: left))
        }
        #expect(try door.check(known, "000000") == .exhausted)
        #expect(try door.check(unknown, "000000") == .exhausted)
        #expect(door.codes.count == 1)
    }

    @Test func `asking again waits half a minute, then replaces the code and takes the other way`() throws {
        let door = try SignInFixture()
        let token = try door.ask()
        func again() throws -> Authenticator.Again {
            let outcome = try door.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try door.authenticator.askAgain(
                    transaction, token: token, otherChannel: true, from: CodeAsker(network: "192.0.2.1"))
            }
            _ = try CodeSender(door.authenticator).serveRequests(door.store)
            return outcome
        }
        #expect(try again() == .wait(seconds: 30))
        door.wait(seconds: 30)
        #expect(try again() == .asked)
        // The code of the first message says nothing to whoever guesses, and costs whoever has it no attempt.
        for _ in 0..<6 { #expect(try door.check(token, door.codes[0]) == .older) }
        #expect(try door.check(token, "000000") == .wrong(left: 4))
        guard case .verified = try door.check(token, door.codes[1]) else { throw Failure.notVerified }
        // By `other` a code never takes the identifier's way, however often it is asked for.
        #expect(door.sent.notes.withLock { $0.allSatisfy { $0.route == .sms } })
    }

    private enum Failure: Error { case notVerified, notOpened }
}
