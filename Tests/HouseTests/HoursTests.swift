import Foundation
import Testing

struct HoursTests {
    /// Who may read what the organiser announced: whoever reads, freezes or compares the definition. Everybody else asks
    /// `PollHours`, which knows of extensions, suspensions and early closes.
    private static let readers: Set<String> = [
        "Elections/PollHours.swift",
        "Polling/Audit.swift", "Polling/Poll.swift", "Polling/PollSealer.swift", "Polling/PollingStation.swift",
        "Polling/Restore.swift",
        "isoloir/Rehearsal.swift",
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

    /// A poll's row is written by those alone who put the hours in force with it.
    @Test func `no state of a poll is written without its hours`() throws {
        let folder = repository.appending(path: "Sources/Polling")
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) where name.hasSuffix(".swift") {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            let writes =
                text.contains("polling_poll SET state")
                || (text.contains("polling_poll SET") && text.contains("closes_at ="))
            guard writes else { continue }
            #expect(
                text.contains("putHours(") || text.contains("try change("),
                "Polling/\(name) writes a poll's hours alone")
        }
    }
}
