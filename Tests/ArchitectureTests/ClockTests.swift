import Foundation
import Testing

struct ClockSourceTests {
    /// Who may ask the machine's clock itself: who has no store that knows of a better one, or dates a line of the log. Everybody
    /// else takes the time that is held against the clock that nobody sets.
    private static let readers: Set<String> = [
        "Store/Clock.swift",
        // The clock of the process is made here; the log's lines; a store that is being brought back; files and links without one.
        "Server/Services.swift", "Server/AccessLog.swift", "isoloir/StoreCommands.swift",
        "isoloir/ElectionCommands.swift", "Demo/DemoSample.swift", "isoloir/BureauCommands.swift",
        "isoloir/PollCommands.swift",
        // What the machine's clock shows, said beside what is believed.
        "Server/PollWatch.swift", "isoloir/PollClockCommand.swift",
        // The clock itself is what is looked at; when the process began.
        "isoloir/Doctor+Files.swift", "Server/MetricsListener.swift",
        // The age of files, which the machine's clock dates.
        "VoterSite/ArchiveFolder.swift",
    ]

    @Test func `the time comes from a clock that is watched`() throws {
        let sources = repository.appending(path: "Sources")
        let files = try #require(FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
        var found: Set<String> = []
        for case let file as URL in files where file.pathExtension == "swift" {
            let text = try String(contentsOf: file, encoding: .utf8)
            let asks = text.firstMatch(
                of: /Clock\.system|SteadyClock\.system|\bDate\(\)|Date\.now|CLOCK_REALTIME|gettimeofday|time\(nil\)/)
            if asks != nil { found.insert(file.path.replacing(sources.path + "/", with: "")) }
        }
        #expect(found == Self.readers, "asks the machine's clock: \(found.symmetricDifference(Self.readers).sorted())")
    }

    /// Waits, paces and limits in memory: a clock that is set must neither keep anybody out nor let anybody in.
    @Test(arguments: ["RateLimiter", "BodyBudget", "ConnectionRegister", "WorkerPool"])
    func `what counts seconds in memory counts them by the clock that nobody sets`(name: String) throws {
        let text = try String(
            contentsOf: repository.appending(path: "Sources/HTTPServer/\(name).swift"), encoding: .utf8)
        for part in text.matches(of: /(?m)^.*\b(?:clock\.now|Clock\b).*$/) {
            Issue.record("HTTPServer/\(name) reads a clock: \(part.output)")
        }
    }
}
