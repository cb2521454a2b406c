import Compliance
import Crypto
import Elections
import HTTPServer
import Issuance
import Journal
import Operations
import Polling
import Staff
import Store
import Synchronization
import Turnout
import Typesetting
import VoterRoll
import WebContent

/// The election in figures, its seals, and the policy check.
enum PictureViews {
    /// Pages and resources.
    static let all = [
        ConsoleView(path: "picture", deed: .seePicture) { site, call in try site.picture(call) },
        ConsoleView(path: "seal", deed: .seeSeal) { site, call in try site.seal(call) },
        ConsoleView(
            path: "policy", deed: .seePolicy, query: [DeedField("level", .number(1...3), isRequired: false)]
        ) { site, call in try site.policy(call) },
    ]
}

/// Deeds on the poll and on the policy.
enum PictureActions {
    /// Suspending and resuming may tell all voters.
    static let all = [
        ConsoleAction(
            path: "policy/answers", deed: .changeRoll, name: "policyAnswers",
            fields: { site, _ in
                let given = try site.store.read { (reading: borrowing Reading) throws(StoreError) in
                    try site.parts.policy.answers(reading)
                }
                return site.parts.policy.text.questions.filter { $0.voters == nil }.map {
                    DeedField(
                        $0.id, .choice(["yes", "no"]), label: $0.text, value: given[$0.id].map { $0 ? "yes" : "no" })
                }
            }, intro: { site, call in [.text(site.text("policyAnswers.intro", call.language))] },
            run: { try $0.answerPolicy($1) },
            back: { _ in "policy" }),
        ConsoleAction(
            path: "poll/suspend", deed: .suspendPoll, name: "suspend",
            fields: { _, _ in [.reason, DeedField("tell", .flag, isRequired: false)] },
            intro: { site, call in try site.newsPreview(.suspension, call) },
            run: { try $0.change($1, .suspension) }, back: { _ in "seal" }),
        ConsoleAction(
            path: "poll/resume", deed: .suspendPoll, name: "resume",
            fields: { site, _ in
                // After a restore it is no choice.
                [.reason]
                    + (try PollChange(site.parts.desk).news(.resumption(proof: nil)) == .restoration
                        ? [] : [DeedField("tell", .flag, isRequired: false)])
            },
            intro: { site, call in try site.newsPreview(.resumption(proof: nil), call) },
            run: { try $0.change($1, .resumption(proof: nil)) }, back: { _ in "seal" }),
        ConsoleAction(
            path: "policy/points/{point}/accept", deed: .acceptPolicy, name: "acceptPoint",
            fields: { _, _ in [DeedField("reason", .long(maximum: 1000))] }, intro: { try $0.aboutPoint($1) },
            run: { try $0.acceptPoint($1) }, back: { _ in "policy" }),
    ]
}

/// Figures and journal as files.
enum PictureFiles {
    /// The figures' files say what the page says.
    static let all = [
        ConsoleFile(path: "picture.csv", deed: .seePicture) { site, call, _ in try site.pictureSheet(call) },
        ConsoleFile(path: "picture.pdf", deed: .seePicture) { site, call, _ in try site.pictureReport(call) },
        ConsoleFile(path: "journal.csv", deed: .seeJournal) { site, call, _ in try site.journalFile(call) },
    ]
}

/// Figures made ready to be shown: small ones left out.
/// What the pages, the sheet, the report and the API show is taken from here, so that none of them tells more.
struct ShownPicture {
    /// A line of a table: group, eligible, voted (nil where it must not be shown).
    typealias Line = (name: String, eligible: Int, voted: Int?)

    /// The figures that were taken last.
    let snapshot: TurnoutSnapshot
    /// By college, site and channel.
    let groups: [(key: String, lines: [Line])]
    /// Hours with ten votes at least: smaller ones are put together with those after them.
    let hours: [(from: Int, to: Int, votes: Int)]

