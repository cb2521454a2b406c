import Foundation
import Testing

/// What a command prints for programs, as the sources declare it.
private struct PrintedType {
    let name: String
    /// Each stored field with its type.
    let fields: [(name: String, type: String)]
    /// Its initialisers.
    let own: String
}

/// The sources of the commands, read for the times that they print for programs.
private struct PrintedTimes {
    private let text: String
    let types: [PrintedType]

    init(_ source: String) {
        text = source.replacing(/(?m)\/\/.*$/) { _ in "" }
        types = text.matches(of: /\bstruct (\w+)[^\{\n]*\bEncodable\b[^\{\n]*\{/).map { [text] found in
            let body = PrintedTimes.inside(text, from: found.range.upperBound)
            // What a type inside declares is that type's.
            let own = body.replacing(/\bstruct \w+[^\{\}]*\{(?:[^\{\}]|\{[^\{\}]*\})*\}/) { _ in "" }
            return PrintedType(name: String(found.1), fields: PrintedTimes.fields(own), own: own)
        }
    }

    /// The text up to the bracket that closes one opened before it.
    private static func inside(_ text: String, from start: String.Index) -> String {
        var depth = 1
        let end = text[start...].firstIndex { character in
            if "{(".contains(character) { depth += 1 } else if "})".contains(character) { depth -= 1 }
            return depth == 0
        }
        return String(text[start..<(end ?? text.endIndex)])
    }

    /// `let a, b: Int, c: String?`: names before a colon are of the type behind it.
    private static func fields(_ body: String) -> [(name: String, type: String)] {
        body.matches(of: /\b(?:let|var) ((?:\w+(?:,\s*\w+)*: *[\w\[\]: ?.]+(?:,\s*)?)+)/).flatMap { declaration in
            declaration.1.matches(of: /((?:\w+,\s*)*\w+): *(\[\w+: *\w+\]\??|[\w\[\]?.]+)/).flatMap { group in
                group.1.matches(of: /\w+/).map { (String($0.0), String(group.2)) }
            }
        }
    }

    /// What each field of each type is given: where one is made, or in its own initialiser. A name stands for what the file gives it.
    func given() -> [(field: String, value: String)] {
        types.flatMap { type -> [(field: String, value: String)] in
            // A dot in a name is no boundary of a word by Unicode: `Shown.Head(`.
            let made = text.matches(of: /(\w+)\(/).filter { $0.1 == type.name }.map {
                PrintedTimes.inside(text, from: $0.range.upperBound)
            }
            let fields = type.fields.map(\.name)
            let assigned = type.own.matches(of: /(?m)^\s*(\w+) = (.*)$/).filter { fields.contains(String($0.1)) }
            return made.flatMap { arguments($0, of: fields) }
                + assigned.map { (String($0.1), resolved(String($0.2))) }
        }
    }

    /// The arguments of a call by their labels.
    private func arguments(_ call: String, of fields: [String]) -> [(field: String, value: String)] {
        let labels = call.matches(of: /(?:^|[,\s])(\w+):\s/).filter { fields.contains(String($0.1)) }
        return labels.enumerated().map { place, label in
            let end = place + 1 < labels.count ? labels[place + 1].range.lowerBound : call.endIndex
            return (String(label.1), resolved(String(call[label.range.upperBound..<end])))
        }
    }

    private func resolved(_ value: String) -> String {
        guard let name = value.wholeMatch(of: /\s*(\w+)[,\s]*/)?.1 else { return value }
        let lines = text.matches(of: /let (\w+) =.*/).filter { $0.1 == name }
        return ([value] + lines.map { String($0.0) }).joined(separator: "\n")
    }
}

/// Scripts read times, and the interface for programs writes them so.
struct PrintedTimeTests {
    /// The numbers that commands print: counts and sizes. A time is none of them.
    private static let counts: Set<String> = [
        "accepted", "added", "alreadyHad", "ballots", "blank", "bytes", "changed", "count", "counted", "credentials",
        "decrypted", "electors", "height", "held", "issued", "kept", "level", "number", "rejected", "replaced",
        "request",
        "result", "round", "rows", "signatures", "trustees", "unreachable", "voters", "votes", "warnings", "weight",
    ]
    /// Numbers and words that are told apart by where they stand.
    private static let exceptions = [
        // The chain is over the number; `time` beside it is for people.
        "JournalCommands.swift at: Int", "JournalCommands.swift time: Moment.text",
        // How many voters left the roll.
        "RollCommands.swift removed: Int",
    ]

    /// What is no RFC 3339 in the sources of a folder.
    private func faults(_ folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }.flatMap {
            file -> [String] in
            try faults(String(contentsOf: folder.appending(path: file), encoding: .utf8)).map { "\(file) \($0)" }
        }.sorted()
    }

    private func faults(_ source: String) -> [String] {
        let printed = PrintedTimes(source)
        let numbers = printed.types.flatMap(\.fields).filter { field in
            field.type.contains(/\bU?Int\d*\b|\bDouble\b|\bDate\b/) && !PrintedTimeTests.counts.contains(field.name)
        }
        let words = printed.given().compactMap { field, value in
            value.firstMatch(of: /Moment\.text|\w*[tT]imeWords|LocalTime\.\w+|\.formatted\(/).map {
                "\(field): \($0.0)"
            }
        }
        return Set(numbers.map { "\($0.name): \($0.type)" } + words).sorted()
    }

    @Test func `a time that a command prints for programs is RFC 3339`() throws {
        let folder = repository.appending(path: "Sources/isoloir")
        let found = try faults(folder)
        #expect(
            found == PrintedTimeTests.exceptions,
            "\(Set(found).symmetricDifference(PrintedTimeTests.exceptions).sorted())")
        let types = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
            .flatMap { try PrintedTimes(String(contentsOf: folder.appending(path: $0), encoding: .utf8)).types }
        #expect(types.count > 25 && types.allSatisfy { !$0.fields.isEmpty })
        #expect(types.flatMap(\.fields).count { $0.name == "at" && $0.type == "String" } >= 6)
    }

    @Test(arguments: [
        ("struct A: Encodable { let head: String, height, at: Int }", ["at: Int"]),
        ("struct A: Encodable { let bytes: Int, emptied: Int? }", ["emptied: Int?"]),
        ("struct A: Encodable {\n let path: String, reason: String?, at: Int\n}", ["at: Int"]),
        ("struct A: Encodable {\n struct B: Encodable { let sentAt: Int }\n let list: [B]\n}", ["sentAt: Int"]),
        (
            "struct A: Encodable { let last: [Int], on: Date, names: [String: Double] }",
            ["last: [Int]", "names: [String: Double]", "on: Date"]
        ),
        ("struct A: Encodable { let at, by: String }\n A(at: Moment.text(entry.at), by: x)", ["at: Moment.text"]),
        ("struct A: Encodable { let at: String }\n let words = e.timeWords(a, .en)\n A(at: words)", ["at: timeWords"]),
        (
            "struct A: Encodable {\n let at: String\n init(_ x: Int) {\n at = LocalTime.short(x)\n }\n}",
            ["at: LocalTime.short"]
        ),
        ("struct A: Encodable { let at, by: String, count: Int }\n A(at: Moment.stamp(x), by: y, count: 1)", []),
    ])
    func `what is no RFC 3339 is found however it is declared`(source: String, found: [String]) {
        #expect(faults(source) == found)
    }
}
