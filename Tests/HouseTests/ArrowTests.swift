import Foundation
import Testing

/// Where the repository lies.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// What each room stands on. The table is the house: change it only with a reason.
private let rooms: [String: [String]] = [
    "Inputs": [],
    "Store": ["CKernelClock", "CSQLite"],
    "Crypto": ["CSodium", "CCrypto", "Inputs"],
    "Contacts": ["CIDN", "Inputs"],
    "Documents": ["CYAML", "Inputs"],
    "Templating": [],
    "Letterpress": ["CPango", "CQREncode"],
    "Journal": ["Store", "Crypto"],
    "Elections": ["Journal", "Documents", "Contacts", "BallotCore"],
    "Delivery": ["Journal", "Templating", "Letterpress", "Contacts", "CCurl", "CTLS"],
    "VoterRoll": ["Elections", "Letterpress", "CArchive", "CXML"],
    "Issuance": ["VoterRoll", "Delivery"],
    "Passphrases": ["Issuance"],
    "Access": ["Passphrases"],
    "Captcha": ["Store", "Crypto", "Letterpress"],
    "Recovery": ["Access", "Captcha"],
    "BallotCore": [],
    "BallotEngine": ["BallotCore", "CGMP"],
    "Polling": ["Access", "BallotEngine"],
    "Tally": ["Polling"],
    "Observer": ["Tally"],
    "Staff": ["Access"],
    "Bureau": ["Tally", "Recovery", "Staff", "CClp"],
    "Operations": ["Bureau"],
    "Web": ["Operations", "CMicrohttpd"],
    "isoloir": ["Web", "Observer"],
]

/// The system's own modules.
private let system: Set<String> = ["Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Synchronization"]

/// What a room may import: its row, every Swift room reachable from it, and the system's modules.
private func allowed(_ room: String) -> Set<String> {
    var names = Set(rooms[room] ?? [])
    var open = Array(names)
    while let next = open.popLast() {
        for below in rooms[next] ?? [] where rooms[below] != nil && names.insert(below).inserted { open.append(below) }
    }
    return names.union(system)
}

private func imports(_ text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
        let words = line.split(separator: " ").map(String.init)
        guard let at = words.firstIndex(of: "import"), words.count == at + 2,
            words[..<at].allSatisfy({ ["package", "internal", "private", "public", "@preconcurrency"].contains($0) })
        else { return nil }
        return words[at + 1]
    }
}

struct ArrowTests {
    @Test(arguments: rooms.keys.sorted())
    func `a room imports only what it stands on`(room: String) throws {
        let folder = repository.appending(path: "Sources/\(room)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
        #expect(!files.isEmpty)
        for file in files {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for name in imports(text) { #expect(allowed(room).contains(name), "\(room)/\(file) imports \(name)") }
        }
    }

    @Test func `every folder of sources is a room or a C module of the table`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: repository.appending(path: "Sources").path)
        let modules = Set(rooms.values.joined().filter { $0.hasPrefix("C") && rooms[$0] == nil })
        for name in names where !["install", "debian-packages"].contains(name) {
            #expect(rooms[name] != nil || modules.contains(name), "Sources/\(name) is not in the table")
        }
    }

    @Test func `a C module is imported by one room`() {
        let modules = rooms.values.joined().filter { $0.hasPrefix("C") && rooms[$0] == nil }
        #expect(modules.count == Set(modules).count)
    }

    @Test func `the package depends on no other package and declares the same arrows`() throws {
        let text = try String(contentsOf: repository.appending(path: "Package.swift"), encoding: .utf8)
        #expect(!text.contains(".package("))
        for (room, foundations) in rooms where room != "isoloir" {
            let list = foundations.map { "\"\($0)\"" }.joined(separator: ", ")
            #expect(text.contains("room(\"\(room)\", on: [\(list)])"), "Package.swift says otherwise of \(room)")
        }
    }

    @Test func `the top level holds what the layout names`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: repository.path).filter { !$0.hasPrefix(".") }
        let known = ["Package.swift", "Package.resolved", "Sources", "Tests", "Ballots", "Templates", "README.md"]
        #expect(Set(names).isSubset(of: known), "\(Set(names).subtracting(known))")
    }
}
