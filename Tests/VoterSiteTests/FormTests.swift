import Elections
import HTTPServer
import TestSupport
import Testing

@testable import VoterSite

/// Which forms are let in, before anything looks at what they say.
struct FormTests {
    private let fixture: SiteFixture
    private let browser: SiteClient

    init() throws {
        fixture = try SiteFixture()
        browser = fixture.browser()
    }

    /// Whether the answer refuses a form as one that is not of this browser's page, and begins nothing.
    /// - Parameter sender: who sent it; nil for `browser`.
    private func isRefused(_ response: Response, of sender: SiteClient? = nil) -> Bool {
        response.status == 403 && fixture.says(response, "expiredText")
            && (sender ?? browser).cookies["__Host-cse-2026-pending"] == nil
    }

    @Test func `a form of the page that this browser was given is taken`() {
        let response = browser.submit("/", of: browser.get("/"), ["identifier": fixture.identifier])
        #expect(response.status == 303 && response.header("Location") == "/code")
        #expect(browser.cookies["__Host-cse-2026-pending"] != nil)
    }

    @Test(arguments: ["", "0", "another"])
    func `a form without the page's token is refused`(kind: String) {
        let page = browser.get("/")
        let tokens = ["": "", "0": "0", "another": fixture.browser().get("/").hidden("form") ?? ""]
        #expect(
            isRefused(browser.submit("/", of: page, ["identifier": fixture.identifier, "form": tokens[kind] ?? ""])))
    }

    @Test func `a token is of no use to a browser that keeps no cookie, or brings one that we did not make`() {
        let page = browser.get("/")
        let other = fixture.browser()
        #expect(isRefused(other.submit("/", of: page, ["identifier": fixture.identifier]), of: other))
        // One that somebody made up is given another, and opens no form even with the token of the page that it was given.
        let cookie = "__Host-cse-2026-browser=" + String(repeating: "0", count: 32)
        let forger = fixture.browser()
        let given = forger.get("/", ["cookie": cookie])
        #expect(given.header("Set-Cookie")?.hasPrefix("__Host-cse-2026-browser=") == true)
        #expect(given.header("Set-Cookie")?.hasPrefix(cookie) == false)
        let fresh = fixture.browser()
        let response = fresh.submit("/", of: given, ["identifier": fixture.identifier], ["cookie": cookie])
        #expect(isRefused(response, of: fresh))
    }

    @Test(
        arguments: [
            ("origin", "https://evil.example"), ("origin", "null"), ("origin", "http://vote.example.org"),
            ("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("sec-fetch-site", "none"),
        ])
    func `a form that another site sends is refused`(name: String, value: String) {
        #expect(isRefused(browser.submit("/", of: browser.get("/"), ["identifier": fixture.identifier], [name: value])))
    }

    @Test(arguments: [("origin", "https://vote.example.org"), ("origin", "HTTPS://VOTE.example.org:443")])
    func `the site's own origin is known in each spelling`(name: String, value: String) {
        let response = browser.submit(
            "/", of: browser.get("/"), ["identifier": fixture.identifier],
            [name: value, "sec-fetch-site": "same-origin"])
        #expect(response.status == 303)
    }

    @Test func `a field that is too long is refused in words, and none of the form is read`() {
        let page = browser.get("/")
        let long = browser.submit("/", of: page, ["identifier": String(repeating: "A", count: 501)])
        #expect(long.status == 422 && fixture.says(long, "tooLongText"))
        let short = browser.submit("/", of: page, ["identifier": String(repeating: "A", count: 500)])
        #expect(short.status == 422 && fixture.says(short, "identifierMalformed"))
    }

    @Test(arguments: ["identifier=%", "identifier=%FF", "identifier=%00", "%=1", ""])
    func `a malformed body says nothing`(rest: String) {
        let token = browser.get("/").hidden("form") ?? ""
        let response = browser.send(.post, "/", body: "form=\(token)&\(rest)")
        #expect(response.status == 422 && fixture.says(response, "identifierEmpty"))
    }

    @Test func `a body that is no form is none of ours`() {
        let token = browser.get("/").hidden("form") ?? ""
        #expect(
            isRefused(
                browser.send(
                    .post, "/", headers: ["content-type": "text/plain"],
                    body: "form=\(token)&identifier=\(fixture.identifier)")))
    }

    @Test func `a ballot of another browser's page is answered in the script's words`() throws {
        let (anne, other) = (fixture.browser(), fixture.browser())
        try fixture.signIn(anne)
        let response = anne.submit("/ballots/titulaires-ouvriers", of: other.get("/"), ["ballot": "{}"])
        #expect(response.status == 409 && response.header("Content-Type") == "application/json")
        let stranger = other.submit("/ballots/titulaires-ouvriers", of: nil, ["ballot": "{}"])
        #expect(stranger.status == 403 && stranger.header("Content-Type") == "application/json")
    }

    @Test func `no form of the site is taken without the page's token, and a ballot's refusal is for its script`()
        throws
    {
        let forms = RouteTable.routes(fixture.election).filter { $0.method == .post }
        #expect(forms.count > 20)
        for form in forms {
            let stranger = fixture.browser()
            stranger.get("/")
            let names = Set(stranger.cookies.keys)
            let response = stranger.submit(form.path, of: nil, ["identifier": fixture.identifier, "action": "on"])
            #expect(response.status == 403, "\(form.path)")
            #expect(Set(stranger.cookies.keys) == names, "\(form.path)")
            let isOfScript = form.path.hasPrefix("/ballots/")
            #expect((response.header("Content-Type") == "application/json") == isOfScript, "\(form.path)")
        }
    }

    @Test func `no page of a voter's own is shown without a session`() {
        let own =
            ["/space", "/space/secret", "/space/figures", "/space/figures.pdf"]
            + fixture.election.ballots.map { "/ballots/\($0.id)" }
        for path in own {
            let response = fixture.browser().get(path)
            #expect(response.status == 303 && response.header("Location") == "/", "\(path)")
        }
    }
}
