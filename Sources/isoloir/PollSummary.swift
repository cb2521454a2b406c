import CommandLineKit
import Contacts
import Delivery
import Elections
import Foundation
import Issuance
import Operations
import Polling
import Server
import Staff
import Store
import VoterRoll

/// A step of a poll that nothing takes back.
enum PollStep: String {
    case seal, unseal, open, close

    /// What follows, in the words of the question.
    var question: String {
        switch self {
        case .seal: "Seal the poll? Election, roll and templates cannot change any more."
        case .unseal:
            "Undo the seal? Manifest, box key and everything that was signed for it serve for nothing any more."
        case .open: "Open the poll? From now on ballots are taken."
        case .close: "Close the poll? No more ballot is taken, and nothing opens it again."
        }
    }
}

/// The option that answers the question beforehand.
let yesOption = Command.Option("--yes", nil, "without asking, for programs")

extension Services {
    /// Shows what a step would rest on, and asks; refuses where nobody says yes.
    /// - Throws: refused where the answer is no, or nobody sits at the terminal and `--yes` is missing.
    func confirm(_ step: PollStep, _ election: StoredElection, _ invocation: Invocation) throws(Refusal) {
        if invocation.has("--yes") { return }
        let summary = try PollSummary(self, election)
        for line in summary.lines { Terminal.complain(line) }
        if step == .seal { for line in try undecidedLines(election) { Terminal.complain(line) } }
        switch Terminal.confirm(step.question) {
        case .some(true): return
        case .some(false): throw Refusal("Nothing was changed.")
        case nil:
            throw Refusal(
                "Nothing was changed: `poll \(step.rawValue)` asks, and nobody sits at this terminal. Look at the figures above, "
                    + "then say --yes.")
        }
    }
}

extension Services {
    /// What a seal forgets since nobody decided it in time, each request on its line.
    /// - Throws: what the store said, or that the election's key is missing.
    private func undecidedLines(_ election: StoredElection) throws(Refusal) -> [String] {
        let held = HeldRolls(try operations(election))
        let undecided = try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in try held.undecided(reading) }
        }
        return undecided.map { request in
            "  nobody decided in time, and the seal forgets it: \(request.order["file"] ?? "?"), request \(request.id) of "
                + "\(request.askedBy), \(Terminal.count(request.order["voters"].flatMap { Int($0) } ?? 1, "voter"))"
        }
    }
}

/// What a poll rests on: who may vote on what, who cannot be reached, and what has not left yet.
struct PollSummary {
    /// The definition, for titles, questions and answers.
    private let election: Election
    /// Voters of each ballot, by its name.
    private var voters: [String: Int] = [:]
    /// Voters on the roll.
    private var all = 0
    /// Voters whom no channel of the election reaches.
    private var unreachable = 0
    /// Voters who hold no identifier, and cannot sign in.
    private var withoutIdentifier = 0
    /// Messages that have not left, by channel.
    private var waiting: [Channel: Int] = [:]
    /// Published votes of each ballot; nil before the opening.
    private var votes: [String: Int]?

    /// Counts everything in one reading of the store.
    /// - Throws: refused where the election's key or a template is missing.
    init(_ services: Services, _ stored: StoredElection) throws(Refusal) {
        election = stored.election
        let (definition, number) = (stored.election, stored.number)
        let (key, messageTemplates) = (
            try services.key(of: stored),
            MessageTemplates(election: definition, templates: try services.templates(for: definition))
        )
        var (voters, all, unreachable): ([String: Int], Int, Int) = ([:], 0, 0)
        var (held, waiting, votes): (Int, [Channel: Int], [String: Int]?) = (0, [:], nil)
        let station = try services.station(stored)
        try refusing {
            try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                unreachable = try services.issuer.countUnreachable(
                    reading, stored, key: key, messageTemplates: messageTemplates)
                try services.registrar.each(reading, stored) { voter, _ throws(StoreError) in
                    all += 1
                    for ballot in definition.ballots where ballot.admits(college: voter.college, site: voter.site) {
                        voters[ballot.id, default: 0] += 1
                    }
                }
                try services.issuer.eachHeld(reading, stored) { _, _, _, _ throws(StoreError) in held += 1 }
                for (route, state, count) in try services.outbox.reports.summary(reading, election: number)
                where state == "waiting" {
                    if let route = Channel(rawValue: route) { waiting[route, default: 0] += count }
                }
                let standing = try PollStanding(reading, station)
                if standing.poll?.openedAt != nil {
                    votes = Dictionary(standing.boxes.map { ($0.ballot.name, $0.published) }, uniquingKeysWith: +)
                }
            }
        }
        (self.voters, self.all, self.unreachable) = (voters, all, unreachable)
        (withoutIdentifier, self.waiting, self.votes) = (max(0, all - held), waiting, votes)
    }

    /// As it is shown before the question.
    /// The same figures before each step, so that two people compare them line by line.
    var lines: [String] {
        var lines = ["\(election.id): \(election.title.fr)"]
        for ballot in election.ballots {
            let answers = ballot.questions.map(\.answers.count).reduce(0, +)
            let cast = votes.map { ", \(Terminal.count($0[ballot.id] ?? 0, "vote")) published" } ?? ""
            lines.append(
                "  ballot \(ballot.id): \(Terminal.count(voters[ballot.id] ?? 0, "voter")), "
                    + "\(Terminal.count(ballot.questions.count, "question")), \(Terminal.count(answers, "answer"))\(cast)"
            )
            if let warning = election.confirmingWarning(ballot.id, voters: voters[ballot.id] ?? 0) {
                lines.append("    NOTE: \(warning)")
            }
            for question in ballot.questions {
                lines.append("    \(question.title.fr): " + question.answers.map(\.fr).joined(separator: " / "))
            }
        }
        lines.append("  \(Terminal.count(all, "voter")) in all")
        lines.append(
            "  \(unreachable) unreachable by the election's channels, \(withoutIdentifier) without an identifier")
        lines.append(
            "  not sent yet: \(Terminal.count(waiting[.email] ?? 0, "mail")), \(waiting[.sms] ?? 0) SMS; not printed yet: "
                + Terminal.count(waiting[.letter] ?? 0, "letter"))
        return lines
    }
}
