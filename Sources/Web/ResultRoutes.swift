import Elections
import Foundation
import Letterpress
import Polling
import Store
import Tally
import Templating

/// `/result`: what the trustees opened, as page, PDF and JSON.
enum ResultRoutes {
    static let table = [
        VoterSite.Route(method: .get, path: "/result") { site, visit in .now(try site.result(visit)) },
        VoterSite.Route(method: .get, path: "/result.pdf") { site, visit in .now(try site.resultReport(visit)) },
        VoterSite.Route(method: .get, path: "/result.json") { site, visit in .now(try site.resultData(visit)) },
    ]

    static let shape: [String: Shape] = [
        "hasResults": .flag,
        "results": .list(
            .object([
                "id": .text, "title": .text, "turnout": .text,
                "questions": .list(
                    .object(["question": .text, "lines": .list(.object(["answer": .text, "votes": .text]))])),
            ])),
    ]
}

extension VoterSite {
    private func results() throws -> [BallotResult] {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try parts.teller.results(reading) }
    }

    private func turnout(_ result: BallotResult, _ language: Language) -> String {
        var text = pages.text("resultTurnout", language).replacing("{voters}", with: "\(result.counted)").replacing(
            "{electors}", with: "\(result.electors)")
        if result.weight != result.counted {
            text +=
                ", " + pages.text("resultWeight", language).replacing("{weight}", with: "\(result.weight)")
        }
        let colleges = result.ballot.colleges.compactMap { election.colleges[$0]?[language] }
        return colleges.isEmpty ? text : text + " (\(colleges.joined(separator: ", ")))"
    }

    /// Answers and votes, the blank vote last.
    private func lines(_ answered: BallotResult.Answered, _ language: Language) -> [(answer: String, votes: Int)] {
        answered.lines.map { ($0.answer[language], $0.votes) }
            + (answered.blank.map { [(pages.text("voteBlank", language), $0)] } ?? [])
    }

    func result(_ visit: Visit) throws -> Response {
        let (results, language) = (try results(), visit.language)
        return page(
            .result, visit, title: "resultTitle",
            [
                "hasResults": .flag(!results.isEmpty),
                "results": .list(
                    results.map { result in
                        .object([
                            "id": .text("result-\(result.ballot.id)"), "title": .text(result.ballot.title[language]),
                            "turnout": .text(turnout(result, language)),
                            "questions": .list(
                                result.questions.map { answered in
                                    .object([
                                        "question": .text(answered.question.title[language]),
                                        "lines": .list(
                                            lines(answered, language).map {
                                                .object(["answer": .text($0.answer), "votes": .text("\($0.votes)")])
                                            }),
                                    ])
                                }),
                        ])
                    }),
            ])
    }

    func resultReport(_ visit: Visit) throws -> Response {
        let (results, language) = (try results(), visit.language)
        guard !results.isEmpty, let poll else { return message(visit, 404, "notFound") }
        let report = ResultReport(
            election: election, poll: poll, results: results, language: language,
            words: { self.pages.text($0, language) }, turnout: { self.turnout($0, language) },
            lines: { self.lines($0, language) })
        return try pdf(report.made, name: "\(election.id)-result.pdf")
    }

    func resultData(_ visit: Visit) throws -> Response {
        let results = try results()
        guard !results.isEmpty else { return .text(404, "no result yet\n") }
        struct Shown: Encodable {
            struct Ballot: Encodable {
                struct Question: Encodable { let question: String, votes: [String: Int], blank: Int? }
                let ballot: String, colleges: [String], electors, voters, weight: Int, questions: [Question]
            }
            let election, seal: String, ballots: [Ballot]
        }
        let shown = Shown(
            election: election.id, seal: poll?.fingerprint ?? "",
            ballots: results.map { result in
                Shown.Ballot(
                    ballot: result.ballot.id, colleges: result.ballot.colleges, electors: result.electors,
                    voters: result.counted, weight: result.weight,
                    questions: result.questions.map { answered in
                        Shown.Ballot.Question(
                            question: answered.question.title.fr,
                            votes: Dictionary(uniqueKeysWithValues: answered.lines.map { ($0.answer.fr, $0.votes) }),
                            blank: answered.blank)
                    })
            })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Response(200, type: "application/json", body: [UInt8](try encoder.encode(shown)) + [10])
    }
}

/// The result as a report to sign and keep.
private struct ResultReport {
    let election: Election
    let poll: Poll
    let results: [BallotResult]
    let language: Language
    let words: (String) -> String
    let turnout: (BallotResult) -> String
    let lines: (BallotResult.Answered) -> [(answer: String, votes: Int)]

    var made: Report {
        var report = Report(title: words("resultTitle"))
        report.add(.paragraph("\(election.title[language]) – \(election.organiser.name)"))
        func time(_ seconds: Int) -> String { LocalTime.phrase(seconds, zone: election.timeZone, language) }
        if let opened = poll.openedAt, let closed = poll.closedAt {
            report.add(
                .paragraph("\(time(opened)) – \(time(closed)) (\(LocalTime.zoneName(election.timeZone, language)))"))
        }
        for result in results {
            report.add(.heading(result.ballot.title[language]))
            report.add(.paragraph(turnout(result)))
            for answered in result.questions {
                report.add(.row([answered.question.title[language], words("resultVotes")], isHead: true))
                for line in lines(answered) { report.add(.row([line.answer, "\(line.votes)"])) }
            }
        }
        report.add(.heading(words("receiptFingerprint")))
        report.add(.mono(poll.fingerprint))
        return report
    }
}
