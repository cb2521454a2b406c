import Contacts
import Testing

struct OriginTests {
    @Test(arguments: [
        ("https://console.example.org", "https://CONSOLE.Example.org:443/"),
        ("https://console.example.org", "HTTPS://console.example.org"),
        ("http://localhost", "http://localhost:80"), ("http://localhost:8080", "http://localhost:08080"),
        ("https://\u{E9}lections.example.org", "https://xn--lections-90a.example.org"),
        ("https://\u{C9}LECTIONS.example.org/", "https://e\u{301}lections.example.org"),
        ("https://[::1]:8443", "https://[0:0:0::1]:8443"),
    ])
    func `one site is the same however it is written`(one: String, other: String) throws {
        #expect(try #require(Origin(one)) == #require(Origin(other)))
    }

    @Test(arguments: [
        "http://console.example.org", "https://console.example.org:8443", "https://console.example.org.evil.example",
        "https://example.org", "https://console-example.org", "null", "https://console.example.org:80",
    ])
    func `another scheme, host or port is another site`(other: String) throws {
        let own = try #require(Origin("https://console.example.org"))
        #expect(Origin(other) != own)
    }

    @Test(arguments: [
        "", "null", "console.example.org", "ftp://a.example", "https://", "https:///", "https://a.example/path",
        "https://a.example?x", "https://a.example#x", "https://user@a.example", "https://a.example:0",
        "https://a.example:65536", "https://a.example:", "https://a.example:4x", "https://a b.example",
        "https://.example", "https://a..example", "https://-a.example", "https://[::1", "https://[x]",
        "https://a.example//", "https://" + String(repeating: "a", count: 64) + ".example",
        "https://e" + String(repeating: "\u{301}", count: 200) + ".example",
    ])
    func `what is no site has no origin`(text: String) { #expect(Origin(text) == nil) }

    @Test func `this machine is told from one that is called like it`() {
        #expect(Origin("http://localhost:1")?.isLocal == true && Origin("http://127.0.0.1:1")?.isLocal == true)
        #expect(Origin("http://localhost.evil.example")?.isLocal == false)
    }
}
