import Foundation
import HTTPServer
import Synchronization
import Testing

/// A server on an address of its own, which answers with the length of what it was sent.
private final class Running {
    let server: WebServer
    let pool: WorkerPool
    let address: String
    let port: Int

    init(
        _ change: (inout ServerOptions) -> Void = { _ in },
        answer: @escaping @Sendable (Request) -> Reply = { .now(.text(200, "\($0.body.count) bytes\n")) }
    ) throws {
        var options = ServerOptions()
        let byte = { Int.random(in: 2...250) }
        (address, port) = ("127.\(byte()).\(byte()).\(byte())", Int.random(in: 20_000...29_000))
        options.place = .tcp(address: address, port: port)
        options.threads = 2
        change(&options)
        pool = WorkerPool(threads: 2, capacity: 10)
        server = WebServer(options: options, pool: pool, handler: answer)
        server.bodyLimit = { $0.path == "/take" ? 100_000 : 0 }
        try server.start()
    }

    deinit {
        server.stop()
        pool.stop()
    }

    func client(from source: String = "127.0.0.1") throws -> RawClient {
        try RawClient(address, port, from: source)
    }

    /// A request that stays open, or what became of it instead.
    func get(_ client: RawClient) -> String {
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        return client.answer(until: "bytes\n")
    }

    func begin(_ path: String, _ length: Int, sending: Int, from source: String = "127.0.0.1") throws -> RawClient {
        let client = try client(from: source)
        client.send("POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\r\n")
        client.send(String(repeating: "a", count: sending))
        return client
    }

    /// Waits until so many connections are open.
    func isOpen(_ count: Int) -> Bool {
        for _ in 0..<500 where server.openConnections != count { usleep(10_000) }
        return server.openConnections == count
    }

    /// Waits until so many bytes of bodies are held.
    func holds(_ bytes: Int) -> Bool {
        for _ in 0..<500 where server.bufferedBytes != bytes { usleep(10_000) }
        return server.bufferedBytes == bytes
    }
}

struct ServerTests {
    @Test func `one network has its share of the connections, and a closed one makes room`() throws {
        let running = try Running { $0.connectionsByNetwork = 3 }
        var held = try (0..<3).map { _ in try running.client() }
        for client in held { client.send("GET / HTTP/1.1\r\n") }
        #expect(running.isOpen(3))
        #expect(try running.get(running.client()) == "")
        #expect(running.server.turnedAwayConnections == 1)
        #expect(try running.get(running.client(from: "127.0.0.2")).hasPrefix("HTTP/1.1 200"))
        held.removeLast()
        var isServed = false
        for _ in 0..<500 where !isServed {
            isServed = try running.get(running.client()).hasPrefix("HTTP/1.1 200")
            if !isServed { usleep(10_000) }
        }
        #expect(isServed)
    }

    @Test func `connections are kept between requests while a network has half of its share`() throws {
        let running = try Running { $0.connectionsByNetwork = 4 }
        let held = try (0..<3).map { _ in try running.client() }
        #expect(running.isOpen(3))
        let crowded = running.get(held[0])
        #expect(crowded.hasPrefix("HTTP/1.1 200") && crowded.contains("Connection: close"))
        #expect(running.isOpen(2))
        let kept = running.get(held[1])
        #expect(kept.hasPrefix("HTTP/1.1 200") && !kept.contains("Connection: close"))
        #expect(try !running.get(running.client(from: "127.0.0.2")).contains("Connection: close"))
    }

