import Contacts
import Server
import Testing

/// One host leads to one election, however a browser or a proxy writes it.
struct HostTableTests {
    private func table(_ addresses: String...) throws -> HostTable<String> {
        HostTable(try addresses.map { (origin: try #require(Origin($0)), value: $0) })
    }

    @Test(arguments: [
        "vote.a.example", "VOTE.A.example", "vote.a.example.", "vote.a.example:443", "vote.a.example.:443",
        // A proxy in front, or a port of this machine that another one leads to.
        "vote.a.example:8443",
    ])
    func `a host is found in every spelling`(header: String) throws {
        #expect(try table("https://vote.a.example", "https://vote.b.example").find(header) == "https://vote.a.example")
    }

    @Test(arguments: [
        nil, "", ".", "vote.c.example", "a.example", "vote.a.example..", "x@vote.a.example", "vote.a.example/",
        "vote.a.example/x", "https://vote.a.example", "vote.a.example:", "vote.a.example:x", "vote.a.example:0",
        "vote.a.example:443:443", "vote.a.example vote.b.example", "vote.a.example,vote.b.example",
        String(repeating: "a", count: 10_000),
    ])
    func `what is no host of ours finds nothing`(header: String?) throws {
        #expect(try table("https://vote.a.example", "https://vote.b.example").find(header) == nil)
    }

    @Test func `an IPv6 address is one in every spelling`() throws {
        let table = try table("http://[::1]:8080", "http://[::1]:8081", "http://localhost:8080")
        #expect(table.find("[0:0:0:0:0:0:0:1]:8081") == "http://[::1]:8081")
        #expect(
            table.find("[::1]") == nil && table.find("::1") == nil && table.find("localhost") == "http://localhost:8080"
        )
    }

    @Test func `names in another script are found by their ASCII form`() throws {
        #expect(
            try table("https://vote-\u{e9}t\u{e9}.example", "https://b.example").find("xn--vote-t-fvab.example") != nil)
    }

    @Test func `ports of one host tell sites apart, and without one the standard port is meant`() throws {
        let table = try table("https://h.example", "https://h.example:8443", "https://h.example:9443")
        #expect(table.find("h.example") == "https://h.example")
        #expect(table.find("h.example:9443") == "https://h.example:9443")
        #expect(table.find("h.example:7443") == nil)
    }

    @Test func `of two that no request tells apart the first answers, and the host's other ports are no third site's`()
        throws
    {
        let origin = try #require(Origin("https://h.example"))
        let table = HostTable([(origin: origin, value: "first"), (origin: origin, value: "second")])
        for header in ["h.example", "h.example:443", "H.example.", "h.example:8443"] {
            #expect(table.find(header) == "first", "\(header)")
        }
    }

    @Test func `without a port nobody answers where no election stands at the standard one`() throws {
        let table = try table("https://h.example:8443", "https://h.example:9443")
        #expect(table.find("h.example") == nil && table.find("h.example.") == nil)
        #expect(table.find("H.example:8443") == "https://h.example:8443")
    }

    @Test func `what is not ASCII is not converted, and finds nothing`() throws {
        #expect(try table("https://vote-\u{e9}t\u{e9}.example").find("vote-\u{e9}t\u{e9}.example") == nil)
    }

    @Test(arguments: [
        ("https://h.example", "https://H.example:443", true), ("https://h.example", "http://h.example", true),
        ("https://h.example:8443", "https://h.example", false), ("https://h.example", "https://i.example", false),
        ("http://h.example:443", "https://h.example", true),
    ])
    func `addresses that no request tells apart are one`(first: String, second: String, isOne: Bool) throws {
        let (first, second) = (try #require(Origin(first)), try #require(Origin(second)))
        #expect(first.isOneSite(with: second) == isOne && second.isOneSite(with: first) == isOne)
    }
}
