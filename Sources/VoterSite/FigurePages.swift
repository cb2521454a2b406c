import Authentication
import Elections
import HTTPServer
import Polling
import Store
import Tally
import Templating
import Typesetting
import VoterRoll
import WebContent

/// What is published of one ballot.
private struct BallotFigures {
    /// One that admits the voter.
    let ballot: Election.Ballot
    /// Nil before the seal.
    let electors: Int?
    /// Published rounds, the earliest first.
    let rounds: [Round]
    /// Nil before the count.
    let result: BallotResult?
}

/// `/space/figures`: turnout and results of a voter's ballots, as far as they are published, and the same as a PDF. Nothing
/// here moves before the public box does.
struct FigurePages: SitePages {
    let site: SiteContext

    /// Both for signed-in voters alone.
    static let table = [
        get("/space/figures") { pages, visit in .now(try pages.signedIn(visit) { try pages.figures(visit, $0) }) },
        get("/space/figures.pdf") { pages, visit in
            .now(try pages.signedIn(visit) { try pages.figureReport(visit, $0) })
        },
    ]

    /// Of the page; the PDF has the same lines.
    static let shape: [String: Shape] = [
        "idleUntil": .text, "idleSeconds": .text, "owner": .text,
        "tables": .list(
            .object([
                "id": .text, "title": .text, "rows": .list(.object(["term": .text, "value": .text])),
                "questions": .list(
                    .object(["question": .text, "lines": .list(.object(["answer": .text, "votes": .text]))])),
            ])),
    ]

    /// The ballots of a voter, and what is published of each.
    /// - Throws: an error of the store.
    private func ballotFigures(_ session: Session) throws -> [BallotFigures] {
        try store.read { (reading: borrowing Reading) throws(StoreError) -> [BallotFigures] in
            guard let voter = try parts.directory.voter(reading, session.principal) else { return [] }
            let results = try parts.tallyService.results.all(reading)
            var found: [BallotFigures] = []
            for ballot in election.ballots where ballot.admits(college: voter.college, site: voter.site) {
                let stored =
                    try poll.map { poll throws(StoreError) in
                        try PollBallot.find(reading, election: poll.election, name: ballot.id)
                    } ?? nil
                var rounds: [Round] = []
                if let stored { rounds = try parts.station.rounds.all(reading, stored) }
                found.append(
                    BallotFigures(
                        ballot: ballot, electors: stored?.electors, rounds: rounds,
                        result: results.first { $0.ballot.id == ballot.id }))
            }
            return found
        }
    }

    /// A ballot's lines: what, and how much.
    /// - Returns: terms and values as page and PDF show them, in this order.
    private func rows(_ figures: BallotFigures, _ language: Language) -> [(term: String, value: String)] {
        func text(_ key: String) -> String { pages.text(key, language) }
        guard let electors = figures.electors else { return [(text("figuresTurnout"), text("figuresNone"))] }
        let ballots = figures.rounds.reduce(0) { $0 + $1.ballots }
        var rows = [(text("figuresElectors"), "\(electors)"), (text("figuresBallots"), "\(ballots)")]
        rows.append((text("figuresTurnout"), FigurePages.percent(ballots, of: electors, language)))
        let at = figures.rounds.last.map { LocalTime.phrase($0.at, zone: election.timeZone, language) }
        rows.append((text("figuresAt"), at ?? text("figuresNone")))
        if let coming = site.presentPoll.comingRound(after: figures.rounds.last, language) {
            rows.append((text("figuresNext"), coming))
        }
        return rows
    }

    /// A share in whole tenths of a percent.
    /// Rounded to the nearest; a dash where there is nobody.
    static func percent(_ part: Int, of whole: Int, _ language: Language) -> String {
        guard whole > 0 else { return "\u{2013}" }
        let tenths = (part * 1000 + whole / 2) / whole
        let mark = language == .fr ? "," : "."
        return "\(tenths / 10)\(mark)\(tenths % 10)\(language == .fr ? "\u{A0}%" : "%")"
    }

    /// The page of turnout and results.
    func figures(_ visit: VoterRequest, _ session: Session) throws -> Response {
        let language = visit.language
        let idle = min(parts.clock.now + session.idleSeconds, session.endsAt)
        let tables = try ballotFigures(session).map { figures in
            TemplateValue.object([
                "id": .text("figures-\(figures.ballot.id)"), "title": .text(figures.ballot.title[language]),
                "rows": .list(
                    rows(figures, language).map { .object(["term": .text($0.term), "value": .text($0.value)]) }),
                "questions": .list(
                    (figures.result?.questions ?? []).map { answered in
                        .object([
                            "question": .text(answered.question.title[language]),
                            "lines": .list(
                                pages.lines(answered, language).map {
                                    .object(["answer": .text($0.answer), "votes": .text("\($0.votes)")])
                                }),
                        ])
                    }),
            ])
        }
        return page(
            .figures, visit, PageHead(title: "figuresTitle"),
            [
                "tables": .list(tables), "owner": .text(tokens.owner(visit, session)),
                "idleSeconds": .text("\(max(0, idle - parts.clock.now))"),
                "idleUntil": .text(election.clockWords(idle, language)),
            ])
    }

    /// The same as a report.
    func figureReport(_ visit: VoterRequest, _ session: Session) throws -> Response {
        let language = visit.language
        var report = Report(title: pages.text("figuresTitle", language))
        report.add(.paragraph("\(election.title[language]) \u{2013} \(election.organiser.name)"))
        for figures in try ballotFigures(session) {
            report.add(.heading(figures.ballot.title[language]))
            for row in rows(figures, language) { report.add(.paragraph("\(row.term)\(language.colon)\(row.value)")) }
            for answered in figures.result?.questions ?? [] {
                report.add(
                    .row([answered.question.title[language], pages.text("resultVotes", language)], isHead: true))
                for line in pages.lines(answered, language) { report.add(.row([line.answer, "\(line.votes)"])) }
            }
        }
        return try .pdf(report, name: "\(election.id)-figures.pdf")
    }
}
