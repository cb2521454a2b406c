import Foundation
import HTTPClient
import HTTPServer
import Testing

/// A server on an address of its own.
private final class Gateway {
    private let server: WebServer
    private let pool: WorkerPool
    let url: String
    let secureURL: String

    init(certificate: (chain: String, key: String)? = nil, answer: @escaping @Sendable (Request) -> Response) throws {
        var options = ServerOptions()
        let byte = { Int.random(in: 2...250) }
        let (address, port) = ("127.\(byte()).\(byte()).\(byte())", Int.random(in: 20_000...29_000))
        (url, secureURL) = ("http://\(address):\(port)", "https://\(address):\(port)")
        options.place = .tcp(address: address, port: port)
        options.threads = 2
        options.certificate = certificate
        pool = WorkerPool(threads: 1, capacity: 10)
        server = WebServer(options: options, pool: pool) { .now(answer($0)) }
        server.bodyLimit = { _ in 100_000 }
        try server.start()
    }

    deinit {
        server.stop()
        pool.stop()
    }
}

/// What an outcome is, in words that can be compared.
private func said(_ outcome: WebClient.Outcome) -> String {
    switch outcome {
    case .response(let response): "\(response.status) \(response.body)"
    case .unsent: "unsent"
    case .unknown: "unknown"
    }
}

/// Requests to a gateway or a site that does what it likes.
struct WebClientTests {
    @Test func `a text is posted as it is, with its headers and no question before it`() throws {
        let gateway = try Gateway { request in
            let headers = ["x-one", "expect", "content-type"].map { request.header($0) ?? "-" }
            return .text(202, "\(request.method) \(headers) \(String(decoding: request.body, as: UTF8.self))")
        }
        let body = "a=\u{E9}&b=%41+\n" + String(repeating: "x", count: 5000)
        let outcome = WebClient.post(
            gateway.url + "/send", headers: ["X-One: secret", "Content-Type: text/x"], body: body)
        #expect(said(outcome) == "202 post [\"secret\", \"-\", \"text/x\"] \(body)")
    }

    @Test(arguments: [301, 302, 307, 308])
    func `a redirection is told and never followed`(status: Int) throws {
        let gateway = try Gateway { request in
            guard request.path == "/send" else { return .text(200, "followed") }
            var response = Response.text(status, "")
            response.headers.append(("Location", "/other?code=123456#" + request.path))
            return response
        }
        guard case .response(let response) = WebClient.post(gateway.url + "/send", headers: [], body: "x") else {
            Issue.record("no answer")
            return
        }
        #expect(response.status == status && response.body == "")
        // What stands behind the question mark may be a voter's.
        #expect(response.location == gateway.url + "/other")
        #expect(WebClient.get(gateway.url + "/send", headers: [])?.status == status)
    }

    @Test func `of a long address no more is told than fits into a message`() throws {
        let gateway = try Gateway { _ in
            var response = Response.text(302, "")
            response.headers.append(("Location", "http://a.example/" + String(repeating: "b", count: 1000)))
            return response
        }
        guard case .response(let response) = WebClient.post(gateway.url, headers: [], body: "x") else {
            Issue.record("no answer")
            return
        }
        #expect(response.location?.utf8.count == 200)
    }

    @Test func `a gateway's answer has 64 kibibytes at most, and after a longer one nobody knows`() throws {
        let gateway = try Gateway { request in
            Response(200, body: [UInt8](repeating: 97, count: request.path == "/fits" ? 65_536 : 65_537))
        }
        guard case .response(let response) = WebClient.post(gateway.url + "/fits", headers: [], body: "x") else {
            Issue.record("no answer")
            return
        }
        #expect(response.body.utf8.count == 65_536)
        #expect(said(WebClient.post(gateway.url + "/long", headers: [], body: "x")) == "unknown")
    }

    @Test func `a site's file has eight mebibytes at most, unless it is read in pieces`() throws {
        let largest = 8 << 20
        let gateway = try Gateway { request in
            Response(200, body: [UInt8](repeating: 97, count: request.path == "/fits" ? largest : largest + 1))
        }
        #expect(WebClient.get(gateway.url + "/fits", headers: [])?.body.count == largest)
        #expect(WebClient.get(gateway.url + "/long", headers: []) == nil)
        var taken = 0
        let whole = WebClient.read(gateway.url + "/long", headers: []) {
            taken += $0.count
            return true
        }
        #expect(whole == 200 && taken == largest + 1)
        taken = 0
        let beginning = WebClient.read(gateway.url + "/long", headers: []) {
            taken += $0.count
            return taken < 100_000
        }
        #expect(beginning == 200 && 100_000..<largest ~= taken)
    }

