import CommandLineKit
import Delivery
import Elections
import Foundation
import Inputs
import Issuance
import Operations
import Polling
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

/// A reason stands in an SMS: one line, and no longer than two of them.
private let reasonLimit = TextLimit(scalars: PollingStation.longestReason)

/// By whom and why, as they were given.
func decision(_ invocation: Invocation) throws(Refusal) -> PollDecision {
    for name in ["--by", "--reason"] {
        guard let text = invocation[name] else { continue }
        guard reasonLimit.admits(text), !text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }),
            text.unicodeScalars.contains(where: { !$0.properties.isWhitespace })
        else {
            throw Refusal("\(name) takes one line of 300 characters at most.", status: .usage)
        }
    }
    return PollDecision(by: invocation["--by"], reason: invocation["--reason"])
}

private func suspendPoll(_ invocation: Invocation) throws(Refusal) {
    let decision = try decision(invocation)
    try change(
        invocation, .suspension,
        hours: { $0.changed(.suspended, closes: $0.closes, reason: decision.reason) }
    ) { station, services, along throws(StoreError) in
        try station.suspend(by: services.principal, decision, along: along)
    }
}

private func resumePoll(_ invocation: Invocation) throws(Refusal) {
    let (decision, proof) = (try decision(invocation), try invocation.resumeProof())
    // Whose ballot was lost by a restore must hear of it: that word is no choice of whoever types the command, and a suspension
    // took back what of it was still waiting.
    let services = try Services(invocation)
    let news = Announcements.News.resumption(try services.hours(try services.election()))
    try change(
        invocation, news, alwaysTells: news == .restoration,
        hours: { $0.changed(.open, closes: $0.closes, reason: nil) }
    ) { station, services, along throws(StoreError) in
        try station.resume(by: services.principal, decision, proof: proof, along: along)
    }
}

private func abandonPoll(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--statement")
    let now = try Services(invocation).clock.now
    guard let statement = BureauStatement(file: try readFile(path)) else {
        throw Refusal("\(path) is no statement of the bureau, or a signature in it is not its member's.")
    }
    try change(
        invocation, .abandonment,
        hours: { $0.changed(.abandoned, closes: min($0.closes, now), reason: statement.reason) }
    ) { station, services, along throws(StoreError) in
        try station.abandon(by: services.principal, statement: statement, along: along)
    }
}

private func extendPoll(_ invocation: Invocation) throws(Refusal) {
    let decision = try decision(invocation)
    let services = try Services(invocation)
    let election = try services.election()
    guard let zone = TimeZone(identifier: election.election.timeZone) else {
        throw Refusal("\(election.election.timeZone) is no time zone.")
    }
    let reading = LocalTime.reading(invocation.operands[0], zone: zone)
    guard case .time(let time) = reading else {
        throw Refusal("\"\(invocation.operands[0])\" \(reading.fault).", status: .usage)
    }
    if invocation.has("--tell"), try services.hours(election).stage == .suspended {
        throw Refusal(
            "The poll is suspended: extend it without --tell; the message of `poll resume --tell` gives the new close.")
    }
    try change(
        invocation, .extending, hours: { $0.changed($0.stage, closes: time, reason: $0.reason) }
    ) { station, services, along throws(StoreError) in
        try station.extend(to: time, by: services.principal, decision, along: along)
    }
}

/// Makes a change and tells everybody, or shows what they would be told.
private func change(
    _ invocation: Invocation, _ news: Announcements.News, alwaysTells: Bool = false,
    hours: (PollHours) -> PollHours,
    _ body: (PollingStation, Services, PollingStation.Along) throws(StoreError) -> PollingStation.Refusal?
) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let announcements = Announcements(try services.voterDesk(election))
    let tells = alwaysTells || invocation.has("--tell")
    if tells || invocation.has("--preview") {
        show(try refusing { try announcements.preview(news, hours(try services.hours(election))) })
    }
    guard !invocation.has("--preview") else { return Terminal.say("Nothing was changed, and nobody was told.") }
    let station = try services.station(election)
    let principal = services.principal
    let refusal = try refusing {
        try body(station, services) { transaction throws(StoreError) in
            if tells { try announcements.order(transaction, news, by: principal) }
        }
    }
    if let refusal { throw Refusal(refusal) }
    try describe(services, station)
    try services.emptyLog()
    if tells { try tell(announcements) }
}

private func show(_ preview: Announcements.Preview) {
    for text in preview.texts {
        Terminal.say("--- \(text.route.rawValue), \(text.language.rawValue)\n\(text.text)\n")
    }
    Terminal.say(
        "\(Terminal.count(preview.reached, "voter")) would be told; \(preview.unreached) have neither mail nor mobile.")
}

/// Queues the message for everybody; a running `serve` takes part and would go on if this ended.
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
