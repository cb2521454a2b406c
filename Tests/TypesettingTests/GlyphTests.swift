import Testing
import Typesetting

/// A character of the private use area that no font has.
private let strange = "\u{10FFFD}"
private let created = "2000-01-01T00:00:00Z"

struct GlyphTests {
    private func pdf(_ text: String) throws -> [UInt8] {
        var report = Report(title: text)
        report.add(.heading(text))
        report.add(.paragraph(text))
        report.add(.mono(text))
        report.add(.row([text, text], isHead: true))
        report.add(.row([text, text]))
        report.add(.signature(text))
        return try report.pdf(created: created)
    }

    @Test func `a character without a font keeps no report from being made`() throws {
        #expect(try pdf("Liste \(strange) A") == pdf("Liste \u{FFFD} A"))
    }

    @Test func `what has its fonts is drawn as it is`() throws {
        #expect(try pdf("Liste \u{AB}\u{A0}\u{C9}lan\u{A0}\u{BB}") != pdf("Liste \u{AB}\u{A0}\u{FFFD}lan\u{A0}\u{BB}"))
    }

    @Test func `a text longer than a sheet goes on on the next`() throws {
        let long = String(repeating: "mot ", count: 4000)
        #expect(try pdf(long).count > pdf("mot").count)
        #expect(!(try pdf(String(repeating: "x", count: 6000))).isEmpty)
    }

    @Test(arguments: [
        ("Liste \u{AB} \u{C9}lan \u{BB}, \u{395}\u{3BB}\u{3BB}\u{3AC}\u{3B4}\u{3B1}", []),
        ("Liste \u{10FFFD} et \u{10FFFE}\u{10FFFD}", ["\u{10FFFD}", "\u{10FFFE}"] as [Character]),
    ])
    func `characters without a font are named, each once`(text: String, missing: [Character]) {
        #expect(FontCheck().missing(text) == missing)
    }
}
