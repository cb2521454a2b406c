import Foundation
import Testing

/// Where the repository lies.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// The rooms, storey by storey from the ground up: a room stands on rooms of lower storeys only, so that no circle is possible.
/// The table is the house: change it only with a reason.
private let storeys: [[String]] = [
    ["Inputs", "Threads", "BallotCore", "HTTPClient", "Store", "Templating", "Typesetting"],
    ["BallotEngine", "Contacts", "Crypto", "Documents", "HTTPServer"],
    ["Journal", "Captcha", "CommandLineKit"],
    ["Elections", "Delivery"],
    ["VoterRoll"],
    ["Issuance"],
    ["Authentication", "Polling"],
    ["Staff", "Tally", "Turnout", "Compliance"],
    ["Operations", "Observer", "TrusteeSide"],
    ["WebContent"],
    ["VoterSite", "Console"],
    ["Server"],
    ["Demo"],
    ["isoloir"],
]

/// What is in `Sources` beside rooms and C modules.
private let besideRooms: Set<String> = ["install", "debian-packages", "package", "debian"]

/// What Package.swift declares: for each target of our own, its folder and what it stands on.
private func declared() throws -> [(name: String, folder: String, on: Set<String>)] {
    let text = try String(contentsOf: repository.appending(path: "Package.swift"), encoding: .utf8)
    func names(_ list: Substring) -> Set<String> { Set(list.matches(of: /"(\w+)"/).map { String($0.1) }) }
    let rooms = text.matches(of: /room\(\s*"(\w+)",\s*on: \[([^\]]*)\]\)/).map {
        (name: String($0.1), folder: "Sources/\($0.1)", on: names($0.2))
    }
    let tests = text.matches(of: /tests\(\s*"(\w+)",\s*of: \[([^\]]*)\]\)/).map {
        (name: String($0.1), folder: "Tests/\($0.1)", on: names($0.2))
    }
    let programs = text.matches(of: /\.executableTarget\(\s*name: "(\w+)",\s*dependencies: \[([^\]]*)\]/).map {
        (name: String($0.1), folder: $0.1 == "isoloir" ? "Sources/isoloir" : "Tests/\($0.1)", on: names($0.2))
    }
    // What tests share, beside the rooms.
    let support = text.matches(
        of: /\.target\(\s*name: "(\w+)",\s*dependencies: \[([^\]]*)\][^)]*\)[^)]*path: "([\w\/]+)"/
    ).map {
        (name: String($0.1), folder: String($0.3), on: names($0.2))
    }
    return rooms + tests + programs + support
}

private func imports(_ text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ").map(String.init)
        guard let at = words.firstIndex(of: "import"), words.count == at + 2,
            words[..<at].allSatisfy({
                ["package", "internal", "private", "public", "@preconcurrency", "@testable"].contains($0)
            })
        else { return nil }
        return words[at + 1]
    }
}

extension String {
    /// Whether this is the name of a system library's module: `CSQLite`.
    fileprivate var isModule: Bool { first == "C" && dropFirst().first?.isUppercase == true }
}

struct ArrowTests {
    @Test func `each target declares what it imports, and only that`() throws {
        let targets = try declared()
        let modules = try FileManager.default.contentsOfDirectory(atPath: repository.appending(path: "Sources").path)
        let known = Set(modules).subtracting(besideRooms).union(["TestSupport"])
        #expect(targets.count > 40 && targets.contains { $0.name == "TestSupport" })
        for target in targets {
            let folder = repository.appending(path: target.folder)
            let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
                $0.hasSuffix(".swift")
            }
            #expect(!files.isEmpty, "\(target.folder) is empty")
            var imported: Set<String> = []
            for file in files {
                imported.formUnion(imports(try String(contentsOf: folder.appending(path: file), encoding: .utf8)))
            }
            imported.formIntersection(known)
            #expect(imported.subtracting(target.on).isEmpty, "\(target.name) imports without declaring it")
            #expect(target.on.subtracting(imported).isEmpty, "\(target.name) declares and does not import")
        }
    }

    @Test func `arrows go down only`() throws {
        let height = Dictionary(
            uniqueKeysWithValues: storeys.enumerated().flatMap { floor in
                floor.element.map { ($0, floor.offset) }
            })
        for target in try declared() where target.folder.hasPrefix("Sources/") {
            let floor = try #require(height[target.name], "\(target.name) has no place in the house")
            for below in target.on where !below.isModule {
                let under = try #require(height[below], "\(below) has no place in the house")
                #expect(under < floor, "\(target.name) stands on \(below)")
            }
        }
    }

    @Test func `every folder of sources is a room or a C module of a room`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: repository.appending(path: "Sources").path)
        let modules = Set(try declared().flatMap(\.on).filter(\.isModule))
        let rooms = Set(storeys.joined())
        for name in names where !besideRooms.contains(name) {
            #expect(rooms.contains(name) || modules.contains(name), "Sources/\(name) belongs to no room")
        }
    }

    @Test func `a C module is imported by one room`() throws {
        let modules = try declared().filter { $0.folder.hasPrefix("Sources/") }.flatMap { $0.on.filter(\.isModule) }
        #expect(modules.count == Set(modules).count)
    }

    @Test func `the package depends on no other package`() throws {
        let text = try String(contentsOf: repository.appending(path: "Package.swift"), encoding: .utf8)
        #expect(!text.contains(".package("))
    }

    @Test func `no file of sources is longer than a reader keeps in mind`() throws {
        let longest = 400
        let names = try FileManager.default.subpathsOfDirectory(atPath: repository.appending(path: "Sources").path)
            .filter { $0.hasSuffix(".swift") }
        #expect(names.count > 300)
        for name in names {
            let text = try String(contentsOf: repository.appending(path: "Sources/\(name)"), encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
            #expect(lines <= longest, "\(name) has \(lines) lines")
        }
    }

    @Test func `the top level holds what the layout names`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: repository.path).filter { !$0.hasPrefix(".") }
        let known = ["Package.swift", "Package.resolved", "Sources", "Tests", "Ballots", "Templates", "README.md"]
        #expect(Set(names).isSubset(of: known), "\(Set(names).subtracting(known))")
    }
}
