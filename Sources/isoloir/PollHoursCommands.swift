import CommandLineKit
import Contacts
import Delivery
import Elections
import Foundation
import Operations
import Polling
import Server
import Store
import Tally

/// What suspending, resuming and extending have in common.
private let changeOptions: [Command.Option] = [
    .init("--by", "WHO", "the member of the bureau who decided it"),
    .init("--tell", nil, "also send word to every voter by mail or SMS, in the same words"),
    .init("--preview", nil, "only show that message and how many would get it; nothing is changed"),
]

/// What opening and resuming need where the store was restored from a backup.
let restoreOptions: [Command.Option] = [
    .init(
        "--head", "HASH", "after a restore: the head of a ballot that was published last; may be given several times"),
    .init(
        "--archive", "FILE",
        "after a restore: an archive saved from the site, in place of its head; may be given several times"),
    .init(
        "--statement", "FILE", "after a restore: two members' statement (isoloir bureau draft resume-after-restore)"),
]

/// The verbs that move a poll's hours, or end it without a result: `poll suspend`, `resume`, `abandon` and `extend`.
let pollHoursCommands = [
    Command(
        "poll suspend", [],
        options: [.init("--reason", "TEXT", "why: voters read it on the site's pages and in messages")] + changeOptions,
        "stop taking ballots for a while", run: suspendPoll),
    Command(
        "poll resume", [],
        options: [.init("--reason", "TEXT", "why: it goes into the journal")] + changeOptions + restoreOptions,
        "take ballots again", run: resumePoll),
    Command(
        "poll abandon", [],
        options: [
            .init(
                "--statement", "FILE", "two members' statement (isoloir bureau draft abandon-poll): it says why")
        ] + changeOptions.dropFirst(),
        "end a poll for good without a result: nothing is added up, and nothing brings it back", run: abandonPoll),
    Command(
        "poll extend", ["TIME"],
        options: [.init("--reason", "TEXT", "why: it goes into the journal")] + changeOptions,
        "a later close, such as \"2026-12-01 19:00\"; a poll that ended takes ballots again", run: extendPoll),
]

/// By whom and why, as they were given.
/// - Throws: refused as wrong usage where a name or reason that was given is no plain, short line.
func decision(_ invocation: Invocation) throws(Refusal) -> PollDecision {
    let decision = PollDecision(by: invocation["--by"], reason: invocation["--reason"])
    if let fault = decision.fault { throw Refusal(fault, status: .usage) }
    return decision
}

/// `poll suspend`: no ballot is taken until the poll is resumed; voters read the reason. Refused unless the poll is open.
private func suspendPoll(_ invocation: Invocation) throws(Refusal) {
    try change(invocation, try Services(invocation), .suspension)
}

/// `poll resume`: takes ballots again. After a restore it wants two members' statement, with the heads that were published last,
/// and is refused where the restored box lacks one of them.
private func resumePoll(_ invocation: Invocation) throws(Refusal) {
    let proof = try invocation.resumeProof()
    try change(invocation, try Services(invocation), .resumption(proof: proof))
}

/// `poll abandon`: ends the poll without a result, on the statement of two members. The statement must be whole before the
/// store is opened.
private func abandonPoll(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--statement")
    guard let statement = BureauStatement(file: try readFile(path)) else {
        throw Refusal("\(path) is no statement of the bureau, or a signature in it is not its member's.")
    }
    try change(invocation, try Services(invocation), .abandonment(statement))
}

/// `poll extend TIME`: a later close. TIME is read in the election's time zone; refused as wrong usage where it is none.
private func extendPoll(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    guard let zone = TimeZone(identifier: election.election.timeZone) else {
        throw Refusal("\(election.election.timeZone) is no time zone.")
    }
    let reading = LocalTime.reading(invocation.operands[0], zone: zone)
    guard case .time(let time) = reading else {
        throw Refusal("\"\(invocation.operands[0])\" \(reading.fault).", status: .usage)
    }
    try change(invocation, services, .extending(to: time))
}

/// Makes a change and tells everybody, or shows what they would be told.
/// - Throws: refused with the rule that forbids the change; nothing is changed then, and nobody told.
private func change(_ invocation: Invocation, _ services: Services, _ act: PollChange.Act) throws(Refusal) {
    let decision = try decision(invocation)
    let election = try services.election()
    let change = PollChange(try services.operations(election))
    let isPreview = invocation.has("--preview")
    let isRestoration = try refusing { try change.news(act) == .restoration }
    if isPreview || invocation.has("--tell") || isRestoration {
        show(try refusing { try change.preview(act, decision) })
    }
    guard !isPreview else { return Terminal.say("Nothing was changed, and nobody was told.") }
    let outcome = try refusing {
        try change.order(act, decision, tells: invocation.has("--tell"), by: services.principal)
    }
    guard case .done(let isTold) = outcome else {
        if case .refused(let why) = outcome { throw Refusal(why) }
        return
    }
    try describe(services, try services.station(election))
    try services.emptyLog()
    if isTold { try tell(change.announcements) }
}

/// The message in each way and language, and how many it would reach.
private func show(_ preview: Announcements.Preview) {
    for text in preview.texts {
        Terminal.say("--- \(text.route.rawValue), \(text.language.rawValue)\n\(text.text)\n")
    }
    Terminal.say(
        "\(Terminal.count(preview.reached, "voter")) would be told; \(preview.unreached) have neither mail nor mobile.")
}

/// Queues the message for everybody; a running `serve` takes part and would go on if this ended.
/// - Throws: what the store said; what was not queued stays ordered, and `serve` goes on with it.
func tell(_ announcements: Announcements) throws(Refusal) {
    let shown = Terminal.progress("told")
    var count = 0
    while true {
        let (hasWorked, told, faults) = try refusing { try announcements.follow() }
        for fault in faults { Terminal.complain(fault) }
        guard hasWorked else { break }
        count += told
        shown(count)
    }
    Terminal.say("Word to every voter waits to be sent: a running `serve` sends it, or `isoloir outbox send`.")
}

extension Services {
    /// Whether voting waits for two members since a backup was brought back.
    /// - Throws: what the store said, or that there is no such election.
    func isHeldByRestore() throws(Refusal) -> Bool {
        let number = try election().number
        return try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try PollRestore.pending(reading, election: number) != nil
            }
        }
    }
}

extension Invocation {
    /// What two members know of the published heads, where it was given.
    /// - Throws: refused where heads come without a statement, the statement is none, or a head is no 64 hexadecimal digits.
    func resumeProof() throws(Refusal) -> ResumeProof? {
        guard let path = self["--statement"] else {
            guard !has("--head"), !has("--archive") else {
                throw Refusal("Heads need the members' statement: --statement FILE.", status: .usage)
            }
            return nil
        }
        let file = try readFile(path)
        guard BureauStatement(file: file) != nil else {
            throw Refusal("\(path) is no statement of the bureau, or a signature in it is not its member's.")
        }
        var heads = all("--head")
        for archive in all("--archive") {
            guard let head = try refusing({ try lastHead(archive: archive) }) else {
                throw Refusal("\(archive) holds no ballot, and so no head.")
            }
            heads.append(head)
        }
        guard let proof = ResumeProof(heads: heads, statement: file) else {
            throw Refusal("--head is 64 hexadecimal digits, blanks between groups allowed.", status: .usage)
        }
        return proof
    }
}
