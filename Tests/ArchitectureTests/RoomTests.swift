import Foundation
import Testing

/// Each room has tests of its own, so that whoever changes it knows where to look and what to run.
struct RoomTests {
    /// Rooms whose tests stand elsewhere, each with the folder and the reason.
    private static let elsewhere = [
        // A ballot that one of the two seals is checked by the other.
        "BallotCore": "Tests/BallotTests", "BallotEngine": "Tests/BallotTests",
        // Programs, which are walked as people start them.
        "Demo": "Tests/Road", "isoloir": "Tests/Road",
    ]

    /// The package without its spaces, which formatting moves.
    private func package() throws -> String {
        try String(contentsOf: repository.appending(path: "Package.swift"), encoding: .utf8)
            .filter { !$0.isWhitespace }
    }

    private func rooms(_ package: String) -> [String] {
        let libraries = package.matches(of: /room\("(\w+)",on:/).map { String($0.1) }
        return libraries + ["isoloir"]
    }

    @Test func `each room is a test target, or it is said where its tests stand`() throws {
        let package = try package()
        let rooms = rooms(package)
        #expect(rooms.count > 30 && Set(rooms).count == rooms.count)
        for room in rooms where RoomTests.elsewhere[room] == nil {
            let dependencies = package.firstMatch(of: try Regex("tests\\(\"\(room)Tests\",of:\\[([^\\]]*)\\]"))?[1]
                .substring
            #expect(dependencies?.contains("\"\(room)\"") == true, "\(room) has no target \(room)Tests that imports it")
        }
    }

    @Test func `each of these targets holds tests`() throws {
        for room in rooms(try package()) where RoomTests.elsewhere[room] == nil {
            let folder = repository.appending(path: "Tests/\(room)Tests")
            let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter {
                $0.hasSuffix(".swift")
            }
            let tests = try names.map {
                try String(contentsOf: folder.appending(path: $0), encoding: .utf8).matches(of: /@Test\b/).count
            }
            #expect(tests.reduce(0, +) > 0, "Tests/\(room)Tests holds no test")
        }
    }

    @Test func `whose tests stand elsewhere has none of its own, and that place is there`() throws {
        let rooms = Set(rooms(try package()))
        for (room, place) in RoomTests.elsewhere {
            #expect(rooms.contains(room), "\(room) is no room any more")
            #expect(FileManager.default.fileExists(atPath: repository.appending(path: place).path))
            let own = repository.appending(path: "Tests/\(room)Tests").path
            #expect(!FileManager.default.fileExists(atPath: own), "\(room) has tests of its own: take it off the list")
        }
    }

    @Test func `a target's name is a room's, or one that spans several`() throws {
        let (package, spanning) = (try package(), ["ArchitectureTests", "BallotTests"])
        let rooms = rooms(package)
        let targets = package.matches(of: /tests\("(\w+)",of:/).map { String($0.1) }
        #expect(targets.count > 30)
        for target in targets where !spanning.contains(target) {
            #expect(rooms.contains { target == $0 + "Tests" }, "\(target) is named after no room")
        }
    }
}
