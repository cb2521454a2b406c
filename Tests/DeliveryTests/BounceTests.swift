import Crypto
import Delivery
import Foundation
import Glibc
import Store
import Testing

/// A mail server that hands bounces over.
private final class Sender {
    private let file: Int32
    private var rest: [UInt8] = []

    init(_ path: String) throws {
        file = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var place = sockaddr_un()
        place.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &place.sun_path) { unsafe $0.copyBytes(from: Array(path.utf8)) }
        let isConnected = unsafe withUnsafePointer(to: place) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(file, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        try #require(isConnected)
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        unsafe setsockopt(file, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { close(file) }

    func send(_ text: String) {
        var bytes = Array((text + "\r\n").utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(file, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// The next line; empty when none came.
    func line() -> String {
        while true {
            if let end = rest.firstIndex(of: 10) {
                defer { rest.removeFirst(end + 1) }
                return String(decoding: rest[..<end], as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            }
            var piece = [UInt8](repeating: 0, count: 4096)
            let count = unsafe recv(file, &piece, piece.count, 0)
            guard count > 0 else { return "" }
            rest += piece[..<count]
        }
    }

    /// Says something and returns the last line of the answer.
    func ask(_ text: String) -> String {
        send(text)
        var answer = line()
        while answer.dropFirst(3).first == "-" { answer = line() }
        return answer
    }
}

/// An outbox whose messages a gateway has taken, and the door for what comes back.
private final class Returns {
    let post: Post
    let listener: BounceListener
    let path: String

    init(messages: Int = 1) throws {
        post = try Post()
        for number in 0..<messages { try post.add("m\(number)", .batch) }
        _ = try post.send()
        path = post.folder.appending(path: "b").path
        let key = post.key
        let address = try #require(BounceAddress("bounces@vote.example.org"))
        listener = try BounceListener(
            path: path, address: address,
            desk: ReceiptDesk(store: post.store, outbox: post.outbox, keyOf: { _ in key })
        ) { Issue.record("\($0)") }
    }

    deinit { listener.stop() }

    func tokens() throws -> [String] {
        try post.store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all("SELECT provider_id FROM outbox_message ORDER BY id") {
                (row: borrowing Row) throws(StoreError) -> String in try row[0]
            }
        }
    }

    func recipient(_ number: Int = 0) throws -> String {
        let token = try tokens()[number]
        return "bounces+\(token).\(ReceiptKey(post.key).tag(token))@vote.example.org"
    }

    func begin() throws -> Sender {
        let sender = try Sender(path)
        #expect(sender.line().hasPrefix("220"))
        #expect(sender.ask("LHLO mail.example.org").hasPrefix("250"))
        return sender
    }

    /// Hands one notification over; returns the answer.
    func hand(_ sender: Sender, to recipient: String, _ lines: [String]) -> String {
        #expect(sender.ask("MAIL FROM:<> SMTPUTF8").hasPrefix("250"))
        #expect(sender.ask("RCPT TO:<\(recipient)>").hasPrefix("250"))
        #expect(sender.ask("DATA").hasPrefix("354"))
        return sender.ask(lines.joined(separator: "\r\n") + "\r\n.")
    }
}

private func notification(type: String = "delivery-status", action: String = "failed") -> [String] {
    [
        "Content-Type: multipart/report", "", "--x", "Content-Type:  message/\(type)", "",
        "Reporting-MTA: dns; mail.example.org", "", "Final-Recipient: utf-8; j\u{E9}r\u{F4}me@exemple.example",
        "Action: \(action)", "Status: 5.1.1", "--x--",
    ]
}

struct BounceTests {
    @Test(arguments: ["delivery-status", "global-delivery-status"])
    func `a bounce is taken, with addresses in any writing`(type: String) throws {
        let returns = try Returns()
        let sender = try returns.begin()
        let recipient = try returns.recipient()
        #expect(returns.hand(sender, to: recipient, notification(type: type)).hasPrefix("250"))
        #expect(try returns.post.states == ["bounced"])
        // The first final word stands.
        #expect(returns.hand(sender, to: recipient, notification(type: type, action: "delivered")).hasPrefix("250"))
        #expect(try returns.post.states == ["bounced"])
    }

    @Test func `the greeting offers addresses in UTF-8`() throws {
        let returns = try Returns()
        let sender = try Sender(returns.path)
        #expect(sender.line().hasPrefix("220"))
        sender.send("LHLO x")
        var offers: [String] = []
        repeat { offers.append(sender.line()) } while offers.last?.hasPrefix("250-") == true
        #expect(offers.contains("250-SMTPUTF8"))
    }

    @Test func `senders that stall hold up nobody else`() throws {
        let returns = try Returns()
        let stalled = try (0..<3).map { _ in try returns.begin() }
        for sender in stalled { sender.send("MAIL FROM:<>") }
        let other = try returns.begin()
        #expect(try returns.hand(other, to: returns.recipient(), notification()).hasPrefix("250"))
        withExtendedLifetime(stalled) {}
    }

    @Test func `a message has no more recipients than a server must take`() throws {
        let returns = try Returns()
        let sender = try returns.begin()
        let recipient = try returns.recipient()
        #expect(sender.ask("MAIL FROM:<>").hasPrefix("250"))
        for _ in 0..<100 { #expect(sender.ask("RCPT TO:<\(recipient)>").hasPrefix("250")) }
        #expect(sender.ask("RCPT TO:<\(recipient)>").hasPrefix("452"))
        #expect(sender.ask("RSET").hasPrefix("250"))
        #expect(try returns.hand(sender, to: returns.recipient(), notification()).hasPrefix("250"))
    }

    @Test func `marks piled up in a report cost no time, and keep nothing from being read`() throws {
        let returns = try Returns(messages: 2)
        let sender = try returns.begin()
        let pile = "X: e" + String(repeating: "\u{301}", count: 4000)
        let recipient = try returns.recipient()
        let start = Date()
        var lines = notification()
        lines.insert(contentsOf: [String](repeating: pile, count: 100), at: 6)
        #expect(returns.hand(sender, to: recipient, lines).hasPrefix("250"))
        #expect(Date().timeIntervalSince(start) < 5)
        #expect(try returns.post.states == ["bounced", "accepted"])
        // As a command they end the connection.
        #expect(sender.ask(pile) == "")
    }

    enum Spelling: String, CaseIterable, Sendable { case upper, zero, percent, padding, dots, ats, short, other }

    @Test(arguments: Spelling.allCases) func `token and tag have one spelling`(spelling: Spelling) throws {
        let returns = try Returns(messages: 2)
        let (token, key) = (try returns.tokens()[0], ReceiptKey(returns.post.key))
        let tag = key.tag(token)
        let desk = ReceiptDesk(
            store: returns.post.store, outbox: returns.post.outbox, keyOf: { [key = returns.post.key] _ in key })
        let (local, domain) = ("bounces+\(token).\(tag)", "vote.example.org")
        let (changed, address) =
            switch spelling {
            case .upper: (tag.uppercased() == tag ? "A" + tag : tag.uppercased(), local.uppercased() + "@" + domain)
            case .zero: ("0" + tag, "bounces+0\(token).\(tag)@\(domain)")
            case .percent:
                ("%" + String(tag.utf8.first ?? 0, radix: 16) + tag.dropFirst(), "bounces%2B\(token).\(tag)@\(domain)")
            case .padding: (tag + "=", local + "=@" + domain)
            case .dots: (tag + ".", "bounces+\(token)..\(tag)@\(domain)")
            case .ats: (tag + "@", local + "@@" + domain)
            case .short: (String(tag.dropLast()), String(local.dropLast()) + "@" + domain)
            case .other: (key.tag(try returns.tokens()[1]), "bounces+\(token).@\(domain)")
            }
        #expect(try desk.take(token: token, tag: changed, delivered: true) == .foreign)
        let sender = try returns.begin()
        #expect(sender.ask("MAIL FROM:<>").hasPrefix("250"))
        #expect(sender.ask("RCPT TO:<\(address)>").hasPrefix("550"))
        #expect(sender.ask("RCPT TO:<\(local)@VOTE.example.org>").hasPrefix("250"))
        #expect(try returns.post.states == ["accepted", "accepted"])
        #expect(try desk.take(token: token, tag: tag, delivered: true) == .taken)
        #expect(try returns.post.states == ["delivered", "accepted"])
    }
}
