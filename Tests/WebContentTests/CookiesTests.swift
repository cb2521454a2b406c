import Testing
import WebContent

/// Cookies are of this host alone, and scripts never see them.
struct CookiesTests {
    private static let kinds: [Cookies.Kind] = [
        .browser, .pending, .session, .staffBrowser, .staffPending, .staffSession, .kiosk, .staffLanguage,
    ]

    @Test(arguments: kinds)
    func `over HTTPS a cookie is bound to the host`(kind: Cookies.Kind) {
        let cookies = Cookies(isSecure: true, election: "cse-2026")
        for line in [cookies.set(kind, "v"), cookies.clear(kind)] {
            // A browser takes a name with this prefix only from the host itself, for all paths, over HTTPS.
            #expect(line.hasPrefix("__Host-cse-2026-\(kind.rawValue)="))
            let attributes = line.split(separator: ";").map { $0.drop { $0 == " " } }
            for needed in ["Path=/", "HttpOnly", "Secure"] { #expect(attributes.contains { $0 == needed }, "\(line)") }
            #expect(attributes.count { $0.hasPrefix("SameSite=") } == 1 && !line.contains("Domain"))
        }
    }

    @Test(arguments: kinds)
    func `on this machine alone they go without HTTPS and keep the rest`(kind: Cookies.Kind) {
        let line = Cookies(isSecure: false, election: "cse-2026").set(kind, "v")
        #expect(line.hasPrefix("cse-2026-\(kind.rawValue)=v; Path=/; HttpOnly; SameSite=") && !line.contains("Secure"))
    }

    @Test func `a session is never sent from another site, and ends with the browser`() {
        let cookies = Cookies(isSecure: true, election: "cse-2026")
        for kind in [Cookies.Kind.session, .staffSession] {
            #expect(cookies.set(kind, "v").hasSuffix("; SameSite=Strict"))
            #expect(cookies.clear(kind).hasSuffix("; SameSite=Strict; Max-Age=0"))
        }
        #expect(cookies.set(.browser, "v").hasSuffix("; SameSite=Lax"))
        #expect(cookies.clear(.browser).hasSuffix("; SameSite=Lax; Max-Age=0"))
    }

    @Test func `a sign-in under way survives a closed tab for an hour, a kiosk as long as it is told`() {
        let cookies = Cookies(isSecure: true, election: "cse-2026")
        #expect(cookies.set(.pending, "v").hasSuffix("; SameSite=Lax; Max-Age=3600"))
        #expect(cookies.set(.kiosk, "v", seconds: 77).hasSuffix("; SameSite=Lax; Max-Age=77"))
        #expect(!cookies.set(.kiosk, "v").contains("Max-Age"))
    }
}
