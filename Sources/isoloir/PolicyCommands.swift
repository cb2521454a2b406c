import Authentication
import CommandLineKit
import Compliance
import Crypto
import Delivery
import Elections
import Issuance
import Journal
import Operations
import Polling
import Staff
import Store
import VoterRoll

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

private func noteExpertise(_ invocation: Invocation) throws(Refusal) {
    let (date, expert, who) = (
        try invocation.required("--date"), try invocation.required("--expert"), try invocation.required("--by")
    )
    let report = try readFile(invocation.operands[0])
    let services = try Services(invocation)
    let desk = try services.policyService(try services.election())
    if let refusal = try refusing({
        try desk.note(expertise: report, date: date, expert: expert, who: who, by: services.principal)
    }) {
        throw Refusal(refusal)
    }
    Terminal.say("The report of \(expert), \(date), is noted: SHA-256 \(hex(sha256(report))).")
}

extension Services {
    /// The desk of an election that is stored: what the console does for a voter, the command line does by it too.
    func voterSupport(_ election: StoredElection) throws(Refusal) -> VoterSupport {
        let key = try key(of: election)
        let messageTemplates = MessageTemplates(
            election: election.election, templates: try templates(for: election.election))
        let directory = VoterDirectory(
            election: election, key: key, messageTemplates: messageTemplates, issuer: issuer, registrar: registrar)
        let door = Authenticator(
            election: election, key: key, directory: directory, passphrases: passphrases, outbox: outbox, clock: clock,
            randomness: randomness)
        return VoterSupport(
            store: store, directory: directory, door: door, station: try station(election), outbox: outbox,
            register: register(election, key: key, messageTemplates: messageTemplates), journal: journal, clock: clock,
            randomness: randomness)
    }

    /// The policy check of an election that is stored.
    func policyService(_ election: StoredElection) throws(Refusal) -> PolicyService {
        let (desk, templates) = (try voterSupport(election), try templates(for: election.election))
        return try refusing { try policyService(desk, templates) }
    }

    func policyReport(_ election: StoredElection, level: Int? = nil) throws(Refusal) -> PolicyReport {
        let desk = try policyService(election)
        return try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in try desk.report(reading, level: level) }
        }
    }

    /// Refuses while a point of the election's level is open that no member of the bureau has accepted in writing.
    func checkPolicy(_ election: StoredElection) throws(Refusal) {
        let open = try policyReport(election).open
        guard !open.isEmpty else { return }
        throw Refusal(
            "\(Terminal.count(open.count, "point")) of the security level \(open.count == 1 ? "is" : "are") open:\n"
                + open.map { "  \($0.point.id) (\($0.point.objective)): \($0.point.text.en) Set: \($0.point.cure.en)" }
                .joined(separator: "\n")
                + "\nCure them, or have a member of the bureau accept each in writing: at the console (Security level), or "
                + "`isoloir poll accept POINT --by NAME --reason TEXT`.")
    }
}

private func acceptPoint(_ invocation: Invocation) throws(Refusal) {
    let (name, reason) = (try invocation.line("--by", atMost: StaffReason.longestName), try invocation.line("--reason"))
    let services = try Services(invocation)
    let election = try services.election()
    let desk = try services.policyService(election)
    let wanted = invocation.operands[0]
    let points = wanted == "all" ? try services.policyReport(election).open.map(\.point.id) : [wanted]
    let actor = try services.actor(onWordOf: name)
    for point in points {
        let isDone = try refusing { try desk.accept(point: point, reason: reason, by: actor) }
        guard isDone else { throw Refusal("There is no point \"\(point)\": see `isoloir election check --level 3`.") }
    }
    Terminal.say("\(Terminal.count(points.count, "point")) accepted by \(name): \(points.joined(separator: ", "))")
}

/// Says what an election lacks for a level; refuses when something is missing.
func showPolicy(_ report: PolicyReport, json: Bool) throws(Refusal) {
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
                    $0.point.id, $0.state == .missing ? $0.point.cure.en : "",
                ]
            })
        Terminal.say("This helps; it is no legal advice.")
    }
    let missing = report.open.count
    guard missing == 0 else { throw Refusal("\(Terminal.count(missing, "point")) missing for level \(report.level).") }
}
