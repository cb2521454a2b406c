import Foundation
import Testing

struct HoursTests {
    /// Who may read what the organiser announced: whoever reads, freezes or compares the definition. Everybody else asks
    /// `PollHours`, which knows of extensions, suspensions and early closes.
    private static let readers: Set<String> = [
        "Elections/PollHours.swift",
        "Polling/BoxIntegrity.swift", "Polling/Poll.swift", "Polling/PollOpener.swift", "Polling/PollSealer.swift",
        "Polling/PollRestore.swift",
        "Server/Rehearsal.swift",
    ]

    @Test func `what is said of the hours comes from those in force`() throws {
        let sources = repository.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var found: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            guard text.firstMatch(of: /\.announced(Opening|Close)\b/) != nil
            else { continue }
            found.insert(file.path.replacing(sources.path + "/", with: ""))
        }
        #expect(found == Self.readers, "reads the announced hours: \(found.symmetricDifference(Self.readers).sorted())")
    }

    /// A poll's row is written by those alone who put the hours in force with it: in the same function, or in the body of a change
    /// of state, which does.
    @Test func `no state of a poll is written without its hours`() throws {
        let sources = repository.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var writers = 0
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            // From one function's head to the next one's.
            for function in text.components(separatedBy: "func ").dropFirst() {
                let updates = function.matches(of: /UPDATE polling_poll SET([^;"]*)/).map { String($0.1) }
                let isOfHours = updates.contains { $0.contains(#/\b(state|closes_at) = /#) }
                guard isOfHours else { continue }
                writers += 1
                let name = function.prefix { $0.isLetter || $0.isNumber }
                #expect(
                    function.contains("putHours(") || function.contains("try states.change("),
                    "\(file.lastPathComponent), \(name): writes a poll's hours alone")
            }
        }
        // The test finds what it is about.
        #expect(writers >= 5)
    }
}