    /// - Parameter knowsVotes: whether it is for somebody who may know who has voted.
    init(_ snapshot: TurnoutSnapshot, knowsVotes: Bool) {
        self.snapshot = snapshot
        groups = zip(["college", "site", "channel"], (knowsVotes ? snapshot.final : nil) ?? snapshot.partitions).map {
            key, cells in
            (key, cells.map { ($0.name, $0.eligible, $0.voted) })
        }
        var hours: [(from: Int, to: Int, votes: Int)] = []
        for hour in snapshot.hours {
            if let last = hours.last, last.votes < TurnoutSnapshot.small {
                hours[hours.count - 1] = (last.from, hour.at + 3600, last.votes + hour.votes)
            } else {
                hours.append((hour.at, hour.at + 3600, hour.votes))
            }
        }
        // A small rest goes to the hours before it.
        if let last = hours.last, last.votes < TurnoutSnapshot.small, hours.count > 1 {
            hours.removeLast()
            hours[hours.count - 1].to = last.to
            hours[hours.count - 1].votes += last.votes
        }
        self.hours = hours.count == 1 && (hours.first?.votes ?? 0) < TurnoutSnapshot.small ? [] : hours
    }
}

extension ConsoleSite {
    /// The last figures as the viewer may see them; nil before the first.
    private func shownPicture(_ call: Call) throws(StoreError) -> ShownPicture? {
        try store.read { (reading: borrowing Reading) throws(StoreError) -> ShownPicture? in
            let knowsVotes = try parts.desk.mayKnowVotes(reading, call.viewer)
            return try parts.snapshots.latest(reading).map { ShownPicture($0, knowsVotes: knowsVotes) }
        }
    }

    /// A share in tenths of a percent, cut.
    /// A dash where there is nobody.
    func percent(_ part: Int, _ whole: Int, _ language: Language) -> String {
        guard whole > 0 else { return "\u{2013}" }
        // Cut, not rounded: 49.96 must not read as the half that a quorum asks for.
        let tenths = part * 1000 / whole
        return "\(tenths / 10)\(language == .fr ? "," : ".")\(tenths % 10)\(language == .fr ? "\u{A0}" : "")%"
    }

    /// What a screen reader says of a chart before its table.
    private static func summary(_ bars: [Chart.Bar], _ language: Language) -> String {
        bars.map { "\($0.label)\(language.colon)\($0.text)" }.joined(separator: language.semicolon)
    }

    // MARK: Figures

    /// The page of figures.
    func picture(_ call: Call) throws -> Screen {
        let language = call.language
        guard let picture = try shownPicture(call) else {
            return Screen(
                title: text("menu.picture", language), blocks: [.text(text("picture.none", language))], data: .none,
                isLive: true)
        }
        let snapshot = picture.snapshot
        var blocks: [Block] = [
            .hint(text("picture.at", language) + " " + time(snapshot.roundAt ?? snapshot.at, language))
        ]
        if [PollState.open, .suspended, .closing, .ended].map(\.rawValue).contains(snapshot.poll ?? "") {
            blocks.append(.text(text("picture.rounds", language)))
        }
        blocks.append(funnel(snapshot, language))
        if !snapshot.ballots.isEmpty { blocks.append(turnout(snapshot, language)) }
        if !picture.hours.isEmpty { blocks.append(hours(picture, language)) }
        for group in picture.groups where group.lines.count > 1 { blocks.append(groupChart(group, language)) }
        blocks.append(
            .links([
                (text("picture.csv", language), "/manager/picture.csv"),
                (text("picture.pdf", language), "/manager/picture.pdf"),
            ]))
        return Screen(
            title: text("menu.picture", language), blocks: blocks, data: pictureData(picture), isLive: true)
    }

