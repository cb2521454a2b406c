import Foundation
import Testing

/// A function of the sources, as its text shows it.
private struct Function {
    /// File and name.
    let place: String
    let parameters: Int
    /// From its first line to its last.
    let lines: Int
}

/// Counts what stands between a function's parentheses, by the commas outside of nested ones.
private func parameters(_ text: Substring) -> Int {
    var (depth, commas, isEmpty, isQuoted) = (1, 0, true, false)
    var before: Character = " "
    for character in text {
        defer { before = character }
        if character == "\"", before != "\\" { isQuoted.toggle() }
        if !character.isWhitespace, character != ")" || depth > 1 { isEmpty = false }
        guard !isQuoted else { continue }
        switch character {
        case "(", "[", "{", "<": depth += 1
        case ")", "]", "}": depth -= 1
        // An arrow closes nothing.
        case ">" where before != "-": depth -= 1
        case "," where depth == 1: commas += 1
        default: break
        }
        if depth == 0 { break }
    }
    return isEmpty ? 0 : commas + 1
}

/// No head of a function has more lines.
private let longestHead = 40

/// The functions of a file. The formatter puts a body's last brace where its first line begins.
private func functions(_ text: String, file: String) -> [Function] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    var found: [Function] = []
    for (index, line) in lines.enumerated() {
        // Looked for as bytes first: the expression below is slow, and most lines have no such word.
        guard line.utf8.contains(UInt8(ascii: "(")), line.contains("func "),
            let match = line.firstMatch(of: /^( *)(?:@\w+ )*(?:[a-z]+(?:\(set\))? )*func ([\w`]+[^(]*|[^\w\s(]+ *)\(/)
        else { continue }
        let rest = lines[index...].prefix(longestHead).joined(separator: "\n").dropFirst(
            line.distance(from: line.startIndex, to: match.range.upperBound))
        let close = "\(match.1)}"
        let isOneLine = line.hasSuffix("}") && line.count(where: { $0 == "{" }) == line.count(where: { $0 == "}" })
        let end = isOneLine ? index : lines[index...].firstIndex { $0 == close } ?? index
        found.append(
            Function(place: "\(file) \(match.2)", parameters: parameters(rest[...]), lines: end - index + 1))
    }
    return found
}

/// The functions of all rooms, read once.
private let allSources = Result {
    let root = repository.appending(path: "Sources").path
    let files = try #require(FileManager.default.enumerator(atPath: root)).compactMap { $0 as? String }
        .filter { $0.hasSuffix(".swift") }.sorted()
    return try files.flatMap { functions(try String(contentsOfFile: "\(root)/\($0)", encoding: .utf8), file: $0) }
}

struct FunctionTests {
    @Test func `parameters and lines are counted as a reader counts them`() {
        let text = """
                package func put(_ pairs: [String: Int], then: (Int, Int) -> Void, by: Result<Int, Fault> = f(1, 2))
                    throws
                {
                    one()
                }
            func none() {}
            @discardableResult
            private func one(said: String = "a, b") -> Int { 1 }
            """
        let found = functions(text, file: "F")
        #expect(found.map(\.parameters) == [3, 0, 1])
        #expect(found.map(\.lines) == [5, 1, 1])
    }

    @Test func `no function takes more than six values`() throws {
        let found = try allSources.get()
        #expect(found.count > 3000)
        #expect(found.filter { $0.parameters > 6 }.map(\.place) == [])
    }

    @Test func `no function of a console page is longer than a page`() throws {
        let found = try allSources.get().filter { $0.place.hasPrefix("Console/") }
        #expect(found.count > 300 && found.filter { $0.lines > 40 }.map(\.place) == [])
    }

    @Test func `nine functions in ten have at most 25 lines`() throws {
        let lengths = try allSources.get().map(\.lines).sorted()
        #expect(lengths[lengths.count * 9 / 10] <= 25, "\(lengths[lengths.count * 9 / 10])")
    }
}
