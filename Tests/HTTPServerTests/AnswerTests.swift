import HTTPServer
import Synchronization
import Testing

/// What a request says of where it comes from, and what every answer is given.
struct AnswerTests {
    private static func request(_ headers: [String: String] = [:], path: String = "/a") -> Request {
        Request(method: .post, path: path, headers: headers.map { Request.Field(name: $0, value: $1) })
    }

    @Test(
        arguments: [
            ([:], true), (["origin": "own"], true), (["origin": "Own"], false), (["origin": ""], false),
            (["sec-fetch-site": "same-origin"], true), (["sec-fetch-site": "cross-site"], false),
            (["origin": "own", "sec-fetch-site": "none"], false),
            (["origin": "null", "sec-fetch-site": "same-origin"], false),
        ])
    func `a request comes from the own site where nothing says otherwise`(headers: [String: String], isOwn: Bool) {
        #expect(OriginCheck { $0 == "own" }.admits(Self.request(headers)) == isOwn)
    }

    /// Finishes an answer.
    /// - Returns: the answer, and the lines of the log.
    private func finished(
        _ response: Response, isSecure: Bool = true, isSilent: Bool = false,
        metrics: Metrics = Metrics(.public, election: "cse-2026")
    ) -> (response: Response, lines: [String]) {
        final class Log: Sendable { let lines = Mutex<[String]>([]) }
        let log = Log()
        let finisher = AnswerFinisher(isSecure: isSecure, metrics: metrics) { line in
            log.lines.withLock { $0.append(line) }
        }
        let answer = finisher.finish(
            Self.request(path: "/a/1"), response, as: "/a/{id}", since: 0, isSilent: isSilent)
        return (answer, log.lines.withLock { $0 })
    }

    @Test func `what an answer says itself stands, and the rest is added once`() {
        var response = Response.text(200, "x")
        response.headers.append(("Cache-Control", "public"))
        response.headers.append((SecurityHeaders.contentPolicy.name, "own"))
        let headers = finished(response).response.headers
        func values(_ name: String) -> [String] { headers.filter { $0.name == name }.map(\.value) }
        #expect(values("Cache-Control") == ["public"] && values(SecurityHeaders.contentPolicy.name) == ["own"])
        #expect(values("X-Frame-Options") == ["DENY"] && values("Strict-Transport-Security").count == 1)
        #expect(Set(headers.map(\.name)).count == headers.count)
        let plain = finished(.text(200, "x"), isSecure: false).response
        #expect(plain.header("Strict-Transport-Security") == nil && plain.header("Cache-Control") == "no-store")
    }

    @Test func `a line and a count have the pattern of the path alone`() {
        let metrics = Metrics(.public, election: "cse-2026")
        let lines = finished(.text(404, "none"), metrics: metrics).lines
        #expect(lines.count == 1 && lines[0].hasPrefix("POST /a/{id} 404 4 ") && lines[0].hasSuffix("ms"))
        let text = Metrics.text([metrics], [])
        #expect(text.contains("route=\"/a/{id}\",status=\"404\"} 1") && !text.contains("/a/1"))
    }

    @Test func `what is silent leaves neither line nor count, unless something went wrong`() {
        let metrics = Metrics(.public, election: "cse-2026")
        #expect(finished(.text(200, "x"), isSilent: true, metrics: metrics).lines == [])
        #expect(finished(.text(499, "x"), isSilent: true, metrics: metrics).lines == [])
        #expect(!Metrics.text([metrics], []).contains("/a/{id}"))
        #expect(finished(.text(500, "x"), isSilent: true, metrics: metrics).lines.count == 1)
        #expect(finished(.text(200, "x"), isSilent: true).response.header("X-Frame-Options") == "DENY")
    }

    @Test func `waits, files and cookies stand in their headers`() {
        let response = Response.text(503, "x").retry(after: 7).attached(as: "a.pdf").setting(["a=1", "b=2"])
        #expect(response.header("Retry-After") == "7")
        #expect(response.header("Content-Disposition") == "attachment; filename=\"a.pdf\"")
        #expect(response.headers.filter { $0.name == "Set-Cookie" }.map(\.value) == ["a=1", "b=2"])
    }

    @Test func `every answer's headers are these, word for word`() {
        let policy =
            "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
            + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        let permissions =
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), browsing-topics=()"
        let plain = [
            "Content-Security-Policy: \(policy)", "Referrer-Policy: same-origin", "Permissions-Policy: \(permissions)",
            "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY", "Cross-Origin-Opener-Policy: same-origin",
            "Cross-Origin-Resource-Policy: same-origin",
        ]
        let secure = plain + ["Strict-Transport-Security: max-age=63072000; includeSubDomains"]
        #expect(SecurityHeaders.all(isSecure: false).map { "\($0.name): \($0.value)" } == plain)
        #expect(SecurityHeaders.all(isSecure: true).map { "\($0.name): \($0.value)" } == secure)
    }
}
