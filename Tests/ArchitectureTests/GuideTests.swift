import Foundation
import Testing

/// The reference on what holds the security promises names a test for each chapter of the verification standard: a name that no test has any more would be
/// a promise that nothing holds.
struct GuideTests {
    /// Chapters of OWASP ASVS 5 that it must answer.
    private static let chapters = ["V2", "V3", "V6", "V8", "V9", "V11", "V15", "V16"]

    /// The rows of the table: chapter, and tests as `FILE: NAME`.
    private func rows() throws -> [(chapter: String, tests: [String])] {
        let page = repository.appending(path: "Sources/Operations/Operations.docc/SecurityVerification.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            guard let found = line.firstMatch(of: /^\| (V\d+) [^|]*\|[^|]+\|([^|]+)\|$/) else { return nil }
            let tests = found.2.matches(of: /`([^`]+)`/).map { String($0.1) }
            return (String(found.1), tests)
        }
    }

    @Test func `each chapter of the standard is answered once, by tests`() throws {
        let rows = try rows()
        #expect(rows.map(\.chapter) == Self.chapters)
        for row in rows { #expect(row.tests.count >= 3, "\(row.chapter) is held by \(row.tests.count) tests") }
    }

    @Test func `the tests that the guide names exist`() throws {
        for name in try rows().flatMap(\.tests) {
            let parts = name.split(separator: ":", maxSplits: 1).map { $0.drop { $0 == " " } }
            try #require(parts.count == 2, "\(name) is no FILE: NAME")
            let file = repository.appending(path: "Tests/\(parts[0])")
            let text = try String(contentsOf: file, encoding: .utf8)
            let isThere = text.contains("def \(parts[1])(") || text.contains("func `\(parts[1])`(")
            #expect(isThere, "\(parts[0]) has no test \"\(parts[1])\"")
        }
    }
}
