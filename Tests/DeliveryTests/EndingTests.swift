import Contacts
import Crypto
import Delivery
import Dispatch
import Foundation
import Glibc
import Store
import Synchronization
import Testing
import Threads

/// A relay that takes its time, on a thread for each connection.
final class SlowRelay: Sendable {
    let port: Int
    private let file: Int32
    private let pause: UInt32
    /// Whether it answers once a body has come.
    private let answersBodies: Bool
    private let bodies = Mutex(0)
    /// Mails that came in full.
    var taken: Int { bodies.withLock { $0 } }

    init(milliseconds: UInt32, answersBodies: Bool = true) throws {
        (pause, self.answersBodies) = (milliseconds * 1000, answersBodies)
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = unsafe withUnsafeMutablePointer(to: &place) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(file, $0, size) == 0 && listen(file, 64) == 0 && getsockname(file, $0, &size) == 0
            }
        }
        try #require(isBound)
        (self.file, port) = (file, Int(UInt16(bigEndian: place.sin_port)))
        Thread { [self] in
            while case let connection = accept(file, nil, nil), connection >= 0 {
                Thread { [self] in serve(connection) }.start()
            }
        }.start()
    }

    func stop() {
        shutdown(file, Int32(SHUT_RDWR))
        close(file)
    }

    private func serve(_ connection: Int32) {
        defer { close(connection) }
        func say(_ text: String) -> Bool {
            usleep(pause)
            let bytes = Array((text + "\r\n").utf8)
            return unsafe send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        }
        guard say("220 slow") else { return }
        var (rest, isBody): ([UInt8], Bool) = ([], false)
        var piece = [UInt8](repeating: 0, count: 4096)
        while case let count = unsafe recv(connection, &piece, piece.count, 0), count > 0 {
            rest += piece[..<count]
            while let end = rest.firstIndex(of: 10) {
                let line = String(decoding: rest[..<end], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
                rest.removeFirst(end + 1)
                if isBody {
                    guard line == "." else { continue }
                    isBody = false
                    bodies.withLock { $0 += 1 }
                    if answersBodies, !say("250 2.0.0 taken") { return }
                } else if line == "DATA" {
                    isBody = true
                    guard say("354 go on") else { return }
                } else {
                    guard say(line == "QUIT" ? "221 bye" : "250 ok"), line != "QUIT" else { return }
                }
            }
        }
    }
}

/// Says at once, while it is asked to send, that the message arrived.
private final class HastyGateway: SMSProvider {
    private let receipts: ReceiptService
    private let outcome: DeliveryOutcome?

    init(_ receipts: ReceiptService, _ outcome: DeliveryOutcome?) {
        (self.receipts, self.outcome) = (receipts, outcome)
    }

    func send(_ message: SMS) -> DeliveryOutcome {
        do throws(StoreError) {
            let taken = try receipts.take(token: message.reference, tag: message.tag, delivered: true)
            #expect(taken == .taken)
            #expect(try receipts.take(token: message.reference, tag: "0" + message.tag, delivered: true) == .foreign)
        } catch { Issue.record("\(error)") }
        return outcome ?? .accepted(providerID: message.reference)
    }
}

/// A gateway that answers after a while, and rings the bell for the end meanwhile.
private final class LateGateway: SMSProvider {
    private let bell: WakeSignal
    private let count = Mutex(0)
    var sent: Int { count.withLock { $0 } }

    init(_ bell: WakeSignal) { self.bell = bell }

    func send(_ message: SMS) -> DeliveryOutcome {
        count.withLock { $0 += 1 }
        bell.stop()
        usleep(300_000)
        return .accepted(providerID: message.reference)
    }
}

extension Post {
    func courier(_ relay: SlowRelay) throws -> Courier {
        let key = key
        let mail = MailRelay(host: "127.0.0.1", port: relay.port, encryption: .none, name: "test")
        return try Courier(store: store, outbox: outbox, mail: .relay(mail), sms: nil, keyOf: { _ in key })
    }

    /// Receipts that came before the handing over was written down.
    fileprivate var early: Int {
        get throws {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try reading.number("SELECT count(*) FROM outbox_early")
            }
        }
    }

    fileprivate func count(_ state: String) throws -> Int { try states.count { $0 == state } }
}

