package import Elections
import Journal
import Polling
package import Store
package import Tally
package import Typesetting
import WebContent

/// The bureau's minutes on paper, with places to sign.
package struct MinutesReport {
    private let minutes: PollMinutes
    private let pages: ConsolePages
    private let language: Language

    /// The minutes of a poll as they stand; nil before the seal. Console and command line come here.
    /// - Parameter pages: whose texts it uses.
    package static func find(
        _ store: Store, _ tallyService: TallyService, _ pages: ConsolePages, _ language: Language
    ) throws(StoreError) -> Report? {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try tallyService.minutes(reading)
        }
        return found.map { report($0, pages, language) }
    }

    /// The minutes in a language.
    /// - Parameter pages: whose texts it uses.
    package static func report(_ minutes: PollMinutes, _ pages: ConsolePages, _ language: Language) -> Report {
        MinutesReport(minutes: minutes, pages: pages, language: language).made
    }

    /// A text of the minutes.
    private func text(_ key: String) -> String { pages.text("minutes.\(key)", language) }

    /// Day and hour in the election's zone.
    private func time(_ seconds: Int) -> String {
        LocalTime.phrase(seconds, zone: minutes.election.timeZone, language)
    }

    /// A name and what is said of it.
    private func said(_ key: String, _ value: String) -> String { text(key) + language.colon + value }

    /// The whole report.
    private var made: Report {
        let election = minutes.election
        var report = Report(title: text("title"))
        report.add(.paragraph("\(election.title[language]) \u{2013} \(election.organiser.name)"))
        addHours(to: &report)
        report.add(.heading(text("present")))
        for moment in PollMoment.allCases { report.add(.paragraph(present(moment))) }
        report.add(.heading(text("events")))
        for event in minutes.chronicle.events { report.add(.paragraph(line(event))) }
        for ballot in minutes.ballots { add(ballot, to: &report) }
        report.add(.heading(text("seal")))
        report.add(.mono(minutes.fingerprint))
        report.add(.heading(text("sign")))
        report.add(.paragraph(text("signHere")))
        let names = minutes.signatories
        for name in names.isEmpty ? [text("bureau")] : names { report.add(.signature(name)) }
        return report
    }

    /// The hours that were announced and those that came.
    private func addHours(to report: inout Report) {
        let hours = minutes.hours
        report.add(.heading("\(text("hours")) (\(LocalTime.zoneName(minutes.election.timeZone, language)))"))
        func both(_ time: Int) -> String { minutes.election.timeWords(time, language) }
        report.add(.paragraph(said("announced", "\(both(hours.opens)) \u{2013} \(both(hours.announcedCloses))")))
        let opened = hours.openedAt.map(both) ?? text("notOpened")
        let closed = hours.isOver ? both(hours.closes) : text("underWay")
        report.add(.paragraph(said("real", "\(opened) \u{2013} \(closed)")))
    }

    /// Who was present at a moment.
    private func present(_ moment: PollMoment) -> String {
        guard let present = minutes.chronicle.present[moment] else {
            return said("moment.\(moment.rawValue)", text("nobody"))
        }
        return said("moment.\(moment.rawValue)", present.names.joined(separator: ", "))
    }

    /// An event with its hour, by whom, and what was said of it.
    private func line(_ event: PollChronicle.Event) -> String {
        var line = "\(time(event.at))\(language.colon)\(text("event.\(event.kind.rawValue)"))"
        if let moved = event.time { line += " " + time(moved) }
        line += ", \(text("by")) \(person(event.who))"
        return line + (event.words.map { ". \($0)" } ?? "")
    }

    /// Who did something, as people call them: a member's name as it is, an account by what it is.
    private func person(_ who: String) -> String {
        switch Principal(text: who) {
        case .system("clock"), .system("restore"): text("program")
        case .system(let account): "\(text("administrator")) (\(account))"
        case .staff(let account): "\(text("member")) (\(account))"
        case .voter, nil: who
        }
    }

    /// A ballot's counts, and its result where there is one.
    private func add(_ ballot: PollMinutes.Ballot, to report: inout Report) {
        report.add(.heading(ballot.title[language]))
        report.add(.row([text("electors"), "\(ballot.electors)"]))
        if let turnout = ballot.turnout {
            report.add(.row([text("signatures"), "\(turnout.signatures)"]))
            report.add(.row([text("abstentions"), "\(turnout.abstentions)"]))
            report.add(.row([text("turnout"), "\(turnout.percent(language == .fr ? "," : "."))\u{A0}%"]))
        }
        guard let result = ballot.result else { return }
        report.add(.row([text("ballots"), "\(result.counted)"]))
        if result.weight != result.counted { report.add(.row([text("weight"), "\(result.weight)"])) }
        for answered in result.questions {
            report.add(.row([answered.question.title[language], text("votes")], isHead: true))
            for line in answered.lines { report.add(.row([line.answer[language], "\(line.votes)"])) }
            if let blank = answered.blank { report.add(.row([text("blank"), "\(blank)"])) }
            report.add(.row([text("valid"), "\(answered.valid(of: result.weight))"]))
        }
    }
}
