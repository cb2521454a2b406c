import Elections
import Operations
import Polling
import Staff
import Store
import Turnout
import WebContent

/// The election in figures; the address is that of the figures' first name.
struct TurnoutPage: ConsolePage {
    static let path = "picture"
    static let permission = Permission.seePicture
    static let template = "turnout"
    let context: ConsoleContext

    func title(_ model: WithView<TurnoutModel?, TurnoutView>, _ wording: Wording) -> String { wording("menu.picture") }
    func isLive(_ model: WithView<TurnoutModel?, TurnoutView>) -> Bool { true }

    func model(_ call: ConsoleRequest) throws -> WithView<TurnoutModel?, TurnoutView>? {
        guard let picture = try TurnoutFigures(context).shown(call) else {
            return WithView(nil, TurnoutView(at: nil, charts: []))
        }
        let (snapshot, say) = (picture.snapshot, wording(call.language))
        var charts = [funnel(snapshot, say)]
        if !snapshot.ballots.isEmpty { charts.append(turnout(snapshot, say)) }
        if !picture.hours.isEmpty { charts.append(hours(picture, say)) }
        for group in picture.groups where group.lines.count > 1 { charts.append(chart(group, say)) }
        return WithView(
            try TurnoutModel(picture), TurnoutView(at: Moment(snapshot.roundAt ?? snapshot.at), charts: charts))
    }

    /// From eligible to voted, as bars.
    private func funnel(_ snapshot: TurnoutSnapshot, _ say: Wording) -> Chart {
        let all = snapshot.all
        let voted = snapshot.ballots.map(\.signatures).max() ?? 0
        var steps = [
            ("picture.eligible", all.eligible), ("picture.issued", all.issued), ("picture.delivered", all.delivered),
            ("picture.signedIn", all.signedIn),
        ]
        if !snapshot.ballots.isEmpty {
            steps.append(("picture.voted", snapshot.ballots.count == 1 ? voted : all.voted))
        }
        let figures = steps.map { key, count in
            Chart.Figure(
                label: say(key), value: count, text: "\(count) (\(percent(count, all.eligible, say.language)))")
        }
        return Chart(
            id: "funnel", title: say("picture.funnel"), figures: figures, whole: all.eligible,
            columns: (say("picture.step"), say("picture.voters")), say: say)
    }

    /// Turnout of each ballot, as bars.
    private func turnout(_ snapshot: TurnoutSnapshot, _ say: Wording) -> Chart {
        let figures = snapshot.ballots.map { ballot in
            Chart.Figure(
                label: election.ballots.first { $0.id == ballot.ballot }?.title[say.language] ?? ballot.ballot,
                value: ballot.electors > 0 ? ballot.signatures * 1000 / ballot.electors : 0,
                text: "\(percent(ballot.signatures, ballot.electors, say.language)) "
                    + "(\(ballot.signatures) / \(ballot.electors))")
        }
        return Chart(
            id: "ballots", title: say("picture.turnout"), figures: figures, whole: 1000,
            columns: (say("picture.ballot"), say("picture.turnout")), say: say)
    }

    /// Votes by hour, as bars.
    private func hours(_ picture: ShownPicture, _ say: Wording) -> Chart {
        let figures = picture.hours.map {
            Chart.Figure(
                label: TurnoutFigures(context).span($0.from, $0.to, say), value: $0.votes, text: "\($0.votes)")
        }
        return Chart(
            id: "hours", title: say("picture.hours"), figures: figures,
            columns: (say("picture.hour"), say("picture.votes")), say: say)
    }

    /// Turnout of the groups of one kind, as bars; small ones are hidden.
    private func chart(_ group: (key: String, lines: [ShownPicture.Line]), _ say: Wording) -> Chart {
        let figures = group.lines.map { line in
            Chart.Figure(
                label: line.name.isEmpty ? say("none") : say.choice(group.key, line.name),
                value: line.voted.map { $0 * 1000 / max(1, line.eligible) },
                text: line.voted.map { "\(percent($0, line.eligible, say.language)) (\($0) / \(line.eligible))" }
                    ?? "\(say("hidden")) (\(line.eligible))")
        }
        return Chart(
            id: group.key, title: say("picture.by.\(group.key)"), figures: figures, whole: 1000,
            columns: (say("f.\(group.key)"), say("picture.turnout")), say: say)
    }

    /// A share in tenths of a percent, cut.
    /// A dash where there is nobody.
    private func percent(_ part: Int, _ whole: Int, _ language: Language) -> String {
        guard whole > 0 else { return "\u{2013}" }
        // Cut, not rounded: 49.96 must not read as the half that a quorum asks for.
        let tenths = part * 1000 / whole
        return "\(tenths / 10)\(language == .fr ? "," : ".")\(tenths % 10)\(language == .fr ? "\u{A0}" : "")%"
    }
}

/// The figures as somebody may see them.
struct TurnoutFigures: ConsoleWork {
    let context: ConsoleContext

    /// The last ones; nil before the first.
    func shown(_ call: ConsoleRequest) throws(StoreError) -> ShownPicture? {
        try store.read { (reading: borrowing Reading) throws(StoreError) -> ShownPicture? in
            let knowsVotes = try VoteSecrecy(parts.operations).mayKnowVotes(reading, call.viewer)
            return try parts.snapshots.latest(reading).map { ShownPicture($0, knowsVotes: knowsVotes) }
        }
    }

    /// A day and two hours of it.
    func span(_ from: Int, _ to: Int, _ say: Wording) -> String {
        let day = String(say.time(from).dropLast(6))
        let (zone, language) = (election.timeZone, say.language)
        return
            "\(day) \(LocalTime.clock(from, zone: zone, language)) \u{2013} \(LocalTime.clock(to, zone: zone, language))"
    }
}
