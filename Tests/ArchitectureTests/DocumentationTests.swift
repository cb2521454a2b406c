import Foundation
import Testing

/// What other rooms use is explained where it stands.
struct DocumentationTests {
    /// Lines of documentation for each line of code: what was reached once is not lost again.
    private static let least = 0.18

    /// The sources of all rooms, line by line, with their paths below `Sources`.
    private func files() throws -> [(path: String, lines: [Substring])] {
        let sources = repository.appending(path: "Sources")
        let paths = try FileManager.default.subpathsOfDirectory(atPath: sources.path).filter { $0.hasSuffix(".swift") }
        return try paths.sorted().map { path in
            let text = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
            return (path, text.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }

    @Test func `every declaration that other rooms see has a line of its own`() throws {
        let declaration = /^\s*(?:@\w+(?:\([^)]*\))? )*package (?!import)/
        var declarations = 0
        for (path, lines) in try files() {
            for (place, line) in lines.enumerated() where line.firstMatch(of: declaration) != nil {
                declarations += 1
                // Attributes may stand between.
                let above = lines[..<place].last { !$0.drop(while: \.isWhitespace).hasPrefix("@") }
                let isSaid = above?.drop(while: \.isWhitespace).hasPrefix("///") ?? false
                #expect(isSaid, "\(path):\(place + 1) has no documentation: \(line)")
            }
        }
        #expect(declarations > 3000)
    }

    @Test func `there is enough of it`() throws {
        var (said, code) = (0, 0)
        for (_, lines) in try files() {
            for line in lines {
                let text = line.drop(while: \.isWhitespace)
                if text.hasPrefix("///") { said += 1 } else if !text.isEmpty, !text.hasPrefix("//") { code += 1 }
            }
        }
        #expect(Double(said) >= Self.least * Double(code), "\(said) lines of documentation for \(code) lines of code")
    }
}
