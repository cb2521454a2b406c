package import Elections
package import Polling
package import Typesetting
import VoterRoll
import WebContent

/// The signature list of a ballot on paper: hours, counts, who signed when, places for the bureau to sign.
package struct SignatureListReport {
    /// What was voted on, and by whom.
    private let election: Election
    /// As it was sealed.
    private let ballot: PollBallot
    /// In the order in which it is printed.
    private let list: [Signature]
    /// Announced and real ones.
    private let hours: PollHours
    /// Who signs; empty where nobody is known.
    private let signatories: [String]
    /// Otherwise the paper says that it is provisional.
    private let isFinal: Bool

    /// - Parameters:
    ///   - signatories: who signs the list; empty where nobody is known.
    ///   - isFinal: whether no vote is taken any more.
    package init(
        _ election: Election, _ ballot: PollBallot, _ list: [Signature], _ hours: PollHours, signatories: [String],
        isFinal: Bool
    ) {
        (self.election, self.ballot, self.list, self.hours) = (election, ballot, list, hours)
        (self.signatories, self.isFinal) = (signatories, isFinal)
    }

    /// The list in a language.
    /// - Parameter pages: whose texts it uses.
    package func report(_ pages: ConsolePages, _ language: Language) -> Report {
        func text(_ key: String) -> String { pages.text(key, language) }
        func time(_ seconds: Int) -> String { election.timeWords(seconds, language) }
        func said(_ key: String, _ value: String) -> String { text("minutes.\(key)") + language.colon + value }
        var report = Report(title: text("list.title"))
        let title = election.ballots.first { $0.id == ballot.name }?.title[language] ?? ballot.name
        report.add(.paragraph("\(election.title[language]) \u{2013} \(title)"))
        report.add(.paragraph("\(text("minutes.hours")) (\(LocalTime.zoneName(election.timeZone, language)))"))
        report.add(.paragraph(said("announced", "\(time(hours.opens)) \u{2013} \(time(hours.announcedCloses))")))
        let opened = hours.openedAt.map(time) ?? text("minutes.notOpened")
        let closed = hours.isOver ? time(hours.closes) : text("minutes.underWay")
        report.add(.paragraph(said("real", "\(opened) \u{2013} \(closed)")))
        if !isFinal { report.add(.paragraph(text("list.provisional"))) }
        let turnout = TurnoutCount(electors: list.count, signatures: list.count { $0.signedAt != nil })
        report.add(.row([text("minutes.electors"), "\(turnout.electors)"]))
        report.add(.row([text("minutes.signatures"), "\(turnout.signatures)"]))
        report.add(.row([text("minutes.abstentions"), "\(turnout.abstentions)"]))
        report.add(.row([text("minutes.turnout"), "\(turnout.percent(language == .fr ? "," : "."))\u{A0}%"]))
        report.add(.row([text("list.name"), text("list.reference"), text("list.signed")], isHead: true))
        for signature in list {
            let (voter, at) = (signature.voter, signature.signedAt)
            let signed = at.map { LocalTime.brief($0, zone: election.timeZone, language) } ?? ""
            report.add(.row(["\(voter.lastName) \(voter.firstName)", voter.reference, signed]))
        }
        report.add(.heading(text("minutes.sign")))
        for name in signatories.isEmpty ? [text("minutes.bureau")] : signatories { report.add(.signature(name)) }
        return report
    }
}