    @Test func `a proxy that is trusted may have all connections`() throws {
        let running = try Running { options in
            (options.connectionsByNetwork, options.trustedProxies) = (2, ["127.0.0.3"])
        }
        let held = try (0..<6).map { _ in try running.client(from: "127.0.0.3") }
        for client in held { #expect(running.get(client).hasPrefix("HTTP/1.1 200")) }
        withExtendedLifetime(running) {}
    }

    @Test(arguments: [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", true), ("2001:db8:1:2::1", "2001:db8:1:3::1", false),
        ("2001:db8::1", "2001:db8::2", true), ("192.0.2.1", "192.0.2.2", false), ("192.0.2.1", "192.0.2.1", true),
    ])
    func `half an IPv6 address is one network, and a whole IPv4 one`(one: String, other: String, isSame: Bool) {
        #expect((RateLimiter.network(one) == RateLimiter.network(other)) == isSame)
    }

    /// More sources than are remembered one by one, as an IPv6 network can send from.
    @Test func `a flood of addresses is counted, and does not become everybody's count`() {
        let limiter = RateLimiter()
        #expect(limiter.count("ask", from: "192.0.2.1") == 1)
        for number in 0..<100_000 {
            _ = limiter.count("ask", from: "10.\(number >> 16).\(number >> 8 & 255).\(number & 255)")
        }
        // Who was known before keeps a count of their own.
        #expect(limiter.count("ask", from: "192.0.2.1") == 2 && limiter.seen("ask", from: "192.0.2.1") == 2)
        for _ in 0..<50 { _ = limiter.count("ask", from: "198.51.100.7") }
        #expect(limiter.seen("ask", from: "198.51.100.7") >= 50)
        for number in 0..<1000 { _ = limiter.count("ask", from: "172.16.\(number >> 8).\(number & 255)") }
        let others = (0..<100).map { limiter.seen("ask", from: "203.0.113.\($0)") }.sorted()
        #expect(others[50] < 5, "\(others)")
    }

    /// Sweeps for some seconds at most while the reader does what it does; returns whether the connection is still there.
    private func isKept(_ running: Running, seconds: Int, while read: () -> Void) -> Bool {
        for _ in 0..<seconds * 10 where running.server.openConnections == 1 {
            read()
            running.server.sweep()
            usleep(100_000)
        }
        return running.server.openConnections == 1
    }

    @Test(arguments: [(0, false), (1, false), (60_000, true)])
    func `an answer that is read a byte at a time is broken off, and a slow line is not`(bytes: Int, stays: Bool) throws
    {
        let running = try Running {
            $0.readerSeconds = 1
        } answer: { _ in
            .now(.text(200, String(repeating: "a", count: 50_000_000)))
        }
        let client = try running.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(running.isOpen(1))
        usleep(500_000)
        #expect(isKept(running, seconds: stays ? 3 : 20) { client.take(bytes) } == stays)
        withExtendedLifetime(client) {}
    }

    @Test func `a body that nobody reads takes no memory, and its sender sees the answer`() throws {
        let running = try Running()
        let known = try running.begin("/take", 12_000, sending: 10_000)
        #expect(running.holds(10_000))
        let unknown = try running.begin("/nothing", 12_000, sending: 10_000)
        unknown.send(String(repeating: "a", count: 2000))
        #expect(unknown.answer(until: "bytes\n").hasSuffix("\r\n\r\n0 bytes\n"))
        #expect(running.server.bufferedBytes == 10_000)
        known.send(String(repeating: "a", count: 2000))
        #expect(known.answer(until: "bytes\n").hasSuffix("\r\n\r\n12000 bytes\n"))
        #expect(running.holds(0))
    }

    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400", "bad request\n"),
        ("POST /take HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n", "413", "too large\n"),
    ])
    func `what is refused before any page sees it has the headers of every answer`(
        request: String, status: String, words: String
    ) throws {
        let running = try Running()
        let client = try running.client()
        client.send(request)
        let answer = client.answer(until: words)
        #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer)")
        for (name, value) in SecurityHeaders.all(isSecure: false) + [("Cache-Control", "no-store")] {
            #expect(answer.contains("\r\n\(name): \(value)\r\n"), "\(name)")
        }
        withExtendedLifetime(running) {}
    }

    @Test(arguments: ["", "a\r\nSet-Cookie: b=1", "a\u{0}"])
    func `a header that cannot be sent is our fault, and is said at once`(value: String) throws {
        let running = try Running { _ in
        } answer: { _ in
            var response = Response.text(200, "0 bytes\n")
            response.headers.append(("X-Made", value))
            return .now(response)
        }
        let client = try running.client()
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let answer = client.answer(until: "internal error\n")
        #expect(answer.hasPrefix("HTTP/1.1 500") && !answer.contains("Set-Cookie"), "\(answer)")
        #expect(answer.contains("\r\nX-Content-Type-Options: nosniff\r\n"))
        withExtendedLifetime(running) {}
    }

    @Test func `bodies of one network, and of all together, stay within the memory for them`() throws {
        // A quarter, 25,000 bytes, for one network.
        let running = try Running { $0.bufferedBytes = 100_000 }
        var held = [try running.begin("/take", 30_000, sending: 20_000)]
        #expect(running.holds(20_000))
        let greedy = try running.begin("/take", 10_000, sending: 10_000)
        let refusal = greedy.answer(until: "busy\n")
        #expect(refusal.hasPrefix("HTTP/1.1 503") && refusal.contains("Retry-After: "))
        for number in 2...5 {
            held.append(try running.begin("/take", 30_000, sending: 20_000, from: "127.0.0.\(number)"))
            #expect(running.holds(20_000 * number))
        }
        let late = try running.begin("/take", 10_000, sending: 10_000, from: "127.0.0.6")
        #expect(late.answer(until: "busy\n").hasPrefix("HTTP/1.1 503"))
        #expect(running.server.bufferedBytes <= 100_000)
        held = []
        #expect(running.holds(0))
        let served = try running.begin("/take", 10_000, sending: 10_000, from: "127.0.0.6")
        #expect(served.answer(until: "bytes\n").hasSuffix("10000 bytes\n"))
        withExtendedLifetime(running) {}
    }

    @Test func `a body is let go when its answer is made on another thread, too`() throws {
        let running = try Running { _ in
        } answer: { request in
            .later { .text(200, "\(request.body.count) bytes\n") }
        }
        let client = try running.begin("/take", 5000, sending: 5000)
        #expect(client.answer(until: "bytes\n").hasSuffix("5000 bytes\n"))
        // The connection stays open.
        #expect(running.holds(0))
        withExtendedLifetime(client) {}
    }

    @Test func `the end waits for an answer under way, and not for a sender that stalls`() throws {
        let begun = DispatchSemaphore(value: 0)
        let running = try Running { _ in
        } answer: { request in
            guard request.path == "/slow" else { return .now(.text(200, "")) }
            return .later {
                begun.signal()
                usleep(3_500_000)  // longer than the end waits for what is still to come
                return .text(200, "whole\n")
            }
        }
        let stalled = try running.begin("/take", 12_000, sending: 10_000)
        #expect(running.holds(10_000))
        let slow = try running.client()
        slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        begun.wait()
        let start = Date()
        running.server.stop()
        #expect(slow.answer().hasSuffix("whole\n"))
        // Who waits for the sender, too, waits for as long as an answer may take: 15 seconds.
        let seconds = Date().timeIntervalSince(start)
        #expect(seconds > 3 && seconds < 14)
        #expect(stalled.answer() == "")
    }

    @Test func `a sender that stalls alone does not hold the end up`() throws {
        let running = try Running()
        let stalled = try running.begin("/take", 12_000, sending: 10_000)
        #expect(running.holds(10_000))
        let start = Date()
        running.server.stop()
        #expect(Date().timeIntervalSince(start) < 14)
        #expect(stalled.answer() == "")
    }

    /// The library ends the process where a request is put off when the server ends: a connection that was kept brings one request
    /// after the other until it is closed.
    @Test func `requests that come on kept connections do not end the process`() throws {
        for _ in 0..<25 {
            let running = try Running { _ in
            } answer: { _ in
                .later { .text(200, "whole\n") }
            }
            let clients = try (0..<6).map { _ in try running.client() }
            let many = String(repeating: "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n", count: 500)
            for client in clients { client.send(many) }
            usleep(20_000)
            running.server.stop()
            withExtendedLifetime(clients) {}
        }
    }

    /// The library takes the listening socket away from its threads without a lock when it is told to accept nothing more, and ends
    /// the process where two of them do it: the end must not ask for that.
    @Test func `the end does not race with the library's threads`() throws {
        let port = Int.random(in: 29_001...29_900)
        for _ in 0..<400 {
            // The same place each time: it must have been given back.
            let running = try Running { ($0.threads, $0.place) = (4, .tcp(address: "127.2.3.4", port: port)) }
            running.server.stop()
        }
    }

    @Test func `who comes while the last answers are made is turned away`() throws {
        let begun = DispatchSemaphore(value: 0)
        let running = try Running { _ in
        } answer: { request in
            guard request.path == "/slow" else { return .now(.text(200, "late bytes\n")) }
            return .later {
                begun.signal()
                usleep(1_000_000)
                return .text(200, "whole\n")
            }
        }
        let slow = try running.client()
        slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        begun.wait()
        let server = running.server
        Thread { server.stop() }.start()
        usleep(300_000)
        let late = try? running.client()
        late?.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(late.map { $0.answer() } ?? "" == "")
        #expect(slow.answer().hasSuffix("whole\n"))
    }

    /// The wait for answers is over when the handler puts its request off: it must be told that nothing is put off any more.
    @Test func `a request that is put off after the wait for answers does not end the process`() throws {
        let running = try Running {
            ($0.answerSeconds, $0.arrivalSeconds) = (0.2, 0.1)
        } answer: { _ in
            usleep(600_000)
            return .later { .text(200, "whole\n") }
        }
        let client = try running.client()
        client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
        usleep(100_000)
        running.server.stop()
        // The connection may be closed before the refusal has left; what was put off is answered by nobody.
        #expect(!client.answer().contains("whole"))
    }
}
