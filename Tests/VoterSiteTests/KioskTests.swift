import Crypto
import HTTPServer
import TestSupport
import Testing

@testable import VoterSite

/// The link by which a shared device becomes a kiosk.
struct KioskTests {
    private let fixture: SiteFixture
    private let browser: SiteClient
    private let member: SigningKey

    init() throws {
        fixture = try SiteFixture()
        browser = fixture.browser()
        member = try fixture.member()
    }

    /// Opens the link and presses its button.
    @discardableResult
    private func enable(_ grant: String) -> Response {
        let page = browser.get("/kiosk?grant=\(grant)")
        return browser.submit("/kiosk", of: page, ["grant": grant, "action": "on"])
    }

    @Test func `a link that a member signed asks first, and then makes a kiosk of the device until its hour`() throws {
        let grant = try fixture.grant(hours: 8, by: member)
        let page = browser.get("/kiosk?grant=\(grant)")
        #expect(page.status == 200 && page.text.contains("Salle des mariages"))
        #expect(browser.cookies["__Host-cse-2026-kiosk"] == nil)
        #expect(enable(grant).header("Location") == "/")
        #expect(browser.cookies["__Host-cse-2026-kiosk"] == grant)
        let home = browser.get("/")
        #expect(home.status == 200 && home.text.contains("Salle des mariages") && home.text.contains("kiosk-end"))
        fixture.wait(8 * 3600)
        let over = browser.get("/")
        #expect(over.status == 403 && fixture.says(over, "kioskOverTitle"))
    }

    @Test func `a link that nobody of the bureau signed, or that is over, makes none`() throws {
        let stranger = SigningKey(seed: Secret(Randomness.system.bytes(32)))
        let (forged, late) = (try fixture.grant(hours: 8, by: stranger), try fixture.grant(hours: 1, by: member))
        fixture.wait(3600)
        for grant in [forged, late, "", "1.2.3", late + "0"] {
            #expect(browser.get("/kiosk?grant=\(grant)").status == 403)
            let page = browser.get("/")
            let answer = browser.submit("/kiosk", of: page, ["grant": grant, "action": "on"])
            #expect(answer.status == 403 && fixture.says(answer, "kioskBadText"), "\(grant)")
            #expect(browser.cookies["__Host-cse-2026-kiosk"] == nil)
        }
    }

    @Test func `a device that became a kiosk under the cookie's former name stays one until it is made none`() throws {
        let grant = try fixture.grant(hours: 8, by: member)
        browser.cookies["__Host-kiosk"] = grant
        let home = browser.get("/")
        #expect(home.status == 200 && home.text.contains("Salle des mariages") && home.text.contains("kiosk-end"))
        // What no member signed under the new name takes nothing from it.
        browser.cookies["__Host-cse-2026-kiosk"] = "1.2.3"
        #expect(browser.get("/").text.contains("kiosk-end"))
        let page = browser.get("/kiosk?grant=\(grant)")
        #expect(browser.submit("/kiosk", of: page, ["grant": grant, "action": "off"]).header("Location") == "/")
        #expect(browser.cookies["__Host-kiosk"] == nil && !browser.get("/").text.contains("kiosk-end"))
        // Another election's leave is none here, and stays where it is.
        browser.cookies["__Host-kiosk"] = "1.2.3"
        #expect(!browser.get("/").text.contains("kiosk-end") && browser.cookies["__Host-kiosk"] == "1.2.3")
    }

    @Test func `the button of any page ends all that goes on, and the next person finds nothing`() throws {
        enable(try fixture.grant(hours: 8, by: member))
        try fixture.signIn(browser)
        let space = browser.get("/space")
        #expect(space.status == 200)
        #expect(browser.submit("/kiosk/end", of: space).header("Location") == "/")
        #expect(browser.cookies.keys.sorted() == ["__Host-cse-2026-kiosk"])
        #expect(browser.get("/space").status == 303)
    }

    @Test func `an address from elsewhere ends nothing at a kiosk, and the page's own does`() throws {
        enable(try fixture.grant(hours: 8, by: member))
        try fixture.signIn(browser)
        let owner = try #require(browser.get("/space").hidden("owner"))
        let end = "/kiosk/end?owner=\(owner)"
        let strange = [
            browser.get(end, ["sec-fetch-site": "cross-site"]), browser.get(end, ["sec-fetch-site": "same-site"]),
            browser.get(end, ["sec-fetch-site": "none"]),
            browser.send(.head, end, headers: ["sec-fetch-site": "cross-site"]),
        ]
        for response in strange { #expect(response.header("Set-Cookie") == nil) }
        #expect(browser.get("/space").status == 200)
        browser.get(end, ["sec-fetch-site": "same-origin"])
        #expect(browser.get("/space").status == 303)
    }

    @Test func `a tracker is not kept in a kiosk's addresses`() throws {
        enable(try fixture.grant(hours: 8, by: member))
        let answer = browser.get("/box/titulaires-ouvriers?tracker=abc")
        #expect(answer.status == 303 && answer.header("Location") == "/box/titulaires-ouvriers")
    }
}
