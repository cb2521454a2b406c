import Crypto
import Delivery
import Foundation
import Store
import Templating
import Testing
import Typesetting

struct SMSTextTests {
    @Test(arguments: [
        ("", true, 1), (String(repeating: "a", count: 160), true, 1), (String(repeating: "a", count: 161), true, 2),
        (String(repeating: "\u{20AC}", count: 80), true, 1), (String(repeating: "\u{20AC}", count: 81), true, 2),
        ("\u{E9}\u{E8}\u{E0}\u{F9}\u{C7}", true, 1), ("\u{E7}", false, 1), ("\u{EA}", false, 1),
        (String(repeating: "\u{EA}", count: 70), false, 1), (String(repeating: "\u{EA}", count: 71), false, 2),
    ])
    func `alphabet and segments are those of the standard`(text: String, isGSM: Bool, segments: Int) {
        let form = SMSText(text)
        #expect(form.isGSM == isGSM)
        #expect(form.segments == segments)
    }
}

private func frame(_ text: String, html: String? = nil) -> MessageEnvelope {
    MessageEnvelope(
        kind: .identifier, language: "fr", senderName: "S", senderAddress: "s@example.org",
        shared: Dictionary(uniqueKeysWithValues: MessageEnvelope.sharedNames.map { ($0, $0) }),
        flags: Dictionary(uniqueKeysWithValues: MessageEnvelope.flagNames.map { ($0, true) }), senderLines: ["x"],
        text: text,
        html: html)
}

struct LoadedFrameTests {
    @Test func `a mail template without a subject line is refused`() {
        #expect(throws: TemplateError.self) { try LoadedFrame(frame("Bonjour {{greeting}}"), route: .email) }
    }

    @Test func `an SMS template that would double the price is refused, with the characters`() {
        do {
            _ = try LoadedFrame(
                frame("Votre identifiant a \u{E9}t\u{E9} cr\u{E9}\u{E9} : \u{EA}tre re\u{E7}u {{identifier}}"),
                route: .sms)
            Issue.record("was loaded")
        } catch { #expect("\(error)".contains("\"\u{EA}\" \"\u{E7}\"")) }
    }

    @Test func `a letter's fixed text never asks for a voter's own values`() {
        #expect(throws: TemplateError.self) { try LoadedFrame(frame("{{identifier}}"), route: .letter) }
    }

    @Test func `values never break out of their line`() throws {
        let loaded = try LoadedFrame(frame("{{greeting}}: {{identifier}}"), route: .sms)
        #expect(try loaded.text(["greeting": "a\r\nb", "identifier": "X"]) == "a  b: X")
    }
}

struct ReportTests {
    /// A signature without a place to break, as wide as can be.
    @Test(arguments: [44, 88, 400])
    func `a long key or signature never keeps a report from being made`(count: Int) throws {
        var report = Report(title: "A report")
        report.add(.mono(String(repeating: "W", count: count)))
        report.add(.row([String(repeating: "W", count: count), "1"]))
        #expect(try report.pdf(created: "2000-01-01T00:00:00Z").starts(with: Array("%PDF-1.4".utf8)))
    }
}
