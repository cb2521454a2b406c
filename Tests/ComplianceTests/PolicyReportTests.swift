import Compliance
import Documents
import Elections
import Foundation
import Testing

struct PolicyReportTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "../..")

    private func text() throws -> PolicyText {
        let file = Self.root.appending(path: "Templates/policy/level-2019.yaml")
        return try PolicyText(try String(contentsOf: file, encoding: .utf8), file: "level-2019.yaml")
    }

    private func election() throws -> Election {
        let file = Self.root.appending(path: "Ballots/cse-2026/election.yaml")
        return try ElectionReader.read(try String(contentsOf: file, encoding: .utf8), file: "e").get()
    }

    @Test func `ten questions, and points give levels as the guide says`() throws {
        let text = try text()
        #expect(text.questions.count == 10)
        #expect((0...10).map(text.level(points:)) == [1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3])
    }

    /// In France's time, whatever the election's own zone is.
    @Test(arguments: [("2026-12-31 23:59", false), ("2027-01-01 00:00", true), ("2027-11-30 12:00", true)])
    func `an election that closes after the recommendation's last day is told so`(close: String, isOutdated: Bool)
        throws
    {
        let file = Self.root.appending(path: "Ballots/cse-2026/election.yaml")
        let sample = try String(contentsOf: file, encoding: .utf8)
        let line = try #require(sample.split(separator: "\n").first { $0.hasPrefix("closes:") })
        let text = sample.replacing(line, with: "closes: \(close)")
        let election = try ElectionReader.read(text, file: "e", isStored: true).get()
        let report = PolicyReport(try self.text(), election, PolicyFacts())
        #expect(report.outdatedSince == (isOutdated ? "2026-12-31" : nil))
    }

    @Test func `a last day that is none is refused with its place`() throws {
        let file = Self.root.appending(path: "Templates/policy/level-2019.yaml")
        let text = try String(contentsOf: file, encoding: .utf8).replacing("\"2026-12-31\"", with: "\"31/12/2026\"")
        #expect(throws: Documents.Fault.self) { try PolicyText(text, file: "level-2019.yaml") }
    }

    @Test(arguments: [(40, 0), (500, 1), (5000, 2)])
    func `the number of voters answers two questions`(voters: Int, points: Int) throws {
        let text = try text()
        var facts = PolicyFacts()
        facts.voters = voters
        for question in text.questions where question.voters == nil { facts.answers[question.id] = true }
        let report = PolicyReport(text, try election(), facts)
        #expect(report.points == points)
    }

    @Test func `without answers there is no level, and that is a point`() throws {
        let report = PolicyReport(try text(), try election(), PolicyFacts(), level: 1)
        #expect(report.computedLevel == nil)
        #expect(report.open.contains { $0.point.id == "answered" })
    }

    @Test func `each level asks for what the lower ones ask for, and more`() throws {
        let (text, election) = (try text(), try election())
        let counts = [1, 2, 3].map { PolicyReport(text, election, PolicyFacts(), level: $0).lines.count }
        #expect(counts[0] < counts[1] && counts[1] < counts[2] && counts[2] == text.points.count)
    }

    @Test func `one trustee, one bureau member and no bounces are missing`() throws {
        var facts = PolicyFacts()
        (facts.trustees, facts.bureau, facts.takesBounces, facts.letterOnly, facts.oneChannel) = (1, 1, false, 3, 3)
        let missing = Set(
            PolicyReport(try text(), try election(), facts, level: 2).open.map(\.point.id))
        #expect(missing.isSuperset(of: ["trustees", "bureau", "bounces"]))
        (facts.trustees, facts.bureau, facts.takesBounces, facts.letterOnly, facts.oneChannel) = (2, 2, true, 0, 0)
        let better = Set(PolicyReport(try text(), try election(), facts, level: 2).open.map(\.point.id))
        #expect(better.isDisjoint(with: ["trustees", "bureau", "bounces", "twoChannels", "challenge"]))
    }

    /// What the ways of the samples lack at level 2, though every voter had two channels.
    @Test(arguments: [
        ("cse-2026", [String]()), ("activation", ["onePage", "recovery"]), ("espace", ["onePage", "recovery"]),
        ("renouvellement", ["renewal"]), ("association", []),
    ])
    func `a page, a desk and a renewal are judged`(name: String, missing: [String]) throws {
        let file = Self.root.appending(path: "Ballots/\(name)/election.yaml")
        let election = try ElectionReader.read(try String(contentsOf: file, encoding: .utf8), file: "e").get()
        var facts = PolicyFacts()
        facts.oneChannel = 0
        let open = PolicyReport(try text(), election, facts, level: 2).open.map(\.point.id)
        #expect(open.filter { ["onePage", "recovery", "renewal"].contains($0) } == missing)
    }

    @Test(arguments: [
        ("rounds", ["cadres"] as [String]?, PolicyReport.State.met), ("atOnce", [], .met),
        ("atOnce", ["cadres"], .warned), ("atOnce", nil, .unknown),
    ])
    func `word of each vote at once is warned of where few vote`(
        confirm: String, few: [String]?, state: PolicyReport.State
    ) throws {
        let file = Self.root.appending(path: "Ballots/cse-2026/election.yaml")
        let source = try String(contentsOf: file, encoding: .utf8) + "\nconfirm: \(confirm)\n"
        var facts = PolicyFacts()
        facts.fewConfirmed = few
        let report = PolicyReport(try text(), try ElectionReader.read(source, file: "e").get(), facts, level: 1)
        #expect(report.lines.first { $0.point.id == "confirming" }?.state == state)
        // It is said, and nothing waits for it: neither a cure nor the bureau's word.
        #expect(report.open.allSatisfy { $0.point.id != "confirming" })
    }

    @Test func `every point that is looked at is known to the check`() throws {
        // A point of the file that no rule knows would stay unknown whatever the facts are.
        var facts = PolicyFacts()
        (facts.trustees, facts.bureau, facts.auditors, facts.takesBounces) = (3, 2, 1, true)
        (facts.elections, facts.letterOnly, facts.oneChannel, facts.smallBallots) = (1, 0, 0, [])
        facts.fewConfirmed = []
        facts.voters = 100
        facts.hasExpertise = true
        let text = try text()
        for question in text.questions { facts.answers[question.id] = true }
        let report = PolicyReport(text, try election(), facts, level: 3)
        #expect(report.lines.allSatisfy { $0.state != .unknown })
    }
}
