import HTTPServer
import TestSupport
import Testing

@testable import VoterSite

/// What every answer of the site has, whatever page it is.
struct AnswerTests {
    private let fixture: SiteFixture

    init() throws { fixture = try SiteFixture() }

    @Test(
        arguments: [
            "/", "/?lang=en", "/code", "/lost", "/first", "/help", "/box", "/box/titulaires-ouvriers", "/result",
            "/result.json", "/kiosk", "/space", "/ballots/titulaires-ouvriers", "/hours", "/hours.ics", "/sign-out",
            "/health", "/captcha/none.png", "/assets/site.js", "/nowhere",
        ])
    func `every answer has every security header, and each once`(path: String) {
        let response = fixture.browser().get(path)
        for (name, value) in SecurityHeaders.all(isSecure: true) {
            let found = response.headers.filter { $0.name == name }.map(\.value)
            // The first page tries beforehand whether this browser can vote.
            let mayTry = name == SecurityHeaders.able.name && path.prefix { $0 != "?" } == "/"
            #expect(found == [mayTry ? SecurityHeaders.able.value : value], "\(name)")
        }
        let isAsset = path.hasPrefix("/assets/")
        #expect(
            response.headers.filter { $0.name == "Cache-Control" }.map(\.value) == [isAsset ? "no-cache" : "no-store"])
    }

    @Test func `refusals, forms' answers and standstills have every security header too`() throws {
        let browser = fixture.browser()
        try fixture.signIn(browser)
        let space = browser.get("/space")
        var answers = [
            space, browser.get("/space/secret"), browser.submit("/", of: nil), browser.submit("/nowhere", of: space),
            browser.submit("/ballots/titulaires-ouvriers", of: space, ["ballot": "{}"]),
            browser.submit("/sign-out", of: space, ["owner": "0"]), browser.send(.other, "/"),
            fixture.site.overloaded(Request(method: .get, path: "/", source: "192.0.2.1")),
        ]
        fixture.site.set(.boxKey)
        answers.append(browser.get("/"))
        fixture.site.set(nil)
        for (number, response) in answers.enumerated() {
            for (name, _) in SecurityHeaders.all(isSecure: true) {
                #expect(response.headers.count { $0.name == name } == 1, "\(number): \(name)")
            }
            #expect(response.header("Cache-Control") == "no-store", "\(number)")
        }
    }

    @Test func `the ballot page alone runs a worker of checked bytes, and says what else it may, word for word`() {
        let rest = "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        #expect(
            SecurityHeaders.ballot.value
                == "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; child-src blob:; style-src 'self'; "
                + "img-src 'self'; " + rest)
        #expect(
            SecurityHeaders.able.value
                == "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; img-src 'self'; "
                + "media-src 'self'; " + rest)
    }

    @Test func `without HTTPS there is no promise of it, and cookies are named plainly`() throws {
        let browser = try SiteFixture(address: "http://localhost:8080").browser()
        #expect(browser.get("/").header("Strict-Transport-Security") == nil)
        #expect(browser.cookies.keys.sorted() == ["cse-2026-browser"])
        let secure = fixture.browser()
        secure.get("/")
        #expect(secure.cookies.keys.sorted() == ["__Host-cse-2026-browser"])
    }

    @Test func `what there is not is told from what is asked for in another way`() {
        let browser = fixture.browser()
        #expect(browser.get("/nowhere").status == 404)
        #expect(browser.submit("/nowhere", of: browser.get("/")).status == 404)
        #expect(browser.get("/sign-out").status == 405)
        #expect(browser.submit("/result", of: browser.get("/")).status == 405)
        #expect(browser.send(.other, "/").status == 405)
        #expect(browser.send(.head, "/").status == 200)
    }

    @Test func `no path is answered twice`() {
        let routes = RouteTable.routes(fixture.election).map { "\($0.method.rawValue) \($0.path)" }
        #expect(routes.count > 40)
        #expect(Dictionary(grouping: routes) { $0 }.filter { $0.value.count > 1 }.keys.sorted() == [])
    }

    @Test func `the log has the pattern of a path, and nothing that a visitor wrote`() throws {
        let browser = fixture.browser()
        browser.get("/")
        browser.get("/Anne-Martin?name=Martin")
        browser.get("/captcha/none.png")
        browser.get("/assets/site.js")
        browser.get("/health")
        let lines = fixture.lines().map { $0.split(separator: " ").prefix(3).joined(separator: " ") }
        #expect(
            lines == [
                "GET / 200", "GET /other 404", "GET /captcha 404", "GET /assets 200", "GET /health 200",
            ])
    }

    @Test func `a vote leaves no line in the log`() throws {
        let browser = fixture.browser()
        try fixture.signIn(browser)
        let space = browser.get("/space")
        _ = fixture.lines()
        let counted = Metrics.text([fixture.site.metrics], [])
        let vote = browser.submit("/ballots/titulaires-ouvriers", of: space, ["ballot": "{}"])
        let receipt = browser.submit("/receipt", of: space, ["ballot": "titulaires-ouvriers"])
        // Neither is a vote that counts: the poll is not sealed, and the proof is nobody's.
        #expect([vote.status, receipt.status] == [404, 422])
        #expect(fixture.lines() == [] && Metrics.text([fixture.site.metrics], []) == counted)
        // The page before it is no vote.
        browser.get("/ballots/titulaires-ouvriers")
        #expect(fixture.lines().count == 1)
    }

    @Test func `a site that waits for somebody serves no page, and says when to come back`() {
        let browser = fixture.browser()
        fixture.site.set(.boxKey)
        for path in ["/", "/help", "/space"] {
            let response = browser.get(path)
            #expect(response.status == 503 && response.header("Retry-After") == "60", "\(path)")
            #expect(fixture.says(response, "standstillText"))
        }
        #expect(browser.get("/health").status == 503 && browser.get("/assets/site.js").status == 200)
        fixture.site.set(nil)
        #expect(browser.get("/").status == 200 && browser.get("/health").text == "ok\n")
    }

    @Test func `a body is read where a form goes, and a ballot of whoever is signed in`() throws {
        let browser = fixture.browser()
        func limit(_ path: String) -> Int {
            let cookie = browser.cookies.map { "\($0)=\($1)" }.joined(separator: "; ")
            return fixture.site.bodyLimit(
                Request(method: .post, path: path, headers: [Request.Field(name: "cookie", value: cookie)]))
        }
        let ballot = "/ballots/titulaires-ouvriers"
        #expect(limit("/nowhere") == 0 && limit("/space") == 0 && limit("/result") == 0)
        #expect(limit("/") == FieldLimits.voterForm && limit(ballot) == FieldLimits.voterForm)
        try fixture.signIn(browser)
        #expect(limit(ballot) == FieldLimits.ballotForm && limit("/") == FieldLimits.voterForm)
    }
}
