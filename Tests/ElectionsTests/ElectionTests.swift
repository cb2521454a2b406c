import BallotCore
import Contacts
import Documents
import Elections
import Foundation
import TestSupport
import Testing

private let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

private func sample() throws -> String {
    try String(contentsOf: repository.appending(path: "Ballots/cse-2026/election.yaml"), encoding: .utf8)
}

private func faults(_ text: String) -> [String] {
    switch ElectionReader.read(text, file: "e.yaml") {
    case .success: []
    case .failure(let faults): faults.list.map(\.description)
    }
}

struct ElectionReaderTests {
    @Test func `the sample election is read without a fault`() throws {
        guard case .success(let election) = ElectionReader.read(try sample(), file: "e.yaml") else {
            Issue.record("\(faults(try sample()))")
            return
        }
        #expect(election.id == "cse-2026")
        #expect(election.title[.en] == "Works council election 2026")
        #expect(election.announcedClose - election.announcedOpening == 7 * 86_400 + 8 * 3600)
        #expect(election.ballots.count == 4)
        #expect(
            LocalTime.phrase(election.announcedClose, zone: election.timeZone, .fr)
                == "mardi 1er d\u{E9}cembre 2026 \u{E0} 17\u{A0}h")
        #expect(
            LocalTime.phrase(election.announcedOpening, zone: election.timeZone, .en)
                == "Tuesday 24 November 2026 at 09:00")
        let brief = Language.allCases.map {
            LocalTime.brief(election.announcedClose, zone: election.timeZone, $0)
        }
        #expect(brief == ["01/12/2026 17:00", "1 Dec 2026 17:00"])
    }

    @Test func `a language that nobody is addressed in is asked of nobody`() throws {
        let english = /\n +en: [^\n]+/
        let french = try sample().replacing("languages: [fr, en]", with: "languages: [fr]").replacing(english, with: "")
        guard case .success(let election) = ElectionReader.read(french, file: "e.yaml") else {
            Issue.record("\(faults(french))")
            return
        }
        #expect(election.languages == [.fr] && election.title.en == election.title.fr)
        // Where both are spoken, both are asked for, and a text without its own language is none.
        let both = try sample().replacing(english, with: "")
        #expect(faults(both).contains { $0.contains("needs the key \"en\"") })
        #expect(faults(french.replacing("[fr]", with: "[en]")).contains { $0.contains("needs the key \"en\"") })
        let onlyEnglish = try sample().replacing("languages: [fr, en]", with: "languages: [en]")
            .replacing(/\n +fr: [^\n]+/, with: "")
        #expect(faults(onlyEnglish) == [])
        #expect(faults(french.replacing("title:\n  fr: ", with: "title:\n  x: ")).contains { $0.contains("\"fr\"") })
    }

    @Test(arguments: [
        ("timezone: Europe/Paris", "timezone: Europe/Pari", "e.yaml:23:11:", "no time zone"),
        ("opens: 2026-11-24 09:00", "opens: 2026-02-30 09:00", "e.yaml:24:8:", "no date"),
        ("opens: 2026-11-24 09:00", "opens: 2026-03-29 02:30", "e.yaml:24:8:", "does not exist"),
        ("closes: 2026-12-01 17:00", "closes: 2026-11-01 17:00", "e.yaml:25:9:", "closes before it opens"),
        ("level: 2", "level: 4", "e.yaml:31:8:", "from 1 to 3"),
        ("level: 2", "level: 2\nlevel: 1", "e.yaml:32:1:", "stands twice, first on line 31"),
        ("level: 2", "levle: 2", "e.yaml:31:1:", "unknown key \"levle\""),
        ("colleges: [ouvriers]", "colleges: [ouvrier]", "e.yaml:53:15:", "there is no \"ouvrier\""),
        ("colleges: [ouvriers]", "colleges: []", "e.yaml:53:15:", "nobody may vote"),
        ("id: titulaires-cadres", "id: titulaires-ouvriers", "", "two ballots are called"),
        ("email: ne-pas-repondre@vote.example.org", "email: vote.example.org", "e.yaml:14:10:", "needs one @"),
        (
            "address: https://vote.example.org", "address: https://vote.example.org/cse", "e.yaml:15:10:",
            "without a path"
        ),
        ("scheme: random", "scheme: guess", "", "must be one of: random, digits, name, email"),
        ("languages: [fr, en]", "languages: &a [fr]", "e.yaml:28:12:", "anchors"),
        ("mustChange: false", "mustChange: non", "", "true or false"),
        ("renewal: replace", "renewal: replace\n    link: non", "", "\"link\" must be true or false"),
        ("grace: 15", "grace: 15\nconfirm: now", "", "\"confirm\" must be one of: rounds, atOnce"),
    ])
    func `a fault is named with its line and column`(old: String, new: String, place: String, word: String) throws {
        let text = try sample()
        try #require(text.contains(old))
        let range = try #require(text.range(of: old))
        let found = faults(text.replacingCharacters(in: range, with: new))
        #expect(found.contains { $0.hasPrefix(place) && $0.contains(word) }, "\(found)")
    }

    /// Rules for what voters read: each would be sealed for ever.
    @Test(arguments: [
        ("- Liste \u{AB} Agir au quotidien \u{BB}", "- \"Liste \\u202Eneilos\"", "U+202E"),
        ("- Liste \u{AB} Agir au quotidien \u{BB}", "- \"Liste\\u200B Agir\"", "U+200B"),
        ("- Liste \u{AB} Agir au quotidien \u{BB}", "- \"Liste\\u00AD Agir\"", "U+00AD"),
        (
            "- Liste \u{AB} Agir au quotidien \u{BB}", "- liste \u{AB} ensemble \u{E0}  beaus\u{E9}jour\u{A0}\u{BB}",
            "differ by case or blanks"
        ),
        ("- Liste \u{AB} Agir au quotidien \u{BB}", "- Vote  Blanc", "counted as a valid vote"),
        ("- Liste \u{AB} Agir au quotidien \u{BB}", "- {fr: Aucune liste, en: blank vote}", "counted as a valid vote"),
        ("- Liste \u{AB} Agir au quotidien \u{BB}", "- Vote-blanc.", "counted as a valid vote"),
        ("- Liste \u{AB} Agir au quotidien \u{BB}", "- Blanc / nul", "counted as a valid vote"),
        ("- Liste \u{AB} Agir au quotidien \u{BB}", "- \(String(repeating: "a", count: 301))", "has 301 characters"),
        ("fr: Quelle liste choisissez-vous ?", "fr: \(String(repeating: "a", count: 301))", "has 301 characters"),
        ("en: Works council election 2026", "en: \"Works \\u2066council\"", "U+2066"),
        ("        min: 1", "        min: 0", "two ways to choose nothing"),
    ])
    func `what voters could misread is refused with its place`(old: String, new: String, word: String) throws {
        let text = try sample()
        let range = try #require(text.range(of: old))
        let line = text[..<range.lowerBound].count { $0 == "\n" } + 1
        let changed = text.replacingCharacters(in: range, with: new)
        let found = faults(changed)
        // An answer's fault stands at the list, one line or a few above.
        let places = (line - 3)...line
        #expect(found.count == 1 && found[0].contains(word), "\(found)")
        #expect(places.contains { found.first?.hasPrefix("e.yaml:\($0):") == true }, "\(found)")
        // A store from before these rules stays readable.
        guard case .success = ElectionReader.read(changed, file: "e.yaml", isStored: true) else {
            Issue.record("a stored election became unreadable")
            return
        }
    }

    @Test func `a choice of nothing is allowed where there is no blank vote, and longest texts are`() throws {
        var text = try sample().replacing(
            "        min: 1\n        max: 1\n        blank: true",
            with: "        min: 0\n        max: 1\n        blank: false")
        #expect(faults(text) == [])
        text = text.replacing("Quelle liste choisissez-vous ?", with: String(repeating: "\u{E9}", count: 300))
        #expect(faults(text) == [])
    }

    @Test func `a ballot's choices are counted over all of its questions, blank votes among them`() throws {
        let most = ElectionDocument.mostChoices
        let start = try #require(try sample().range(of: "    questions:\n"))
        let rest = try sample()[start.upperBound...]
        let end = try #require(rest.range(of: "\n  - id: "))
        func text(_ sizes: [Int]) throws -> String {
            let questions = sizes.map { size in
                let answers = (0..<size).map { "A\($0)" }.joined(separator: ", ")
                return "      - title: {fr: Qui, en: Who}\n        answers: [\(answers)]\n        blank: true"
            }
            return try sample()[..<start.upperBound] + questions.joined(separator: "\n") + rest[end.lowerBound...]
        }
        #expect(faults(try text([most / 2 - 1, most - most / 2 - 1])) == [])
        let found = faults(try text([most / 2, most - most / 2 - 1]))
        #expect(found.count == 1 && found[0].contains("this one has \(most + 1)"), "\(found)")
        #expect(!faults(try text([most])).isEmpty)
    }

    @Test func `a secret question that files answer is refused where it stands, and a stored one is read`() throws {
        let bad =
            "  fourEyes: true\n  challenge:\n    fr: Votre date de naissance ?\n    en: The name of your first tool?"
        let text = try sample().replacing("  fourEyes: true", with: bad)
        let found = faults(text)
        #expect(found.count == 1 && found[0].contains("must not ask for a date of birth"), "\(found)")
        let stored = try ElectionReader.read(text, file: "e.yaml", isStored: true).get()
        #expect(stored.access.challenge?.fr == "Votre date de naissance ?")
    }

    @Test(arguments: ["\u{301}", "\\u0301"])
    func `combining marks that pile up in a file are refused with their place`(mark: String) throws {
        let text = try sample().replacing(
            "level: 2", with: "level: \"a" + String(repeating: mark, count: 150_000) + "\"")
        var found: [String] = []
        let seconds = processorSeconds { found = faults(text) }
        #expect(seconds < 5)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains("e.yaml:31:8:") == true && found.first?.contains("combining marks") == true)
    }

    @Test func `all faults are said at once`() throws {
        let text = try sample().replacing("level: 2", with: "level: 9").replacing(
            "timezone: Europe/Paris", with: "timezone: Mars")
        #expect(faults(text).count >= 2)
    }

    @Test(arguments: ["", "a: [", "- 1", "a: b\n---\nc: d", "\t", "\u{0}"])
    func `what is no election is refused with a place`(text: String) {
        #expect(faults(text).first?.hasPrefix("e.yaml:") == true)
    }
}
