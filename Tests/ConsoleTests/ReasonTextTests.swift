import Elections
import Foundation
import Operations
import Polling
import Testing
import VoterRoll
import WebContent

@testable import Console

/// What rooms refuse has its text at the console, in both languages and with the values that it speaks of.
struct ReasonTextTests {
    private let house: ConsoleFixture

    init() throws { house = try ConsoleFixture(voters: 1) }

    /// A reason's key, and its sentence with names in place of the values.
    private static func reasons() throws -> [(key: String, english: String)] {
        let nested = /\\\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/
        let made = /ReasonText\(\s*"([\w.]+)",\s*"((?:[^"\\]|\\\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\\[^(])*)"\s*\)/
        let root = ConsoleFixture.repository.appending(path: "Sources")
        var found: [(key: String, english: String)] = []
        for name in try FileManager.default.subpathsOfDirectory(atPath: root.path) where name.hasSuffix(".swift") {
            let code = try String(contentsOf: root.appending(path: name), encoding: .utf8)
            let reasons = code.matches(of: made)
            // Another spelling would slip through every test here.
            try #require(reasons.count == code.matches(of: /ReasonText\(\s*"/).count, "\(name)")
            found += reasons.map { reason in
                let english = String(reason.2).replacing(nested) { place in
                    let name = place.output.firstMatch(of: /,\s*"(\w+)"\s*[,)]/)
                    return "{\(name?.1 ?? "?")}"
                }
                return (
                    String(reason.1), english.replacing("\\\"", with: "\"").replacing("\\n", with: "\n")
                )
            }
        }
        return found
    }

    /// Names in a text's places.
    private func places(_ text: String) -> Set<String> { Set(text.matches(of: /\{(\w+)\}/).map { String($0.1) }) }

    @Test func `every reason has its text in both languages, and none is left over`() throws {
        let reasons = try ReasonTextTests.reasons()
        let keys = Set(reasons.map { "reason.\($0.key)" })
        #expect(keys.count == reasons.count && keys.count > 80, "a key stands for two reasons")
        for language in Language.allCases {
            let texts = try PageTexts.read(ConsoleFixture.templates, language, prefix: "console.")
            let known = Set(texts.keys.filter { $0.hasPrefix("reason.") })
            #expect(known.symmetricDifference(keys).sorted() == [])
        }
    }

    @Test func `the console's English is the sentence of the command line`() throws {
        let texts = try PageTexts.read(ConsoleFixture.templates, .en, prefix: "console.")
        for (key, english) in try ReasonTextTests.reasons() { #expect(texts["reason.\(key)"] == english) }
    }

    @Test func `French names the values that the reason has`() throws {
        let texts = try PageTexts.read(ConsoleFixture.templates, .fr, prefix: "console.")
        for (key, english) in try ReasonTextTests.reasons() {
            #expect(places(texts["reason.\(key)"] ?? "") == places(english), "\(key)")
        }
    }

    /// Clauses without a full stop would run into each other.
    @Test func `several refusals in one sentence are parted as the room parts them`() {
        let both = SupportRefusal.correction([.noChannel("fax"), .noChannel("pli")])
        #expect(house.context.wording(.en)(both) == both.description && both.description.contains("; "))
        #expect(house.context.wording(.fr)(both).contains("\u{A0}; "))
    }

    @Test func `values are said in the reader's language, and what was typed is not looked into`() {
        let (french, english) = (house.context.wording(.fr), house.context.wording(.en))
        let state = PollOrderRefusal.station(.wrongState(.suspended, needed: [.sealed, .open]))
        #expect(
            french(state)
                == "L\u{2019}\u{E9}tat du vote est \u{AB}\u{A0}suspendu\u{A0}\u{BB}\u{A0}; il faudrait\u{A0}: scell\u{E9} ou ouvert."
        )
        #expect(english(PollRefusal.notLater) == PollRefusal.notLater.description)
        let finding = AuditFinding.ballot("{finding}", .part(trustee: 2, .unbound))
        #expect(
            french(finding)
                == "{finding}\u{A0}: la part du d\u{E9}tenteur 2 n\u{2019}est li\u{E9}e par rien, et personne ne l\u{2019}a accept\u{E9}\u{A0}: elle a \u{E9}t\u{E9} modifi\u{E9}e \u{E0} la main."
        )
        #expect(
            finding.description
                == "{finding}: the part of trustee 2 is bound by nothing, and nobody accepted that: it was changed by hand."
        )
    }
}