    /// From eligible to voted, as bars.
    private func funnel(_ snapshot: TurnoutSnapshot, _ language: Language) -> Block {
        let all = snapshot.all
        let voted = snapshot.ballots.map(\.signatures).max() ?? 0
        let steps =
            [
                ("picture.eligible", all.eligible), ("picture.issued", all.issued),
                ("picture.delivered", all.delivered),
                ("picture.signedIn", all.signedIn),
            ] + (snapshot.ballots.isEmpty ? [] : [("picture.voted", snapshot.ballots.count == 1 ? voted : all.voted)])
        let bars = steps.map { key, count in
            Chart.Bar(
                label: text(key, language), value: count, text: "\(count) (\(percent(count, all.eligible, language)))")
        }
        return .chart(
            Chart(
                title: text("picture.funnel", language),
                summary: ConsoleSite.summary(bars, language), bars: bars,
                whole: all.eligible, columns: (text("picture.step", language), text("picture.voters", language))))
    }

    /// Turnout of each ballot, as bars.
    private func turnout(_ snapshot: TurnoutSnapshot, _ language: Language) -> Block {
        let bars = snapshot.ballots.map { ballot in
            let title = election.ballots.first { $0.id == ballot.ballot }?.title[language] ?? ballot.ballot
            return Chart.Bar(
                label: title, value: ballot.electors > 0 ? ballot.signatures * 1000 / ballot.electors : 0,
                text:
                    "\(percent(ballot.signatures, ballot.electors, language)) (\(ballot.signatures) / \(ballot.electors))"
            )
        }
        return .chart(
            Chart(
                title: text("picture.turnout", language),
                summary: ConsoleSite.summary(bars, language), bars: bars, whole: 1000,
                columns: (text("picture.ballot", language), text("picture.turnout", language))))
    }

    /// A day and two hours of it.
    private func span(_ from: Int, _ to: Int, _ language: Language) -> String {
        let day = String(time(from, language).dropLast(6))
        return
            "\(day) \(LocalTime.clock(from, zone: election.timeZone, language)) \u{2013} \(LocalTime.clock(to, zone: election.timeZone, language))"
    }

    /// Votes by hour, as bars.
    private func hours(_ picture: ShownPicture, _ language: Language) -> Block {
        let bars = picture.hours.map {
            Chart.Bar(label: span($0.from, $0.to, language), value: $0.votes, text: "\($0.votes)")
        }
        return .chart(
            Chart(
                title: text("picture.hours", language),
                summary: ConsoleSite.summary(bars, language), bars: bars,
                columns: (text("picture.hour", language), text("picture.votes", language))))
    }

    /// Turnout of the groups of one kind, as bars; small ones are hidden.
    private func groupChart(_ group: (key: String, lines: [ShownPicture.Line]), _ language: Language) -> Block {
        let bars = group.lines.map { line in
            let name = line.name.isEmpty ? text("none", language) : choiceText(group.key, line.name, language)
            return Chart.Bar(
                label: name, value: line.voted.map { $0 * 1000 / max(1, line.eligible) },
                text: line.voted.map { "\(percent($0, line.eligible, language)) (\($0) / \(line.eligible))" }
                    ?? "\(text("hidden", language)) (\(line.eligible))")
        }
        return .chart(
            Chart(
                title: text("picture.by.\(group.key)", language),
                summary: ConsoleSite.summary(bars, language), bars: bars, whole: 1000,
                columns: (text("f.\(group.key)", language), text("picture.turnout", language))))
    }

