import Foundation
import Testing

@testable import Observer

struct SavedPageTests {
    private func page(_ body: String) throws -> SavedPage {
        try SavedPage(Array("<!DOCTYPE html>\n<html lang=\"fr\"><body>\(body)</body></html>\n".utf8))
    }

    @Test func `elements, attributes and texts are read as a browser writes them`() throws {
        let page = try page("<p id=\"a\" hidden=\"\">Oui &amp; non<br></p><p>&lt;2&nbsp;&gt;</p>")
        let (first, second) = (try #require(page.root.all("p").first), try #require(page.root.all("p").last))
        #expect(first["id"] == "a" && first["hidden"] == "" && first.text == "Oui & non")
        #expect(second.text == "<2\u{A0}>")
        #expect(page.root.all("html").first?["lang"] == "fr")
    }

    @Test func `scripts and what stands for them are bare text, which ends where the browser says`() throws {
        let page = try page("<script>if (a < b && c) {}</script><noscript><p>N&#39;a pas</p></noscript><p>a</p>")
        #expect(page.root.all("script").map(\.text) == ["if (a < b && c) {}"])
        #expect(page.root.all("p").map(\.text) == ["a"])
    }

    @Test(arguments: [
        "<script>", "<p>", "</p>", "<p id=a></p>", "<p id='a'></p>", "<p id=\"a\" id=\"b\"></p>", "<p></p ></p>",
        "<P></P>",
        "<!-- a -->", "<p>&eacute;</p>", "<p>&#39;</p>", "<p>&</p>", "<p/></p>", "<p\tid=\"a\"></p>", "<![CDATA[a]]>",
        "<p><b></p></b>", "<p id=\"a\"title=\"b\"></p>", "<svg:a></svg:a>", "</body></html><p></p>",
    ])
    func `what no browser writes is no page`(body: String) {
        #expect(throws: SavedPage.Fault.self) { try page(body) }
    }

    @Test func `a page is bounded in depth and size, and must be UTF-8`() {
        let deep = String(repeating: "<p>", count: 50) + String(repeating: "</p>", count: 50)
        #expect(throws: SavedPage.Fault.self) { try page(deep) }
        #expect(throws: SavedPage.Fault.self) { try SavedPage(Array("<!DOCTYPE html>\n".utf8) + [0xFF]) }
        #expect(throws: SavedPage.Fault.self) {
            try SavedPage(Array("<!DOCTYPE html>\n".utf8) + [UInt8](repeating: 32, count: 9 << 20))
        }
    }
}
