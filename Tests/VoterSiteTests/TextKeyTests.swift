import Authentication
import Contacts
import Delivery
import Elections
import Foundation
import TestSupport
import Testing
import WebContent

/// The texts of the voters' pages: none is missing, and none is left over.
struct TextKeyTests {
    private static let templates = TemplateFolder([repository.appending(path: "Templates").path])
    private let keys: Set<String>

    init() throws {
        keys = Set(try PageTexts.read(TextKeyTests.templates, .fr).keys)
        try #require(keys.count > 450)
    }

    /// The texts of a folder's own files with this ending.
    private func files(_ folder: String, _ ending: String) throws -> [String] {
        let root = repository.appending(path: folder)
        let names = try FileManager.default.contentsOfDirectory(atPath: root.path).filter { $0.hasSuffix(ending) }
        try #require(names.count > 20)
        return try names.map { try String(contentsOf: root.appending(path: $0), encoding: .utf8) }
    }

    /// Keys that pages and sources ask for by name.
    private func asked() throws -> Set<String> {
        var asked: Set<String> = []
        for text in try files("Templates/pages", ".html") {
            asked.formUnion(text.matches(of: /\{\{[#^&]?t\.([\w.]+)\}\}/).map { String($0.1) })
        }
        for text in try files("Sources/VoterSite", ".swift") {
            asked.formUnion(text.matches(of: /(?:[^.\w]|pages\.)(?:text|part)\("(\w+)"/).map { String($0.1) })
            asked.formUnion(text.matches(of: /\b(?:title|error|note): "([a-z]\w+)"/).map { String($0.1) })
        }
        return asked
    }

    /// Keys that stand in the sources as they are, in tables of them mostly.
    private func written() throws -> Set<String> {
        var written: Set<String> = []
        for text in try files("Sources/VoterSite", ".swift") {
            written.formUnion(text.matches(of: /"([a-z]\w*)"/).map { String($0.1) })
        }
        return written
    }

    /// Lists of words, each with what its keys begin with.
    private static let choices: [(prefix: String, words: [String])] = [
        ("foot", PollHours.Phase.allCases.map(\.rawValue)),
        ("hours", PollHours.Phase.allCases.map(\.rawValue) + ["suspendedRestored"]),
        ("way", Channel.allCases.map(\.rawValue)),
        ("kind", Channel.allCases.filter { $0 != .letter }.map(\.rawValue)),
        ("fault", PassphraseRules.Fault.allCases.map(\.rawValue)),
    ]

    /// Keys that are put together while the site runs, and must be there.
    private func needed() throws -> Set<String> {
        var needed: Set<String> = []
        for (prefix, words) in TextKeyTests.choices {
            needed.formUnion(words.map { prefix + $0.prefix(1).uppercased() + $0.dropFirst() })
        }
        for text in try files("Sources/VoterSite", ".swift") {
            // A page that says one thing: its title, and its text where the lines are not all there is.
            for call in text.matches(of: /message\(\s*visit, [^"()]*"(\w+)"([^)]*)/) {
                needed.insert("\(call.1)Title")
                if !call.2.contains("hasOwnText: true") { needed.insert("\(call.1)Text") }
            }
            for call in text.matches(of: /receiptKey\("(\w+)"\)/) {
                needed.formUnion(["", "Over", "Abandoned"].map { "\(call.1)\($0)" })
            }
        }
        return needed
    }

    @Test func `every text that is asked for is there`() throws {
        let (asked, needed) = (try asked(), try needed())
        #expect(asked.count > 300 && needed.count > 60, "\(asked.count), \(needed.count)")
        #expect(asked.union(needed).subtracting(keys).sorted() == [])
    }

    @Test func `no text is left over`() throws {
        let used = try asked().union(try written()).union(try needed())
        #expect(keys.subtracting(used).sorted() == [])
    }

    @Test func `both languages hold the same texts`() throws {
        #expect(Set(try PageTexts.read(TextKeyTests.templates, .en).keys) == keys)
    }
}
