import Crypto
import Testing
import WebContent

/// What a page carries is of use in one browser, at one site, for one person.
struct PageTokensTests {
    private let tokens = PageTokens(LookupKey(Secret("key of the site")), form: "form", owner: "owner")

    @Test func `a form's token is of one browser, one site and one key`() {
        let token = tokens.form("browser a")
        #expect(token == tokens.form("browser a") && token.utf8.count >= 32)
        let others = [
            tokens.form("browser b"),
            PageTokens(LookupKey(Secret("another key")), form: "form", owner: "owner").form("browser a"),
            PageTokens(LookupKey(Secret("key of the site")), form: "console", owner: "owner").form("browser a"),
        ]
        #expect(!others.contains(token))
        #expect(!token.contains("browser"))
    }

    @Test func `an owner's token tells persons and browsers apart and names nobody`() {
        let token = tokens.owner("voter 12", "browser")
        #expect(token.count == 32 && token.allSatisfy(\.isHexDigit))
        #expect(token == tokens.owner("voter 12", "browser"))
        #expect(token != tokens.owner("voter 13", "browser") && token != tokens.owner("voter 12", "other"))
        // A form's token is no owner's, even where the words are the same.
        let same = PageTokens(LookupKey(Secret("key of the site")), form: "mark", owner: "mark")
        #expect(!same.form("a:b").hasPrefix(tokens.owner("a", "b")))
    }

    @Test func `two tokens are the same in every byte, or they are not`() {
        let token = tokens.form("browser")
        #expect(PageTokens.match(token, token))
        #expect(!PageTokens.match(String(token.dropLast()), token) && !PageTokens.match(token + "0", token))
        #expect(!PageTokens.match("", token) && !PageTokens.match(token.uppercased(), token))
    }
}
