import Crypto
import Delivery
import Foundation
import Glibc
import Store
import Testing

/// A mail server that hands bounces over.
final class Sender {
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

/// An outbox whose messages a gateway has taken, and the listener for what comes back.
final class Returns {
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
            receipts: ReceiptService(store: post.store, outbox: post.outbox, keyOf: { _ in key })
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
    /// - Parameter from: the envelope's sender.
    func hand(_ sender: Sender, to recipient: String, _ lines: [String], from: String = "") -> String {
        #expect(sender.ask("MAIL FROM:<\(from)> SMTPUTF8").hasPrefix("250"))
        #expect(sender.ask("RCPT TO:<\(recipient)>").hasPrefix("250"))
        #expect(sender.ask("DATA").hasPrefix("354"))
        return sender.ask(lines.joined(separator: "\r\n") + "\r\n.")
    }
}
