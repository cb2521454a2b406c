package import Elections
package import Polling
package import Tally
package import Typesetting

/// The result as a report to sign and keep.
package enum ResultReport {
    /// What the trustees opened, in a language.
    /// - Parameters:
    ///   - results: of all ballots that were counted.
    ///   - pages: whose texts it uses.
    package static func report(
        _ election: Election, _ poll: Poll, _ results: [BallotResult], _ pages: PageSet, _ language: Language
    ) -> Report {
        var report = Report(title: pages.text("resultTitle", language))
        report.add(.paragraph("\(election.title[language]) \u{2013} \(election.organiser.name)"))
        func time(_ seconds: Int) -> String { election.timeWords(seconds, language) }
        if let opened = poll.openedAt, let closed = poll.closedAt {
            let zone = LocalTime.zoneName(election.timeZone, language)
            report.add(.paragraph("\(time(opened)) \u{2013} \(time(closed)) (\(zone))"))
        }
        for result in results {
            report.add(.heading(result.ballot.title[language]))
            report.add(.paragraph(pages.turnout(result, election, language)))
            for answered in result.questions {
                report.add(
                    .row([answered.question.title[language], pages.text("resultVotes", language)], isHead: true))
                for line in pages.lines(answered, language) { report.add(.row([line.answer, "\(line.votes)"])) }
            }
        }
        report.add(.heading(pages.text("receiptFingerprint", language)))
        report.add(.mono(poll.fingerprint))
        return report
    }
}

extension PageSet {
    /// How many voted, of how many.
    /// The weight is told where it is not the number of ballots, and the colleges where not all vote.
    func turnout(_ result: BallotResult, _ election: Election, _ language: Language) -> String {
        var said = text("resultTurnout", language).replacing("{voters}", with: "\(result.counted)").replacing(
            "{electors}", with: "\(result.electors)")
        if result.weight != result.counted {
            said += ", " + text("resultWeight", language).replacing("{weight}", with: "\(result.weight)")
        }
        let colleges = result.ballot.colleges.compactMap { election.colleges[$0]?[language] }
        return colleges.isEmpty ? said : said + " (\(colleges.joined(separator: ", ")))"
    }

    /// Answers and votes, the blank vote last.
    /// In the order of the ballot.
    func lines(_ answered: BallotResult.Answered, _ language: Language) -> [(answer: String, votes: Int)] {
        answered.lines.map { ($0.answer[language], $0.votes) }
            + (answered.blank.map { [(text("voteBlank", language), $0)] } ?? [])
    }
}