    /// The same for programs; hidden figures are null.
    /// `at`, `roundAt`, `poll`; `eligible`, `issued`, `delivered`, `signedIn`; `ballots` with their `rounds`; `hours`;
    /// `groups` by kind, `voted` null where it is hidden.
    private func pictureData(_ picture: ShownPicture) -> JSONValue {
        let snapshot = picture.snapshot
        return .object([
            "at": .time(snapshot.at), "roundAt": .time(snapshot.roundAt), "poll": .optional(snapshot.poll),
            "eligible": .number(snapshot.all.eligible), "issued": .number(snapshot.all.issued),
            "delivered": .number(snapshot.all.delivered), "signedIn": .number(snapshot.all.signedIn),
            "ballots": .list(
                snapshot.ballots.map {
                    .object([
                        "ballot": .text($0.ballot), "electors": .number($0.electors),
                        "signatures": .number($0.signatures),
                        "rounds": .list(
                            $0.rounds.map { .object(["at": .time($0.at), "signatures": .number($0.signatures)]) }),
                    ])
                }),
            "hours": .list(
                picture.hours.map {
                    .object(["from": .time($0.from), "to": .time($0.to), "votes": .number($0.votes)])
                }),
            "groups": .object(
                Dictionary(
                    picture.groups.map { group in
                        (
                            group.key,
                            JSONValue.list(
                                group.lines.map {
                                    .object([
                                        "name": .text($0.name), "eligible": .number($0.eligible),
                                        "voted": .optional($0.voted),
                                    ])
                                })
                        )
                    }, uniquingKeysWith: { $1 })),
        ])
    }

    /// Every figure as rows: kind, name, eligible, votes.
    private func pictureRows(_ picture: ShownPicture, _ language: Language) -> [[String]] {
        let all = picture.snapshot.all
        var rows = [
            [text("picture.issued", language), "", "\(all.eligible)", "\(all.issued)"],
            [text("picture.delivered", language), "", "\(all.eligible)", "\(all.delivered)"],
            [text("picture.signedIn", language), "", "\(all.eligible)", "\(all.signedIn)"],
        ]
        for ballot in picture.snapshot.ballots {
            let title = election.ballots.first { $0.id == ballot.ballot }?.title[language] ?? ballot.ballot
            rows.append([text("picture.ballot", language), title, "\(ballot.electors)", "\(ballot.signatures)"])
        }
        for group in picture.groups {
            for line in group.lines {
                let name = line.name.isEmpty ? text("none", language) : choiceText(group.key, line.name, language)
                rows.append([
                    text("f.\(group.key)", language), name, "\(line.eligible)",
                    line.voted.map(String.init) ?? text("hidden", language),
                ])
            }
        }
        for hour in picture.hours {
            rows.append([text("picture.hour", language), span(hour.from, hour.to, language), "", "\(hour.votes)"])
        }
        return rows
    }

    /// Headings of the rows.
    private func pictureHead(_ language: Language) -> [String] {
        ["f.kind", "f.name", "picture.eligible", "picture.count"].map { text($0, language) }
    }

    /// The figures as a sheet; nil before the first. The export is kept in the journal.
    func pictureSheet(_ call: Call) throws -> Response? {
        guard let picture = try shownPicture(call) else { return nil }
        let rows = [pictureHead(call.language)] + pictureRows(picture, call.language)
        let lines = rows.map { $0.map(SpreadsheetField.quoted).joined(separator: ";") + "\r\n" }
        try journalExport(call, "picture.csv")
        return ConsoleSite.file(
            ConsoleSite.sheetHead + lines.joined(), "participation.csv", type: "text/csv; charset=utf-8")
    }

    /// The figures as a report; nil before the first. The export is kept in the journal.
    func pictureReport(_ call: Call) throws -> Response? {
        let language = call.language
        guard let picture = try shownPicture(call) else { return nil }
        var report = Report(title: text("menu.picture", language))
        report.add(.paragraph("\(election.title[language]). \(election.organiser.name)."))
        report.add(
            .paragraph(
                text("picture.at", language) + " " + time(picture.snapshot.roundAt ?? picture.snapshot.at, language)
                    + ". "
                    + text("picture.small", language)))
        // The first column is the widest: names stand there.
        func row(_ cells: [String]) -> [String] { ["\(cells[0])\(language.colon)\(cells[1])", cells[2], cells[3]] }
        let head = pictureHead(language)
        report.add(.row([head[1], head[2], head[3]], isHead: true))
        for cells in pictureRows(picture, language) { report.add(.row(row(cells))) }
        try journalExport(call, "picture.pdf")
        return try paper(report, "participation.pdf")
    }
}
