import Elections
import Foundation
import Journal
import Testing

@testable import Console

/// What the journal's details say on the page, and that every detail that is written has words.
struct JournalWordsTests {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(
        path: "../../Sources")

    private func words(_ language: Language) throws -> JournalWords {
        JournalWords(wording: try ConsoleFixture(voters: 1).context.wording(language))
    }

    @Test func `details are read in the order whom, what, why, with values in words`() throws {
        let lines = try words(.fr).lines(
            #"{"byBureau":"no","deed":"reissue","reason":"appel du 24","request":"7","voter":"12"}"#, of: .approvalAsk)
        #expect(
            lines.map { $0.label + $0.value } == [
                "électeur\u{A0}: 12", "demande\u{A0}: 7", "action\u{A0}: nouvel identifiant",
                "par le bureau de vote\u{A0}: Non",
                "motif\u{A0}: appel du 24",
            ])
        #expect(lines.map(\.link) == ["/manager/voters/12", nil, nil, nil, nil])
    }

    @Test func `moments are said by the election's clock, and numbers that are none are left`() throws {
        let said = try words(.en)
        #expect(said.lines(#"{"at":"1796112000"}"#, of: .pollRound).map(\.value) == ["1 Dec 2026 09:00"])
        #expect(said.lines(#"{"from":"1796112000"}"#, of: .pollExtend).map(\.value) == ["1 Dec 2026 09:00"])
        #expect(said.lines(#"{"from":"1796112000"}"#, of: .identifierIssue).map(\.value) == ["1796112000"])
    }

    @Test func `what has no words stands for itself, and what cannot be read as it is`() throws {
        let said = try words(.en)
        #expect(said.lines(#"{"calm":"yes"}"#, of: .policyAnswer).map { $0.label + $0.value } == ["calm: Yes"])
        #expect(said.lines("{broken", of: nil).map(\.value) == ["{broken"])
        #expect(said.lines("{}", of: .export).isEmpty)
    }

    /// Names that stand in a call that records an entry.
    @Test func `every detail that is written has words`() throws {
        var (unknown, found): (Set<String>, Set<String>) = ([], [])
        for case let file as URL in try #require(
            FileManager.default.enumerator(at: Self.sources, includingPropertiesForKeys: nil))
        where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            for start in text.ranges(of: "record(") {
                for name in call(text[start.upperBound...]).matches(of: /"([a-z][A-Za-z0-9.]*)"\s*:/).map({
                    String($0.1)
                }) {
                    // The two halves of a condition.
                    if name == "yes" || name == "no" { continue }
                    found.insert(name)
                    if JournalDetail(rawValue: name) == nil { unknown.insert("\(name) (\(file.lastPathComponent))") }
                }
            }
        }
        #expect(unknown.isEmpty && found.count > 60, "\(unknown.sorted())")
    }

    /// A call's arguments, which begin a text, where the call records something in a transaction.
    private func call(_ text: Substring) -> Substring {
        var depth = 1
        for index in text.indices.prefix(3000) {
            if text[index] == "(" { depth += 1 }
            if text[index] == ")" { depth -= 1 }
            if depth == 0 { return text[..<index].contains("transaction") ? text[..<index] : "" }
        }
        return ""
    }
}
