import CommandLineKit
import Compliance
import Crypto
import Elections
import Operations
import Server

/// The verbs on the security level's points: `poll expertise` and `poll accept`.
let policyCommands = [
    Command(
        "poll expertise", ["FILE"],
        options: [
            .init("--date", "DAY", "the report's date, such as 2026-10-30"),
            .init("--expert", "NAME", "who made it"),
            .init("--by", "NAME", "who notes it"),
        ],
        "note date and SHA-256 of the independent expert's report on the system; the report itself is not stored",
        run: noteExpertise),
    Command(
        "poll accept", ["POINT"],
        options: [
            .init("--by", "NAME", "the member of the bureau who accepts it in writing"),
            .init("--reason", "TEXT", "why; name the paper that was signed"),
        ], "an open point of the security level is accepted (\"all\" for every one); members can do it at the console",
        run: acceptPoint),
]

/// `poll expertise FILE`: date, author and SHA-256 of the independent expert's report go into the journal; the file itself is
/// read and not stored. Refused where the file cannot be read, or a field is no plain line.
private func noteExpertise(_ invocation: Invocation) throws(Refusal) {
    let (date, expert, who) = (
        try invocation.required("--date"), try invocation.required("--expert"), try invocation.required("--by")
    )
    let report = try readFile(invocation.operands[0])
    let services = try Services(invocation)
    let policy = try services.policyService(try services.election())
    if let refusal = try refusing({
        try policy.note(expertise: report, date: date, expert: expert, who: who, by: services.principal)
    }) {
        throw Refusal(refusal)
    }
    Terminal.say("The report of \(expert), \(date), is noted: SHA-256 \(hex(sha256(report))).")
}

/// `poll accept POINT`: a member of the bureau accepts an open point in writing; `all` stands for every open one. Refused for a
/// point that is not open: nothing is accepted in advance.
private func acceptPoint(_ invocation: Invocation) throws(Refusal) {
    let (name, reason) = (try invocation.line("--by", atMost: StaffReason.longestName), try invocation.line("--reason"))
    let services = try Services(invocation)
    let election = try services.election()
    let policy = try services.policyService(election)
    let wanted = invocation.operands[0]
    let points = wanted == "all" ? try services.policyReport(election).open.map(\.point.id) : [wanted]
    let actor = try services.actor(onWordOf: name)
    for point in points {
        let isDone = try refusing { try policy.accept(point: point, reason: reason, by: actor) }
        guard isDone else { throw Refusal("There is no point \"\(point)\": see `isoloir election check --level 3`.") }
    }
    Terminal.say("\(Terminal.count(points.count, "point")) accepted by \(name): \(points.joined(separator: ", "))")
}

/// Says what an election lacks for a level; refuses when something is missing.
/// - Parameter json: whether every point is printed as an object, in place of the table.
/// - Throws: refused with the number of points that are missing, after all of them were shown.
func showPolicy(_ report: PolicyReport, json: Bool) throws(Refusal) {
    if let day = report.outdatedSince {
        Terminal.complain(
            "\(day) is the last day on which this recommendation applies, and the election closes later: read the rules that follow "
                + "it as well.")
    }
    struct Shown: Encodable { let point, objective, state, text, cure: String, level: Int, acceptedBy: String? }
    if json {
        try Terminal.json(
            report.lines.map {
                Shown(
                    point: $0.point.id, objective: $0.point.objective, state: $0.state.rawValue, text: $0.point.text.en,
                    cure: $0.point.cure.en, level: $0.point.level, acceptedBy: $0.acceptedBy)
            })
    } else {
        let grid =
            report.computedLevel.map { "\($0) (\(report.points ?? 0) points)" }
            ?? "not known: answer the questions at the console"
        Terminal.say("Level by the ten questions: \(grid). Checked for level \(report.level):")
        Terminal.table(
            ["level", "objective", "state", "point", "setting"],
            report.lines.map {
                [
                    "\($0.point.level)", $0.point.objective, $0.acceptedBy == nil ? $0.state.rawValue : "accepted",
                    $0.point.id, [.missing, .warned].contains($0.state) ? $0.point.cure.en : "",
                ]
            })
        Terminal.say("This helps; it is no legal advice.")
    }
    let missing = report.open.count
    guard missing == 0 else { throw Refusal("\(Terminal.count(missing, "point")) missing for level \(report.level).") }
}
