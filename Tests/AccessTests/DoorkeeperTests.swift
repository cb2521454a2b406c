import Access
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Passphrases
import Store
import Synchronization
import Testing

/// One principal who is reached by mail and SMS; everybody else is nobody.
private struct OneAccount: Directory {
    let hash: [UInt8]
    let outcomes: Outcomes

    /// What was sent.
    final class Outcomes: Sendable { let notes = Mutex<[(route: Route, values: [String: String])]>([]) }

    func account(_ reading: borrowing Reading, hash: [UInt8]) -> Account? {
        guard hash == self.hash else { return nil }
        return Account(
            principal: .staff("anne"), generation: 1,
            generations: [Account.Generation(number: 1, secretHash: nil, isPending: false)], route: .email,
            printedCode: nil)
    }

    func isLive(_ reading: borrowing Reading, _ principal: Principal, generation: Int) -> Bool { generation == 1 }
    func routes(_ reading: borrowing Reading, _ principal: Principal) -> [Route] { [.email, .sms] }
    func challenge(_ reading: borrowing Reading, _ principal: Principal) -> String? { nil }
    func sentSecret(_ reading: borrowing Reading, _ principal: Principal) -> [UInt8]? { nil }
    func names(_ reading: borrowing Reading, _ principal: Principal) -> [String] { ["Anne"] }

    func send(_ transaction: borrowing Transaction, _ principal: Principal, _ note: VoterNote) -> Int? {
        outcomes.notes.withLock { $0.append((note.route, note.values)) }
        return nil
    }

    func complete(_ transaction: borrowing Transaction, _ principal: Principal, generation: Int) {}
}

/// A door whose time stands still until it is moved. Its principal is no voter: staff come in by the same road.
private final class Door {
    let folder: URL
    let store: Store
    let doorkeeper: Doorkeeper
    let desk: SignInDesk
    let sent = OneAccount.Outcomes()
    let hands = Hands()
    static let identifier = "ANNE"

    final class Hands: Sendable { let time = Mutex(1_760_000_000) }

    /// - Parameter channel: the election's `code.channel`.
    init(channel: String = "other") throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-door-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try Store(
            path: folder.appending(path: "s.sqlite").path,
            migrations: JournalSchema.migrations + ElectionsSchema.migrations + DeliverySchema.migrations
                + PassphrasesSchema.migrations + AccessSchema.migrations, now: 1)
        let hands = hands
        let clock = Clock { hands.time.withLock { $0 } }
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Ballots/cse-2026/election.yaml")
        let definition = try String(contentsOf: file, encoding: .utf8)
            .replacing("channel: other", with: "channel: \(channel)")
        let key = ElectionKey(from: .system)
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
        doorkeeper = Doorkeeper(
            election: stored, key: key,
            directory: OneAccount(hash: Issuer.lookup(key).hash(Door.identifier), outcomes: sent), keeper: keeper,
            outbox: Outbox(clock: clock, randomness: .system), clock: clock, randomness: .system)
        desk = SignInDesk(store: store, doorkeeper: doorkeeper, common: CommonSecrets(""))
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func wait(seconds: Int) { hands.time.withLock { $0 += seconds } }

    func ask(_ identifier: String = identifier) throws -> String {
        let token = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try doorkeeper.ask(transaction, canonical: identifier)
        }
        while try doorkeeper.serveRequests(store) > 0 {}
        return token
    }

    func check(_ token: String, _ code: String) throws -> Doorkeeper.CodeOutcome {
        let typed = try #require(doorkeeper.readCode(code))
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try doorkeeper.check(transaction, token: token, typed)
        }
    }

    var codes: [String] { sent.notes.withLock { $0.compactMap { $0.values["code"] } } }
}