/// The end of a program in the middle of a mailing.
struct EndingTests {
    @Test func `a bell that stops ends a mailing, and what was not begun waits`() throws {
        let post = try Post()
        for number in 0..<500 { try post.add("m\(number)", .batch, by: .email) }
        let relay = try SlowRelay(milliseconds: 100)
        defer { relay.stop() }
        let (courier, bell, group) = (try post.courier(relay), WakeSignal(), DispatchGroup())
        try courier.begin(bell, in: group) { Issue.record("\($0)") }
        for _ in 0..<200 where try post.count("accepted") == 0 { usleep(50_000) }
        bell.stop()
        group.wait()
        let (accepted, waiting) = (try post.count("accepted"), try post.count("waiting"))
        #expect(accepted > 0 && waiting > 400 && accepted + waiting == 500, "\(accepted) \(waiting)")
    }

    /// What lies damaged in the store says nothing of the relay.
    @Test func `mails that never reached the relay do not pause it`() throws {
        let post = try Post()
        for number in 0..<40 { try post.add("m\(number)", .batch, by: .email) }
        try post.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE outbox_message SET sealed = x'00' WHERE id > 1")
        }
        let relay = try SlowRelay(milliseconds: 1)
        defer { relay.stop() }
        let report = try post.courier(relay).run()
        let pauses = try post.store.read { (r: borrowing Reading) throws(StoreError) in
            try post.outbox.reports.pauses(r)
        }
        #expect(pauses.isEmpty && report.troubles.isEmpty, "\(report.troubles)")
        let (accepted, failed) = (try post.count("accepted"), try post.count("failed"))
        #expect(accepted == 1 && failed == 39)
    }

    @Test func `a relay that never answers holds the end up no longer than ten seconds`() throws {
        let post = try Post()
        for number in 0..<30 { try post.add("m\(number)", .batch, by: .email) }
        let relay = try SlowRelay(milliseconds: 1, answersBodies: false)
        defer { relay.stop() }
        let (courier, bell, group) = (try post.courier(relay), WakeSignal(), DispatchGroup())
        try courier.begin(bell, in: group) { _ in }
        usleep(1_500_000)
        bell.stop()
        let start = Date()
        group.wait()
        // The relay's own limit is five minutes.
        #expect(Date().timeIntervalSince(start) < 60)
        // Nobody knows of the ten that were handed over; the others were never begun.
        #expect(try post.count("unknown") == 10 && post.count("waiting") == 20)
    }

    @Test func `an SMS that was begun is ended, and no other one is begun`() throws {
        let post = try Post()
        for number in 0..<20 { try post.add("m\(number)", .batch) }
        let (bell, group, key) = (WakeSignal(), DispatchGroup(), post.key)
        let gateway = LateGateway(bell)
        let courier = try Courier(store: post.store, outbox: post.outbox, mail: nil, sms: gateway, keyOf: { _ in key })
        try courier.begin(bell, in: group) { Issue.record("\($0)") }
        group.wait()
        #expect(gateway.sent == 1)
        #expect(try post.count("accepted") == 1 && post.count("waiting") == 19)
    }

    /// One message that was handed to a gateway whose receipt comes before its answer.
    private func sent(with outcome: DeliveryOutcome?) throws -> Post {
        let post = try Post()
        try post.add("x", .batch)
        let key = post.key
        let receipts = ReceiptService(store: post.store, outbox: post.outbox, keyOf: { _ in key })
        let courier = try Courier(
            store: post.store, outbox: post.outbox, mail: nil, sms: HastyGateway(receipts, outcome), keyOf: { _ in key }
        )
        _ = try courier.run()
        return post
    }

    @Test(arguments: [nil, .unknown("the connection was lost")] as [DeliveryOutcome?])
    func `a receipt that comes before the handing over is written down is not lost`(outcome: DeliveryOutcome?) throws {
        let post = try sent(with: outcome)
        #expect(try post.states == ["delivered"])
        #expect(try post.early == 0)
    }

    /// What was said of an attempt that was refused says nothing of the next one.
    @Test(arguments: [.failed("400 unknown number"), .temporary("503")] as [DeliveryOutcome])
    func `a receipt of a refused attempt does not outlive it`(outcome: DeliveryOutcome) throws {
        let post = try sent(with: outcome)
        #expect(try post.early == 0)
        #expect(try ["failed", "waiting"].contains(post.states[0]))
    }

    /// The program was killed between the gateway's receipt and the answer's being written down.
    @Test func `what the gateway has spoken of is not sent again after a kill`() throws {
        let post = try Post()
        for number in 0..<2 { try post.add("m\(number)", .batch) }
        let outbox = post.outbox
        try post.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("UPDATE outbox_message SET state = 'sent'")
            let tokens = try transaction.reading.all("SELECT provider_id FROM outbox_message ORDER BY id") {
                (row: borrowing Row) throws(StoreError) -> String in try row[0]
            }
            _ = try outbox.lease.takeReceipt(transaction, providerID: tokens[0], delivered: true)
        }
        let key = post.key
        let gateway = LateGateway(WakeSignal())
        let courier = try Courier(store: post.store, outbox: outbox, mail: nil, sms: gateway, keyOf: { _ in key })
        _ = try courier.run()
        #expect(gateway.sent == 1)
        #expect(try post.states == ["delivered", "accepted"])
    }

    @Test func `what came early goes with the election`() throws {
        let post = try Post()
        try post.add("x", .batch)
        let outbox = post.outbox
        let (before, after) = try post.store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (Int, Int) in
            let token = try transaction.reading.first("SELECT provider_id FROM outbox_message") {
                (row: borrowing Row) throws(StoreError) -> String in try row[0]
            }
            _ = try outbox.lease.takeReceipt(
                transaction, providerID: token ?? "", delivered: false, reply: "bounced 5.1.1")
            let before = try transaction.reading.number("SELECT count(*) FROM outbox_early")
            try outbox.erase(transaction, election: 1)
            return (before, try transaction.reading.number("SELECT count(*) FROM outbox_early"))
        }
        #expect(before == 1 && after == 0)
    }

    @Test func `nothing tells where a destroyed election's messages went`() throws {
        let post = try Post()
        try post.add("x", .batch)
        let outbox = post.outbox
        let kept = try post.store.write { (transaction: borrowing Transaction) throws(StoreError) -> (Int, Int) in
            try transaction.execute(
                "UPDATE outbox_message SET place = 'example.org', state = 'bounced', reply = 'v1@example.org'")
            let before = try transaction.reading.number("SELECT count(*) FROM outbox_message WHERE place IS NOT NULL")
            try outbox.erase(transaction, election: 1)
            return (
                before,
                try transaction.reading.number(
                    "SELECT count(*) FROM outbox_message WHERE coalesce(place, reply, provider_id) IS NOT NULL")
            )
        }
        #expect(kept == (1, 0))
    }

    @Test func `a destroyed election's waiting messages stop no courier`() throws {
        let post = try Post()
        try post.add("x", .batch)
        let outbox = post.outbox
        try post.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try outbox.erase(transaction, election: 1)
        }
        #expect(try post.states == ["withdrawn"])
        let key = post.key
        let courier = try Courier(
            store: post.store, outbox: outbox, mail: nil, sms: LateGateway(WakeSignal()), keyOf: { _ in key })
        _ = try courier.run()
        #expect(try post.states == ["withdrawn"])
    }

    @Test func `a bell waits as long as it was told, is heard, and ends`() {
        let bell = WakeSignal()
        var heard = 0
        let start = Date()
        #expect(bell.wait(milliseconds: 300, heard: &heard))
        #expect(Date().timeIntervalSince(start) > 0.29)
        bell.ring()
        // One that came before counts, and counts once.
        #expect(bell.wait(milliseconds: 60_000, heard: &heard) && heard == 1)
        #expect(bell.wait(milliseconds: 1, heard: &heard) && heard == 1)
        bell.stop()
        #expect(!bell.wait(milliseconds: 60_000, heard: &heard) && bell.isStopped)
        #expect(Date().timeIntervalSince(start) < 55)
    }

    @Test func `work on a thread of its own begins and is counted`() throws {
        let group = DispatchGroup()
        let done = Atomic(0)
        for _ in 0..<20 { try OwnThread.begin("a test", in: group) { done.add(1, ordering: .relaxed) } }
        group.wait()
        #expect(done.load(ordering: .relaxed) == 20)
    }
}
