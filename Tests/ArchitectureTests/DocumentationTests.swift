import Foundation
import Testing

/// What other rooms use is explained where it stands.
struct DocumentationTests {
    /// Lines of documentation for each line of code, over all rooms and in each: what was reached once is not lost again.
    private static let (least, leastOfRoom) = (0.20, 0.10)

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
        var rooms: [Substring: (said: Int, code: Int)] = [:]
        for (path, lines) in try files() {
            let room = path.prefix { $0 != "/" }
            for line in lines {
                let text = line.drop(while: \.isWhitespace)
                if text.hasPrefix("///") {
                    rooms[room, default: (0, 0)].said += 1
                } else if !text.isEmpty, !text.hasPrefix("//") {
                    rooms[room, default: (0, 0)].code += 1
                }
            }
        }
        #expect(rooms.count > 25)
        let (said, code) = rooms.values.reduce((0, 0)) { ($0.0 + $1.said, $0.1 + $1.code) }
        #expect(Double(said) >= Self.least * Double(code), "\(said) lines of documentation for \(code) lines of code")
        for (room, lines) in rooms {
            #expect(
                Double(lines.said) >= Self.leastOfRoom * Double(lines.code),
                "\(room): \(lines.said) lines of documentation for \(lines.code) lines of code")
        }
    }

    /// An error of the store has its kind and its cure in its type; of every other one the caller must know when it comes.
    @Test func `what other rooms call says what it throws`() throws {
        let declaration = /^\s*(?:@\w+(?:\([^)]*\))? )*package (?:[a-z]+ )*(?:func|init)\b/
        var throwing = 0
        for (path, lines) in try files() {
            for (place, line) in lines.enumerated() where line.firstMatch(of: declaration) != nil {
                let thrown = thrown(lines[place...].prefix(20).joined(separator: "\n"))
                guard let thrown, thrown != "throws(StoreError)" else { continue }
                throwing += 1
                let above = lines[..<place].reversed().map { $0.drop(while: \.isWhitespace) }
                    .prefix { $0.hasPrefix("///") || $0.hasPrefix("@") }
                let isSaid = above.contains { $0.hasPrefix("/// - Throws:") }
                #expect(isSaid, "\(path):\(place + 1) does not say what it throws: \(line)")
            }
        }
        #expect(throwing > 150)
    }

    /// The clause of a declaration that says that it throws; nil where it throws nothing. What its parameters and its result throw
    /// does not count.
    private func thrown(_ head: String) -> String? {
        var (clause, depth, isKept) = ("", 0, false)
        for sign in head {
            if sign == "{", depth == 0 { break }
            if sign == "(" {
                if depth == 0 { isKept = clause.hasSuffix("throws") }
                depth += 1
            }
            if depth == 0 || isKept { clause.append(sign) }
            if sign == ")" { depth -= 1 }
        }
        let own = clause[..<(clause.firstRange(of: "->")?.lowerBound ?? clause.endIndex)]
        return own.firstMatch(of: /\b(?:re)?throws\b(?:\(\w+\))?/).map { String($0.output) }
    }

    @Test func `a clause is found behind closures that throw`() {
        #expect(thrown("package func a(_ b: () throws -> Int = { 1 }) -> Int {") == nil)
        #expect(
            thrown("package func a(\n    _ b: () throws(E) -> Int\n) throws(KeyError) -> Int {") == "throws(KeyError)")
        #expect(thrown("package init(_ b: (Int)) throws {") == "throws")
        #expect(thrown("package func a() -> () throws -> Int {") == nil)
    }
}