struct DoorkeeperTests {
    @Test func `staff come in by the voters' road`() throws {
        let door = try Door()
        let token = try door.ask()
        guard case .verified(let next) = try door.check(token, door.codes[0]) else { throw Failure.notVerified }
        let secret = "trois girafes bleues au port"
        guard case .opened(let session) = try door.desk.choose(token: next, secret, again: secret) else {
            throw Failure.notOpened
        }
        let opened = try door.store.read { (reading: borrowing Reading) throws(StoreError) in
            try door.doorkeeper.session(reading, token: session)
        }
        #expect(opened?.principal == .staff("anne"))
        door.wait(seconds: Doorkeeper.idleSeconds + 1)
        let later = try door.store.read { (reading: borrowing Reading) throws(StoreError) in
            try door.doorkeeper.session(reading, token: session)
        }
        #expect(later == nil)
    }

    @Test func `a flood of requests sends six messages in any hour, and the latest code serves`() throws {
        let door = try Door()
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
        let door = try Door(channel: "choice")
        let first = try door.ask()
        _ = try door.ask()
        door.wait(seconds: 30)
        let again = try door.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try door.doorkeeper.askAgain(transaction, token: first, otherChannel: true)
        }
        #expect(again == .asked)
        _ = try door.doorkeeper.serveRequests(door.store)
        #expect(door.sent.notes.withLock { $0.map(\.route) } == [.email, .email, .sms])
        // The fourth sends nothing and takes the third's code, which went by SMS: a reset must then come by mail.
        let fourth = try door.ask()
        #expect(door.codes.count == 3)
        let request = try door.store.read { (reading: borrowing Reading) throws(StoreError) in
            try door.doorkeeper.request(reading, token: fourth)
        }
        #expect(request?.isQuiet == true && request?.route == .sms)
    }

    @Test func `a code ends after a quarter of an hour, whatever the relay does`() throws {
        let door = try Door()
        let token = try door.ask()
        door.wait(seconds: 900)
        #expect(try door.check(token, door.codes[0]) == .wrong(left: 4))
    }

    @Test func `nobody's requests look like somebody's`() throws {
        let door = try Door()
        let (known, unknown) = (try door.ask(), try door.ask("NOBODY"))
        for left in [4, 3, 2, 1] {
            #expect(try door.check(known, "000000") == .wrong(left: left))
            #expect(try door.check(unknown, "000000") == .wrong(left: left))
        }
        #expect(try door.check(known, "000000") == .exhausted)
        #expect(try door.check(unknown, "000000") == .exhausted)
        #expect(door.codes.count == 1)
    }

    @Test func `after ten wrong codes in a row only the first attempt of a request is not put off`() throws {
        let door = try Door()
        for _ in 0..<2 {
            let token = try door.ask()
            for _ in 0..<5 { _ = try door.check(token, "000000") }
        }
        let token = try door.ask()
        #expect(try door.check(token, "000000") == .wrong(left: 4))
        guard case .wait(let seconds) = try door.check(token, "000000") else { throw Failure.notPutOff }
        #expect(seconds > 0)
        door.wait(seconds: seconds)
        #expect(try door.check(token, "000000") == .wrong(left: 3))
    }

    @Test func `asking again waits half a minute, then replaces the code and takes the other way`() throws {
        let door = try Door()
        let token = try door.ask()
        func again() throws -> Doorkeeper.Again {
            let outcome = try door.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try door.doorkeeper.askAgain(transaction, token: token, otherChannel: true)
            }
            _ = try door.doorkeeper.serveRequests(door.store)
            return outcome
        }
        #expect(try again() == .wait(seconds: 30))
        door.wait(seconds: 30)
        #expect(try again() == .asked)
        #expect(try door.check(token, door.codes[0]) == .wrong(left: 4))
        guard case .verified = try door.check(token, door.codes[1]) else { throw Failure.notVerified }
        // By `other` a code never takes the identifier's way, however often it is asked for.
        #expect(door.sent.notes.withLock { $0.allSatisfy { $0.route == .sms } })
    }

    private enum Failure: Error { case notVerified, notOpened, notPutOff }
}
