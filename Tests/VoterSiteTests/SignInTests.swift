import Elections
import HTTPServer
import TestSupport
import Testing

@testable import VoterSite

/// The way from the first page to the space, without a network.
struct SignInTests {
    private let fixture: SiteFixture

    init() throws { fixture = try SiteFixture() }

    /// A page without what differs from browser to browser and from request to request.
    private func plain(_ page: Response, _ typed: String) -> String {
        page.text.replacing(/value="[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}"/) { match in
            match.output.replacing("-", with: "").contains(typed) ? "value=TYPED" : String(match.output)
        }
        .replacing(/value="[0-9a-f]{8,}"/, with: "value=TOKEN")
        .replacing(/class="mark"[^>]*>[A-Z0-9]+</, with: "MARK")
    }

    @Test func `known and unknown identifiers get the same answers, and one of them alone a code`() throws {
        let (known, unknown) = (fixture.browser(), fixture.browser(from: "192.0.2.2"))
        var pages: [[String]] = []
        for (browser, identifier) in [(known, fixture.identifier), (unknown, fixture.stranger)] {
            let answer = browser.submit("/", of: browser.get("/"), ["identifier": identifier])
            #expect(answer.status == 303 && answer.header("Location") == "/code")
            let sent = try fixture.codes().count
            #expect(sent == (identifier == fixture.identifier ? 1 : 0))
            let page = browser.get("/code")
            let wrong = browser.submit("/code", of: page, ["action": "check", "code": "000000"])
            let again = browser.submit("/code", of: page, ["action": "resend"])
            fixture.wait(fixture.election.access.codeResendSeconds + 1)
            let sentAgain = browser.submit("/code", of: browser.get("/code"), ["action": "resend"])
            #expect(try fixture.codes().count == sent)
            fixture.wait(-fixture.election.access.codeResendSeconds - 1)
            let shape = [answer, page, wrong, again, sentAgain].map { response in
                // Tokens alone differ from browser to browser.
                let headers = response.headers.map {
                    "\($0.name): \($0.value.replacing(/[0-9a-f]{32,}/, with: "TOKEN"))"
                }
                return "\(response.status) \(headers.joined(separator: " "))\n\(plain(response, identifier))"
            }
            pages.append(shape)
        }
        for (known, unknown) in zip(pages[0], pages[1]) {
            let lines = zip(known.split(separator: "\n"), unknown.split(separator: "\n"))
            #expect(lines.filter { $0 != $1 }.map { "\($0) | \($1)" } == [])
            #expect(known.count == unknown.count)
        }
        #expect(pages[0][1].hasPrefix("200 ") && pages[0][2].hasPrefix("422 ") && pages[0][3].hasPrefix("429 "))
        #expect(pages[0][4].hasPrefix("303 "))
    }

    @Test func `what cannot be an identifier is said at once`() throws {
        let browser = fixture.browser()
        var mistyped = Array(fixture.identifier)
        mistyped[3] = mistyped[3] == "7" ? "8" : "7"
        for (typed, key) in [
            ("", "identifierEmpty"), (" \u{A0} ", "identifierEmpty"), ("AB", "identifierMalformed"),
            ("<script>", "identifierMalformed"), (String(mistyped), "identifierMistyped"),
        ] {
            let response = browser.submit("/", of: browser.get("/"), ["identifier": typed])
            #expect(response.status == 422 && fixture.says(response, key), "\(typed)")
            #expect(!response.text.contains("<script>"))
            #expect(browser.cookies["__Host-cse-2026-pending"] == nil)
        }
        #expect(try fixture.codes() == [])
    }

    @Test func `a voter goes from identifier to space, and leaves`() throws {
        let browser = fixture.browser()
        let opened = try fixture.signIn(browser)
        #expect(opened.status == 303 && opened.header("Location")?.hasPrefix("/space?set=") == true)
        #expect(browser.cookies["__Host-cse-2026-session"] != nil && browser.cookies["__Host-cse-2026-pending"] == nil)
        let space = browser.get("/space")
        #expect(space.status == 200 && space.text.contains("Anne Martin") && !space.text.contains("v1@example.org"))
        // Whoever is signed in has nothing to do on the first page.
        #expect(browser.get("/").header("Location") == "/space")
        let out = browser.submit("/sign-out", of: space)
        #expect(out.header("Location") == "/?say=signedOut" && browser.cookies["__Host-cse-2026-session"] == nil)
        #expect(browser.get("/space").header("Location") == "/")
    }

    @Test func `a page of somebody before signs nobody out, and keeps nobody's session`() throws {
        let browser = fixture.browser()
        try fixture.signIn(browser)
        let space = browser.get("/space")
        let owner = String(repeating: "0", count: 32)
        #expect(browser.submit("/sign-out", of: space, ["owner": owner]).header("Location") == "/?say=other")
        let kept = browser.submit("/extend", of: space, ["owner": owner], ["accept": "text/plain"])
        #expect(kept.status == 409 && kept.text == "other\n")
        #expect(browser.submit("/extend", of: space, [:], ["accept": "text/plain"]).status == 200)
        #expect(browser.get("/space").status == 200)
    }

    @Test func `a code of the last wrong try is not said to be wrong again`() throws {
        let browser = fixture.browser()
        browser.submit("/", of: browser.get("/"), ["identifier": fixture.identifier])
        let code = try #require(try fixture.codes().last)
        let page = browser.get("/code")
        let wrong = code == "111111" ? "222222" : "111111"
        for _ in 0..<4 {
            #expect(browser.submit("/code", of: page, ["action": "check", "code": wrong]).status == 422)
        }
        let last = browser.submit("/code", of: page, ["action": "check", "code": wrong])
        #expect(last.header("Location") == "/?say=exhausted" && browser.cookies["__Host-cse-2026-pending"] == nil)
        #expect(fixture.says(browser.get("/?say=exhausted"), "codeExhausted"))
    }
}
