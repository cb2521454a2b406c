import Console
import Delivery
import Elections
import Foundation
import Journal
import Polling
import Testing
import Typesetting
import VoterSite
import WebContent

@testable import Tally

private let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

private func election(_ change: (old: String, new: String)? = nil) throws -> Election {
    var text = try String(contentsOf: repository.appending(path: "Ballots/cse-2026/election.yaml"), encoding: .utf8)
    if let change {
        try #require(text.contains(change.old))
        text = text.replacing(change.old, with: change.new)
    }
    return try ElectionReader.read(text, file: "e.yaml").get()
}

private let templates = TemplateFolder([repository.appending(path: "Templates").path])

struct PaperTests {
    /// Minutes in which everything that can happen did.
    private func minutes(_ election: Election) -> PollMinutes {
        let events = PollChronicle.Kind.allCases.map {
            PollChronicle.Event(at: 1_795_600_000, kind: $0, who: "system:clock", words: "why", time: 1_795_700_000)
        }
        let present = Dictionary(
            uniqueKeysWithValues: PollMoment.allCases.map {
                ($0, PollChronicle.Presence(names: ["Anne"], notedBy: "Anne"))
            })
        let question = election.ballots[0].questions[0]
        let answered = BallotResult.Answered(
            question: question, lines: question.answers.map { BallotResult.Line(answer: $0, votes: 1) }, blank: 2)
        let result = BallotResult(
            ballot: election.ballots[0], electors: 9, counted: 5, weight: 6, questions: [answered])
        return PollMinutes(
            election: election, fingerprint: "AB12", hours: PollHours(announced: election),
            chronicle: PollChronicle(events: events, present: present),
            ballots: [
                PollMinutes.Ballot(
                    title: election.ballots[0].title, electors: 9,
                    turnout: TurnoutCount(electors: 9, signatures: 5), result: result)
            ], signatories: [])
    }

    @Test(arguments: Language.allCases)
    func `the journal has words for all that is done`(language: Language) throws {
        let pages = try ConsolePages(try election(), templates: templates, assets: try AssetSet(templates))
        let words = JournalAction.allCases.map { pages.words($0, language) }
        // What has no text shows its key in brackets.
        #expect(!words.contains { $0.contains("[") || $0.isEmpty }, "\(words.filter { $0.contains("[") })")
        #expect(words.contains(language == .fr ? "Vote scell\u{E9}" : "Poll sealed"))
    }

    @Test(arguments: Language.allCases)
    func `the minutes have words for all that can happen`(language: Language) throws {
        let election = try election()
        let pages = try ConsolePages(election, templates: templates, assets: try AssetSet(templates))
        let lines = MinutesReport.report(minutes(election), pages, language).texts
        // What has no text shows its key in brackets.
        #expect(!lines.contains { $0.contains("[") }, "\(lines.filter { $0.contains("[") })")
        #expect(lines.contains { $0.contains(language == .fr ? "abandon du vote" : "abandoned") })
        #expect(lines.contains(language == .fr ? "Suffrages exprim\u{E9}s" : "Valid votes"))
        #expect(lines.contains("4"))
        #expect(lines.contains(language == .fr ? "55,56\u{A0}%" : "55.56\u{A0}%"))
        #expect(lines.contains(language == .fr ? "Le bureau de vote" : "The electoral bureau"))
    }

    @Test(arguments: PollHours.Phase.allCases)
    func `pages have words for every phase, and both hours where sites have two`(phase: PollHours.Phase) throws {
        let election = try election(("  saint-denis:\n", "  saint-denis:\n    timezone: Indian/Reunion\n"))
        let pages = try PageSet(election, templates: templates, assets: try AssetSet(templates))
        for language in Language.allCases {
            let words = pages.words(PollHours(announced: election), phase, election, language, hasResult: false)
            #expect(!words.line.isEmpty && !words.line.contains("{"))
            #expect(phase == .open || words.notice?.isEmpty == false)
            let place = language == .fr ? "heure de La R\u{E9}union" : "R\u{E9}union time"
            #expect(words.line.contains(place), "\(words.line)")
            let close = language == .fr ? "20\u{A0}h\u{A0}00" : "20:00"
            #expect(words.line.contains(close) || phase == .ahead && words.line.contains("12"), "\(words.line)")
        }
    }
}
