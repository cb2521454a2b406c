import Foundation
import Testing

/// What a file declares at its left margin, where the formatter puts what lies in nothing else.
private struct Declarations {
    /// Types that other files see.
    var types: Set<String> = []
    /// Extended types, and the protocols to which the extensions make them conform.
    var extended: Set<String> = []
    /// Functions and values.
    var functions: Set<String> = []

    init(_ text: String) {
        let type =
            /(?:@\S+ )*((?:[a-z()]+ )*?)(class|struct|enum|actor|protocol|extension) ([A-Z][\w.]*)(: [\w, .&@]+)?/
        let function = /(?:@\S+ )*(?:[a-z()]+ )*?(?:func|let|var) (\w+)/
        for line in text.split(separator: "\n") where line.first?.isWhitespace == false {
            if let found = line.prefixMatch(of: type) {
                if found.2 == "extension" {
                    extended.insert(String(found.3))
                    for name in found.4?.dropFirst(2).split(separator: ",") ?? [] {
                        extended.insert(name.trimmingCharacters(in: .whitespaces))
                    }
                } else if !found.1.contains("private") {
                    types.insert(String(found.3))
                }
            } else if let found = line.prefixMatch(of: function) {
                functions.insert(String(found.1))
            }
        }
    }

    /// Whether a file of this name, without its ending, is one in which they are looked for: that of a type that it declares,
    /// `Type+Aspect` of one that it extends, or that of a function. One of functions alone may be called after what they do.
    func areFound(under name: String) -> Bool {
        let parts = name.split(separator: "+", maxSplits: 1)
        if parts.count == 2 { return extended.contains { $0 == parts[0] || $0.hasPrefix("\(parts[0]).") } }
        let function = name.prefix(1).lowercased() + name.dropFirst()
        return types.contains(name) || functions.contains(function) || types.isEmpty && extended.isEmpty
    }
}

/// Whoever looks for a type finds its file by the name.
struct FileNameTests {
    /// Files that are called otherwise yet: the ballot page's program is built of its room's files in the order of their names. None is
    /// ever added.
    private static let otherwise: Set<String> = [
        "BallotCore/Ballots.swift", "BallotCore/Text.swift", "BallotCore/Wasm/Exports.swift",
    ]

    @Test(arguments: [
        ("Box", "package struct Box {\n}", true), ("Boxes", "package struct Box {\n}", false),
        ("Box", "@safe package final class Box {\n}", true), ("Box", "struct Lid {\n    struct Box {\n    }\n}", false),
        ("Box", "extension Box {\n}", false), ("Box+Lid", "extension Box {\n}", true),
        ("Box+Lid", "extension Box.Lid {\n}", true), ("Box+Lid", "extension Boxes {\n}", false),
        ("Box+Lid", "struct Box {\n}", false), ("Open+Names", "extension Box: Sendable, Open {\n}", true),
        ("BoxCommands", "let boxCommands = [\n]\nextension Box {\n}", true), ("Opening", "func open() {}", true),
        ("Opening", "func open() {}\nprivate struct Box {\n}", true),
        ("Opening", "func open() {}\nenum Box {\n}", false),
        ("Opening", "func open() {}\nextension Box {\n}", false),
    ])
    func `a name is that of a type, of an aspect or of a function`(name: String, text: String, isRight: Bool) {
        #expect(Declarations(text).areFound(under: name) == isRight)
    }

    @Test func `every file is named after what it declares or extends`() throws {
        let root = repository.appending(path: "Sources").path
        let files = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".swift") }
        #expect(files.count > 500)
        let wrong = try files.filter { file in
            let text = try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8)
            let name = String(file.split(separator: "/").last?.dropLast(".swift".count) ?? "")
            return name != "main" && !Declarations(text).areFound(under: name)
        }
        #expect(Set(wrong).subtracting(Self.otherwise).sorted() == [])
        #expect(Self.otherwise.subtracting(wrong).sorted() == [])
    }
}
