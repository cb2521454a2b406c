import Elections
import HTTPServer
import TestSupport
import Testing

@testable import VoterSite

/// In which language a page answers, and how one changes it.
struct LanguageTests {
    private let fixture: SiteFixture
    private let browser: SiteClient

    init() throws {
        fixture = try SiteFixture()
        browser = fixture.browser()
    }

    private func isIn(_ language: String, _ page: Response) -> Bool {
        page.text.contains("<html lang=\"\(language)\">")
    }

    @Test func `the address decides, then the browser, then the election`() {
        #expect(isIn("fr", browser.get("/help")))
        #expect(isIn("en", browser.get("/help", ["accept-language": "en-GB, fr;q=0.5"])))
        #expect(isIn("fr", browser.get("/help?lang=fr", ["accept-language": "en"])))
        #expect(isIn("en", browser.get("/help?lang=en")))
        #expect(isIn("fr", browser.get("/help?lang=de", ["accept-language": "de"])))
    }

    @Test(arguments: ["/", "/help", "/lost", "/box", "/result"])
    func `every page leads to itself in the other language, and a chosen one is carried on`(path: String) {
        let french = browser.get(path)
        #expect(french.text.contains("href=\"\(path)?lang=en\"") && french.text.contains("href=\"/help\""))
        let english = browser.get(path + "?lang=en")
        #expect(isIn("en", english) && english.text.contains("href=\"\(path)?lang=fr\""))
        #expect(english.text.contains("href=\"/help?lang=en\""))
        // A browser's own language is chosen by nobody.
        #expect(browser.get(path, ["accept-language": "en"]).text.contains("href=\"/help\""))
    }

    @Test func `a page that is no page of its own leads to the first one in the other language`() {
        #expect(browser.get("/nowhere").text.contains("href=\"/?lang=en\""))
    }

    @Test func `a form goes on in the language that was chosen`() {
        let answer = browser.submit("/?lang=en", of: browser.get("/?lang=en"), ["identifier": fixture.stranger])
        #expect(answer.header("Location") == "/code?lang=en")
        let cancelled = browser.submit("/code?lang=en", of: browser.get("/code?lang=en"), ["action": "cancel"])
        #expect(cancelled.header("Location") == "/?lang=en&say=cancelled")
        #expect(fixture.says(browser.get("/?lang=en&say=cancelled"), "cancelled", .en))
    }
}
