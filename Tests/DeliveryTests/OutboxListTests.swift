import Crypto
import Delivery
import Store
import Synchronization
import Testing

struct OutboxListTests {
    private func open(_ post: Post) throws -> Int {
        try post.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try post.outbox.openMailing(transaction, election: 1, .issue, by: "staff:anne")
        }
    }

    /// As the gateway leaves what it refused.
    private func fail(_ post: Post) throws {
        let now = post.hands.time.withLock { $0 }
        try post.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                "UPDATE outbox_message SET state = 'failed', ended_at = ?, reply = '551' WHERE state = 'waiting'", now)
        }
    }

    private func retry(_ post: Post, _ selection: MessageSelection) throws -> Int {
        try post.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try post.outbox.retry(transaction, election: 1, unknown: false, of: selection)
        }
    }

    @Test func `a retry is for what was selected`() throws {
        let post = try Post()
        let (one, other) = (try open(post), try open(post))
        try post.add("a", .batch, mailing: one)
        try post.add("b", .batch, mailing: other)
        try post.add("c", .batch)
        try fail(post)
        try post.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("INSERT INTO outbox_pause (channel, reason, since) VALUES ('sms', 'no credit', 1)")
        }
        #expect(try retry(post, MessageSelection(mailing: 99)) == 0)
        #expect(try retry(post, MessageSelection(place: "+336", mailing: one)) == 0)
        #expect(try post.states == ["failed", "failed", "failed"])
        #expect(try retry(post, MessageSelection(place: "+336399", mailing: other)) == 1)
        #expect(try post.states == ["failed", "waiting", "failed"])
        let paused = try post.store.read { (reading: borrowing Reading) throws(StoreError) in
            (
                try post.outbox.pauses(reading).count,
                try post.outbox.occurs(reading, election: 1, MessageSelection(place: "+336399")),
                try post.outbox.occurs(reading, election: 1, MessageSelection(place: "+336398"))
            )
        }
        #expect(paused == (1, true, false))
        #expect(try retry(post, MessageSelection()) == 2)
        let counts = try post.store.read { (reading: borrowing Reading) throws(StoreError) in
            (try post.outbox.pauses(reading).count, try post.outbox.counts(reading, election: 1).map(\.mailing))
        }
        #expect(counts.0 == 0 && Set(counts.1) == [one, other, nil])
    }

    @Test func `a retry hastens what failed before, and nothing that waits for its time`() throws {
        let post = try Post()
        for word in ["a", "b", "c"] { try post.add(word, .batch) }
        let now = post.hands.time.withLock { $0 }
        try post.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            // A delayed reset, one that was refused for now, and word of the hours that is held after it was refused for now.
            try transaction.execute(
                "UPDATE outbox_message SET kind = 'resetReady', due_at = ? WHERE id = 1", now + 3600)
            try transaction.execute("UPDATE outbox_message SET attempts = 1, due_at = ? WHERE id = 2", now + 3600)
            try transaction.execute(
                "UPDATE outbox_message SET kind = 'pollExtended', attempts = 1, due_at = ? WHERE id = 3", now + 3600)
            try post.outbox.holdNews(transaction, election: 1, isHeld: true)
        }
        #expect(try retry(post, MessageSelection()) == 1)
        let due = try post.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all("SELECT due_at FROM outbox_message ORDER BY id") {
                (row: borrowing Row) throws(StoreError) -> Int in try row[0]
            }
        }
        #expect(due[0] == now + 3600 && due[1] == now && due[2] > now + 3600)
        #expect(try post.send().accepted == 1)
    }

    @Test(arguments: [nil, "https://console.example.org"])
    func `what waits for a member of the staff leaves with the console's present address`(own: String?) throws {
        let post = try Post()
        let hands = post.hands
        let outbox = Outbox(clock: Clock { hands.time.withLock { $0 } }, randomness: .system, console: own)
        var shared = Dictionary(uniqueKeysWithValues: MessageEnvelope.sharedNames.map { ($0, $0) })
        shared["address"] = "https://scrutin.example.org"
        let frame = MessageEnvelope(
            kind: .staffApproval, language: "fr", senderName: "S", senderAddress: "s@example.org", shared: shared,
            flags: Dictionary(uniqueKeysWithValues: MessageEnvelope.flagNames.map { ($0, false) }), senderLines: [],
            text: "{{console}}", html: nil)
        let (queue, key) = (outbox.queue(election: 1, key: post.key), post.key)
        try post.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let number = try outbox.store(transaction, frame)
            try queue.begin(transaction)
            try queue.add(
                transaction,
                NewMessage(
                    subject: -1, kind: .staffApproval, generation: 1, route: .sms, priority: .recovery, frame: number,
                    recipient: Array("+33639980001".utf8),
                    values: ["greeting": "", "console": "https://vote.example.org/manager/approvals", "until": ""]))
        }
        let courier = try Courier(store: post.store, outbox: outbox, mail: nil, sms: post.gateway, keyOf: { _ in key })
        #expect(try courier.run().accepted == 1)
        #expect(post.gateway.seen == ["\(own ?? "https://scrutin.example.org")/manager/approvals"])
    }

    @Test func `a message tells everything that it was`() throws {
        let post = try Post()
        try post.add("a", .batch)
        let start = post.hands.time.withLock { $0 }
        post.wait(seconds: 60)
        try fail(post)
        post.wait(seconds: 60)
        _ = try retry(post, MessageSelection())
        post.wait(seconds: 60)
        _ = try post.send()
        let messages = try post.store.read { (reading: borrowing Reading) throws(StoreError) in
            try post.outbox.messages(reading, election: 1, subject: 1)
        }
        let steps = messages.flatMap(\.steps)
        #expect(steps.map(\.state) == [.waiting, .failed, .waiting, .accepted])
        #expect(steps.map(\.at) == [start, start + 60, start + 120, start + 180])
        #expect(steps.map(\.reply) == [nil, "551", nil, nil])
    }
}
