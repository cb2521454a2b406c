import Contacts
import Crypto
import Delivery
import Foundation
import Journal
import Store
import Synchronization
import Testing

/// Keeps what it is given, in order.
final class Gateway: SMSProvider {
    private let texts = Mutex<[String]>([])

    var seen: [String] { texts.withLock { $0 } }

    func send(_ message: SMS) -> DeliveryOutcome {
        texts.withLock { $0.append(message.text) }
        return .accepted(providerID: message.reference)
    }
}

/// An outbox whose time stands still until it is moved.
final class Post {
    let folder: URL
    let store: Store
    let outbox: Outbox
    let key = ElectionKey(from: .system)
    let gateway = Gateway()

    final class Hands: Sendable { let time = Mutex(1_760_000_000) }
    let hands = Hands()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-post-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        store = try Store(
            path: folder.appending(path: "s.sqlite").path,
            migrations: JournalSchema.migrations + DeliverySchema.migrations, now: 1)
        let hands = hands
        outbox = Outbox(clock: Clock { hands.time.withLock { $0 } }, randomness: .system)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func wait(seconds: Int) { hands.time.withLock { $0 += seconds } }

    /// Queues an SMS, or a mail, whose text is `word`.
    func add(
        _ word: String, _ priority: Priority, by route: Channel = .sms, expiresIn seconds: Int? = nil,
        mailing: Int? = nil, of election: Int = 1
    ) throws {
        let frame = MessageEnvelope(
            kind: .identifier, language: "fr", senderName: "S", senderAddress: "s@example.org",
            shared: Dictionary(uniqueKeysWithValues: MessageEnvelope.sharedNames.map { ($0, $0) }),
            flags: Dictionary(uniqueKeysWithValues: MessageEnvelope.flagNames.map { ($0, false) }), senderLines: [],
            text: route == .sms ? "{{identifier}}" : "Subject\n\n{{identifier}}\n", html: nil)
        let (outbox, queue) = (outbox, outbox.queue(election: election, key: key))
        queue.mailing = mailing
        let now = hands.time.withLock { $0 }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let number = try outbox.store(transaction, frame)
            try queue.begin(transaction)
            let subject = try transaction.reading.number("SELECT count(*) + 1 FROM outbox_message")
            try queue.add(
                transaction,
                NewMessage(
                    subject: subject, kind: .identifier, generation: 1, route: route, priority: priority, frame: number,
                    recipient: Array((route == .sms ? "+33639980001" : "v@example.org").utf8),
                    values: ["greeting": "", "identifier": word], expiresAt: seconds.map { now + $0 }))
        }
    }

    func send(_ policy: SMSPolicy = SMSPolicy()) throws -> Courier.Report {
        let key = key
        let courier = try Courier(
            store: store, outbox: outbox, mail: nil, sms: gateway, policy: policy, keyOf: { _ in key })
        return try courier.run()
    }

    var states: [String] {
        get throws {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try reading.all("SELECT state FROM outbox_message ORDER BY id") {
                    (row: borrowing Row) throws(StoreError) -> String in try row[0]
                }
            }
        }
    }
}

struct CourierTests {
    @Test func `codes go before recovery, and recovery before batches`() throws {
        let post = try Post()
        for (word, priority) in [
            ("b1", Priority.batch), ("r1", .recovery), ("b2", .batch), ("c1", .code), ("c2", .code),
        ] {
            try post.add(word, priority)
        }
        #expect(try post.send().accepted == 5)
        #expect(post.gateway.seen == ["c1", "c2", "r1", "b1", "b2"])
    }

    /// Refuses everybody, but for those that are due to be taken.
    private final class Refusing: SMSProvider {
        private let asked = Mutex(0)
        private let taken: Set<Int>
        /// What it answers, one after the other and again from the first.
        private let words: [String]

        init(taking taken: Set<Int> = [], words: [String] = ["HTTP 400"]) { (self.taken, self.words) = (taken, words) }

        var count: Int { asked.withLock { $0 } }

        func send(_ message: SMS) -> DeliveryOutcome {
            let number = asked.withLock { asked in
                asked += 1
                return asked
            }
            return taken.contains(number)
                ? .accepted(providerID: message.reference) : .failed(words[number % words.count])
        }
    }

    @Test(arguments: [["HTTP 400", "HTTP 422"], (0..<25).map { "HTTP 400: request \($0)" }])
    func `a gateway that refuses everybody is paused, whatever words it uses`(words: [String]) throws {
        let post = try Post()
        for number in 0..<40 { try post.add("x\(number)", .batch) }
        let (gateway, key) = (Refusing(words: words), post.key)
        let courier = try Courier(
            store: post.store, outbox: post.outbox, mail: nil, sms: gateway, keyOf: { _ in key })
        let trouble = try #require(try courier.run().troubles.first)
        #expect(gateway.count == 25)
        #expect(trouble.contains("refused 25 messages in a row (HTTP 4"))
        // Some of the answers are named, whichever came first.
        #expect(words.count { trouble.contains("\($0);") || trouble.contains("\($0))") } == min(words.count, 3))
        #expect(trouble.count < 300, "\(trouble)")
        let pauses = try post.store.read { (r: borrowing Reading) throws(StoreError) in
            try post.outbox.reports.pauses(r)
        }
        #expect(pauses.map(\.route) == ["sms"])
    }

