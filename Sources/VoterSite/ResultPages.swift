import Elections
import Foundation
import HTTPServer
import Polling
import Store
import Tally
import Templating

/// `/result`: what the trustees opened, as page, PDF and JSON.
struct ResultPages: SitePages {
    let site: SiteContext

    /// Open to everybody.
    static let table = [
        get("/result") { pages, visit in .now(try pages.result(visit)) },
        get("/result.pdf") { pages, visit in .now(try pages.resultReport(visit)) },
        get("/result.json") { pages, visit in .now(try pages.resultData(visit)) },
    ]

    /// Of the page.
    static let shape: [String: Shape] = [
        "hasResults": .flag, "back": .text, "backText": .text,
        "results": .list(
            .object([
                "id": .text, "title": .text, "turnout": .text,
                "questions": .list(
                    .object(["question": .text, "lines": .list(.object(["answer": .text, "votes": .text]))])),
            ])),
    ]

    /// The results of the ballots that were counted.
    private func results() throws -> [BallotResult] {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try parts.tallyService.results.all(reading)
        }
    }

    /// The page; before the count it says that there is none yet.
    func result(_ visit: VoterRequest) throws -> Response {
        let (results, language) = (try results(), visit.language)
        return page(
            .result, visit, PageHead(title: "resultTitle"),
            [
                "hasResults": .flag(!results.isEmpty),
                "results": .list(
                    results.map { result in
                        .object([
                            "id": .text("result-\(result.ballot.id)"), "title": .text(result.ballot.title[language]),
                            "turnout": .text(pages.turnout(result, election, language)),
                            "questions": .list(
                                result.questions.map { answered in
                                    .object([
                                        "question": .text(answered.question.title[language]),
                                        "lines": .list(
                                            pages.lines(answered, language).map {
                                                .object(["answer": .text($0.answer), "votes": .text("\($0.votes)")])
                                            }),
                                    ])
                                }),
                        ])
                    }),
            ].merging(try wayBack(visit)) { $1 })
    }

    /// The PDF; 404 before the count.
    func resultReport(_ visit: VoterRequest) throws -> Response {
        let (results, language) = (try results(), visit.language)
        guard !results.isEmpty, let poll else { return message(visit, 404, "notFound") }
        let report = ResultReport.report(election, poll, results, pages, language)
        return try .pdf(report, name: "\(election.id)-result.pdf")
    }

    /// JSON for programs, with answers by their French text; 404 before the count.
    func resultData(_ visit: VoterRequest) throws -> Response {
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
