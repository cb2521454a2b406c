import Authentication
import Crypto
import HTTPServer
import Journal
import Store
import WebContent

/// The tokens of browsers, and what hangs on them: forms, support codes, and whose page a request comes from, since in one
/// browser another person may have signed in after the page came.
struct BrowserTokens: Sendable {
    /// Hexadecimal digits of a browser's token, and of the mark behind them that shows it to be ours.
    private static let (tokenDigits, markDigits) = (24, 8)
    /// Letters and digits of a support code.
    private static let codeCount = 5

    private let key: LookupKey
    private let pages: PageTokens
    private let randomness: Randomness

    /// - Parameter key: hashes the tokens of forms, browsers and ballot pages.
    init(_ key: LookupKey, _ randomness: Randomness) {
        (self.key, self.randomness) = (key, randomness)
        pages = PageTokens(key, form: "form", owner: "owner")
    }

    /// A token with a mark behind it.
    func newBrowser() -> String {
        let token = hex(randomness.bytes(BrowserTokens.tokenDigits / 2))
        return token + mark(token)
    }

    /// Whether a token has the mark that we gave it.
    func isOurs(_ browser: String) -> Bool {
        browser.utf8.count == BrowserTokens.tokenDigits + BrowserTokens.markDigits
            && PageTokens.match(
                mark(String(browser.prefix(BrowserTokens.tokenDigits))),
                String(browser.suffix(BrowserTokens.markDigits)))
    }

    /// The mark of a token: a keyed hash, since nobody may invent tokens.
    private func mark(_ token: String) -> String {
        String(hex(key.hash("browser:" + token)).prefix(BrowserTokens.markDigits))
    }

    /// What every form of a browser carries.
    func form(_ browser: String) -> String { pages.form(browser) }

    /// What stands at the foot of a browser's pages.
    func supportCode(_ browser: String) -> String {
        let symbols = key.hash("support:" + browser).prefix(BrowserTokens.codeCount)
        return String(decoding: symbols.map { SymbolCode.alphabet[Int($0 & 31)] }, as: UTF8.self)
    }

    // MARK: Whose page

    /// Whose page it is, for this browser alone: it tells nobody who that is.
    /// - Returns: a keyed hash of voter and browser.
    func owner(_ visit: VoterRequest, _ voter: Int) -> String {
        pages.owner("\(voter)", visit.browser)
    }

    /// The same of a session; empty for one that is no voter's.
    func owner(_ visit: VoterRequest, _ session: Session) -> String {
        guard case .voter(let voter) = session.principal else { return "" }
        return owner(visit, voter)
    }

    /// Whether a form comes from a page of the session's voter. One that names nobody is judged by the session alone.
    func isOwn(_ visit: VoterRequest, _ form: Form, _ session: Session) -> Bool {
        form["owner"].isEmpty || PageTokens.match(form["owner"], owner(visit, session))
    }
}