    @Test func `a gateway that refuses everybody with the same words is paused`() throws {
        let post = try Post()
        for number in 0..<40 { try post.add("x\(number)", .batch) }
        let (gateway, key) = (Refusing(), post.key)
        let courier = try Courier(
            store: post.store, outbox: post.outbox, mail: nil, sms: gateway, keyOf: { _ in key })
        let report = try courier.run()
        #expect(
            gateway.count == 25 && report.troubles.first?.contains("refused 25 messages in a row (HTTP 400)") == true)
        let pauses = try post.store.read { (r: borrowing Reading) throws(StoreError) in
            try post.outbox.reports.pauses(r)
        }
        #expect(pauses.map(\.route) == ["sms"])
        #expect(try post.states.count { $0 == "waiting" } == 15)
    }

    @Test func `one message that is taken shows that the gateway works`() throws {
        let post = try Post()
        for number in 0..<40 { try post.add("x\(number)", .batch) }
        let (gateway, key) = (Refusing(taking: [20]), post.key)
        let courier = try Courier(
            store: post.store, outbox: post.outbox, mail: nil, sms: gateway, keyOf: { _ in key })
        #expect(try courier.run().troubles == [] && gateway.count == 40)
    }

    @Test func `a used-up budget stops its own class, and never codes`() throws {
        let post = try Post()
        for (word, priority) in [
            ("b1", Priority.batch), ("b2", .batch), ("r1", .recovery), ("c1", .code), ("c2", .code),
        ] {
            try post.add(word, priority)
        }
        var policy = SMSPolicy()
        policy.budgets = [.code: 0, .recovery: 1, .batch: 1]
        let report = try post.send(policy)
        #expect(post.gateway.seen == ["c1", "c2", "r1", "b1"])
        #expect(report.troubles.count == 1)
        post.wait(seconds: 86_400)
        #expect(try post.send(policy).accepted == 1)
    }

    @Test func `an expired code is not sent, and its secret is gone`() throws {
        let post = try Post()
        try post.add("late", .code, expiresIn: 600)
        try post.add("in time", .code, expiresIn: 601)
        post.wait(seconds: 600)
        #expect(try post.send().accepted == 1)
        #expect(post.gateway.seen == ["in time"])
        // Nobody takes its content away who is not sure of the time.
        #expect(try post.states == ["waiting", "accepted"])
        let outbox = post.outbox
        try post.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try outbox.lease.expire(transaction)
        }
        #expect(try post.states == ["expired", "accepted"])
        let secrets = try post.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number("SELECT count(*) FROM outbox_message WHERE sealed IS NOT NULL")
        }
        #expect(secrets == 0)
    }

    @Test func `a receipt says whether the message arrived`() throws {
        let post = try Post()
        try post.add("x", .batch)
        try post.add("y", .batch)
        _ = try post.send()
        let outbox = post.outbox
        let found = try post.store.write { (transaction: borrowing Transaction) throws(StoreError) -> [Bool] in
            let numbers = try transaction.reading.all("SELECT provider_id FROM outbox_message ORDER BY id") {
                (row: borrowing Row) throws(StoreError) -> String in try row[0]
            }
            return [
                try outbox.lease.takeReceipt(transaction, providerID: numbers[0], delivered: true),
                try outbox.lease.takeReceipt(transaction, providerID: numbers[1], delivered: false),
                try outbox.lease.takeReceipt(transaction, providerID: "unknown", delivered: true),
                // What comes later, or again, changes nothing.
                try outbox.lease.takeReceipt(
                    transaction, providerID: numbers[0], delivered: false, reply: "bounced 5.1.1"),
                try outbox.lease.takeReceipt(transaction, providerID: numbers[1], delivered: true),
                try outbox.lease.takeReceipt(transaction, providerID: numbers[1], delivered: false),
            ]
        }
        #expect(found == [true, true, false, false, false, false])
        #expect(try post.states == ["delivered", "bounced"])
    }

    @Test func `failed messages are wiped after 30 days`() throws {
        let post = try Post()
        try post.add("x", .batch)
        var policy = SMSPolicy()
        policy.prefixes = ["+44"]
        #expect(try post.send(policy).failed == 1)
        func secrets() throws -> Int {
            try post.store.read { (reading: borrowing Reading) throws(StoreError) in
                try reading.number("SELECT count(*) FROM outbox_message WHERE sealed IS NOT NULL")
            }
        }
        #expect(try secrets() == 1)
        post.wait(seconds: 31 * 86_400)
        let outbox = post.outbox
        try post.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try outbox.lease.expire(transaction)
        }
        #expect(try secrets() == 0)
        #expect(try post.states == ["failed"])
    }

    @Test func `a second dispatcher is refused, and a dead one's lease is taken over`() throws {
        let post = try Post()
        let key = post.key
        var first: Courier? = try Courier(
            store: post.store, outbox: post.outbox, mail: nil, sms: post.gateway, keyOf: { _ in key })
        #expect(throws: StoreError.self) { try post.send() }
        withExtendedLifetime(first) {}
        first = nil
        try post.add("x", .batch)
        #expect(try post.send().accepted == 1)
    }
}