    @Test func `a page comes with the headers of its answer, each as often as it was sent`() throws {
        let gateway = try Gateway { request in
            var response = Response.text(404, "X-False: 1\r\n\r\n\(request.header("accept") ?? "-")")
            response.headers += [("X-Twice", "one"), ("X-TWICE", "two: three")]
            return response
        }
        let page = try #require(WebClient.page(gateway.url, headers: ["Accept: text/html"]))
        #expect(page.status == 404)
        #expect(page.headers.filter { $0.name == "x-twice" }.map(\.value) == ["one", "two: three"])
        #expect(!page.headers.contains { $0.name == "x-false" || $0.name != $0.name.lowercased() })
        // A body that looks like headers stays a body.
        #expect(String(decoding: page.body, as: UTF8.self) == "X-False: 1\r\n\r\ntext/html")
    }

    @Test func `where nobody listens nothing was sent`() throws {
        var gateway: Gateway? = try Gateway { _ in .text(200, "") }
        let url = try #require(gateway?.url)
        gateway = nil
        #expect(said(WebClient.post(url, headers: [], body: "x")) == "unsent")
        #expect(WebClient.get(url, headers: []) == nil)
        #expect(WebClient.page(url, headers: []) == nil)
    }

    @Test(arguments: ["file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "dict://127.0.0.1/", ""])
    func `no other protocol is spoken`(url: String) {
        #expect(said(WebClient.post(url, headers: [], body: "x")) == "unsent")
        #expect(WebClient.get(url, headers: []) == nil)
        #expect(WebClient.read(url, headers: []) { _ in true } == nil)
    }
}

/// Connections that are not to be believed, or lead nowhere.
struct WebClientTrustTests {
    /// A certificate that nobody signed but itself.
    private func certificate() throws -> (chain: String, key: String) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-client-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.currentDirectoryURL = folder
        openssl.standardError = FileHandle.nullDevice
        openssl.arguments = [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "c.pem", "-days",
            "2",
            "-subj", "/CN=localhost",
        ]
        try openssl.run()
        openssl.waitUntilExit()
        func text(_ name: String) throws -> String {
            try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        }
        return (try text("c.pem"), try text("k.pem"))
    }

    @Test func `a certificate that nobody vouches for gets nothing`() throws {
        let gateway = try Gateway(certificate: try certificate()) { _ in .text(200, "told") }
        #expect(said(WebClient.post(gateway.secureURL, headers: ["X-Secret: 1"], body: "x")) == "unsent")
        #expect(WebClient.get(gateway.secureURL, headers: []) == nil)
        #expect(WebClient.read(gateway.secureURL, headers: []) { _ in true } == nil)
    }

    @Test func `a server that speaks no TLS gets nothing either`() throws {
        let gateway = try Gateway { _ in .text(200, "told") }
        #expect(said(WebClient.post(gateway.secureURL, headers: [], body: "x")) == "unsent")
        #expect(WebClient.get(gateway.secureURL, headers: []) == nil)
    }

    /// The kernel takes the connection and the request; nobody reads them.
    @Test func `who takes a text and never answers is given up after half a minute`() async throws {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(file) }
        var place = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        place.sin_family = sa_family_t(AF_INET)
        try #require(unsafe inet_pton(AF_INET, "127.0.0.1", &place.sin_addr) == 1)
        let isListening = unsafe withUnsafeMutablePointer(to: &place) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(file, $0, size) == 0 && listen(file, 4) == 0 && getsockname(file, $0, &size) == 0
            }
        }
        try #require(isListening)
        let url = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))/"
        // On a thread of its own, so that other tests go on meanwhile; timed there, for whoever waits for it may have to wait
        // for those tests.
        let (outcome, seconds) = await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let start = ContinuousClock.now
                let outcome = said(WebClient.post(url, headers: [], body: "x"))
                continuation.resume(returning: (outcome, start.duration(to: .now) / .seconds(1)))
            }
        }
        #expect(outcome == "unknown" && 29..<45 ~= seconds, "\(outcome) after \(seconds) s")
    }
}
