import Foundation
import Testing

/// What the sources say of one type: its declaration, or an extension of it.
private struct TypeBody {
    /// The room, and the file below it.
    let room: String
    let file: String
    /// With the types around it: `Outer.Inner`.
    let name: String
    let isExtension: Bool
    /// Seen in its own file alone.
    let isPrivate: Bool
    /// From its first line to its last.
    let lines: Int
}

/// The types of a file and its extensions. The formatter puts a body's last brace where its first line begins, so that braces in
/// comments and strings end nothing.
private func bodies(_ text: String, room: String, file: String) -> [TypeBody] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let head = /^( *)(?:@\w+(?:\([^)]*\))? )*((?:[a-z]+ )*?)(class|struct|enum|actor|protocol|extension) ([A-Z][\w.]*)/
    var found: [TypeBody] = []
    // Types whose bodies the line lies in.
    var outer: [(name: String, end: Int)] = []
    for (index, line) in lines.enumerated() {
        outer.removeAll { $0.end < index }
        guard let match = line.firstMatch(of: head) else { continue }
        let close = "\(match.1)}"
        let isOneLine = line.hasSuffix("}") && line.count(where: { $0 == "{" }) == line.count(where: { $0 == "}" })
        let end = isOneLine ? index : lines[index...].firstIndex { $0 == close } ?? index
        let name = ([outer.last?.name].compactMap(\.self) + [String(match.4)]).joined(separator: ".")
        found.append(
            TypeBody(
                room: room, file: file, name: name, isExtension: match.3 == "extension",
                isPrivate: match.2.contains("private"), lines: end - index + 1))
        outer.append((name, end))
    }
    return found
}

/// Lines of each type with all its extensions, those of other rooms among them, by `Room.Type`.
private func sizes(_ bodies: [TypeBody]) -> [String: Int] {
    func key(_ body: TypeBody) -> String { "\(body.room).\(body.name)\(body.isPrivate ? " in \(body.file)" : "")" }
    let declared = bodies.filter { !$0.isExtension }
    var sizes: [String: Int] = [:]
    for body in declared { sizes[key(body), default: 0] += body.lines }
    let named = Dictionary(grouping: declared, by: \.name)
    for body in bodies where body.isExtension {
        // A private type of the same file comes first, then one of the same room; a type that is not ours is nobody's.
        let all = named[body.name] ?? []
        let own =
            all.first { $0.isPrivate && $0.room == body.room && $0.file == body.file }
            ?? all.first { !$0.isPrivate && $0.room == body.room } ?? all.first { !$0.isPrivate }
        if let own { sizes[key(own), default: 0] += body.lines }
    }
    return sizes
}

/// Every type of all rooms.
private func sources() throws -> [TypeBody] {
    let root = repository.appending(path: "Sources").path
    let files = try FileManager.default.subpathsOfDirectory(atPath: root).filter { $0.hasSuffix(".swift") }.sorted()
    return try files.flatMap { file in
        let parts = file.split(separator: "/", maxSplits: 1).map(String.init)
        return bodies(
            try String(contentsOfFile: "\(root)/\(file)", encoding: .utf8), room: parts[0], file: parts.last ?? file)
    }
}

struct TypeTests {
    /// Lines that one type may have with its extensions: beyond that it has more than one job.
    private static let most = 600

    @Test func `a type is counted with its extensions, and without those of another one of its name`() {
        let desk = """
            /// struct Desk {
            package final class Desk: Sendable {
                /// Not the end: }
                private let text = "}"
                enum Kind { case one }
                struct Drawer {
                    let key: Int
                }
                class func make() {}
            }

            extension Desk.Drawer {
                var isOpen: Bool { false }
            }
            """
        let other = """
            extension Desk {
                func close() {}
            }
            private struct Desk {
            }
            extension Desk: Sendable {}
            extension String {
                var isEmptyDesk: Bool { isEmpty }
            }
            """
        let found =
            bodies(desk, room: "Lower", file: "Desk.swift")
            + bodies("extension Desk {\n}", room: "Upper", file: "Desk+More.swift")
            + bodies(other, room: "Other", file: "Other.swift")
        #expect(
            sizes(found) == [
                "Lower.Desk": 11, "Lower.Desk.Kind": 1, "Lower.Desk.Drawer": 6, "Other.Desk in Other.swift": 6,
            ])
    }

    @Test func `no type has more than 600 lines with its extensions`() throws {
        let sizes = sizes(try sources())
        #expect(sizes.count > 1000)
        let beyond = sizes.filter { $0.value > Self.most }
        #expect(beyond.map { "\($0.key) has \($0.value) lines" }.sorted() == [])
    }
}
