import CommandLineKit
import Contacts
import Delivery
import Elections
import Foundation
import Operations
import Polling
import Server
import Store
import VoterRoll

/// The verbs on messages that wait to leave, and on those that did not arrive.
let outboxCommands = [
    Command(
        "outbox send", [],
        options: [.init("--until-empty", nil, "go on until nothing waits any more, refusals for now included")],
        "hand over the mail and SMS that are due", run: sendOutbox),
    Command("outbox status", [], "how many messages are in which state", run: showOutbox),
    Command(
        "outbox failures", [], options: [.init("--limit", "N", "the latest N (default: 100)")],
        "messages that did not arrive, whose they are, and why", run: showFailures),
    Command(
        "outbox retry", [],
        options: [
            .init("--unknown", nil, "messages of which nobody knows whether they arrived, instead of failed ones")
        ],
        "make failed messages due again", run: retryOutbox),
]

/// Seconds between looks for what became due, while `--until-empty` waits.
private let pollSeconds = 5.0

/// `outbox send`: hands over what is due; with `--until-empty` until nothing waits that has a way out. Refused where the settings
/// name no channel, and where a channel stopped: the rest waits.
private func sendOutbox(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    try services.wipeOldLetters()
    let courier = try DeliveryBuilder(services).courier()
    let shown = Terminal.progress("accepted")
    // Only what has a way out is waited for.
    let routes = [
        services.settings.mail == nil ? nil : Channel.email, services.settings.sms == nil ? nil : Channel.sms,
    ]
    .compactMap { $0 }
    var total = Courier.Report()
    while true {
        let before = total.accepted
        let report = try refusing { try courier.run { shown(before + $0.accepted) } }
        total.accepted += report.accepted
        total.failed += report.failed
        total.unknown += report.unknown
        total.temporary = report.temporary
        total.troubles = report.troubles
        try services.endLateMessages()
        let waiting = try waiting(services, routes)
        guard invocation.has("--until-empty"), waiting > 0, report.troubles.isEmpty else { break }
        Thread.sleep(forTimeInterval: pollSeconds)
    }
    Terminal.endProgress()
    Terminal.say(
        "\(total.accepted) accepted, \(total.failed) refused for good, \(total.temporary) refused for now, \(total.unknown) unknown."
    )
    if total.failed > 0 { Terminal.say("See which and why: isoloir outbox failures") }
    if total.unknown > 0 {
        Terminal.say(
            "Of the unknown ones nobody can say whether they arrived: `outbox retry --unknown` sends them again.")
    }
    for (route, name, key) in [(Channel.email, "mails", "mail"), (.sms, "SMS", "sms")] where !routes.contains(route) {
        let left = try waiting(services, [route])
        if left > 0 { Terminal.say("\(left) \(name) wait, and the settings have no \"\(key)\": nothing sends them.") }
    }
    if !total.troubles.isEmpty {
        throw Refusal(total.troubles.joined(separator: "\n") + "\nThe rest waits; nothing is lost.")
    }
}

/// Messages that have not left by these channels, of all elections.
private func waiting(_ services: Services, _ routes: [Channel]) throws(Refusal) -> Int {
    try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) -> Int in
            var sum = 0
            for route in routes { sum += try services.outbox.reports.waiting(reading, route) }
            return sum
        }
    }
}

/// `outbox status`: messages by channel and state, the day's SMS, confirmations that did not arrive, and paused channels. While
/// the poll is open, SMS of mailings are given in tenths of the budget: the exact number would tell how many voted.
private func showOutbox(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let isSecret = try services.poll(election)?.isSecret ?? false
    let (rows, pauses, segments, undelivered) = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            (
                try services.outbox.reports.summary(reading, election: election.number),
                try services.outbox.reports.pauses(reading),
                try services.outbox.reports.segmentsToday(reading),
                try UndeliveredConfirmations(reading, services.outbox, of: election)
            )
        }
    }
    struct Shown: Encodable { let by, state: String, count: Int }
    if invocation.has("--json") {
        return try Terminal.json(rows.map { Shown(by: $0.route, state: $0.state, count: $0.count) })
    }
    if rows.isEmpty {
        Terminal.say("The outbox is empty: `identifiers issue` fills it.")
    } else {
        Terminal.table(["by", "state", "messages"], rows.map { [$0.route, $0.state, "\($0.count)"] }, numbers: [2])
    }
    for (priority, count) in segments where count > 0 {
        let budget = services.settings.smsPolicy.budgets[priority] ?? 0
        // Word of votes is among them: while the poll is open, a tenth of the day's budget is near enough.
        let isRough = isSecret && priority == .batch && budget > 0
        let used = isRough ? "at most \((count * 10 + budget - 1) / budget * 10) %" : "\(count)"
        Terminal.say("SMS segments today, \(priority): \(used) of \(budget)")
    }
    for line in undelivered.lines {
        let parts = [
            line.failed > 0 ? "\(line.failed) failed (`isoloir outbox retry` sends them again)" : nil,
            line.unknown > 0 ? "\(line.unknown) may not have arrived (`isoloir outbox retry --unknown`)" : nil,
            line.bounced > 0 ? "\(line.bounced) came back (these voters find the confirmation in their space)" : nil,
        ].compactMap(\.self)
        Terminal.say("Vote confirmations by \(line.route.rawValue): \(parts.joined(separator: ", "))")
    }
    for pause in pauses { Terminal.say("\(pause.route) is paused: \(pause.reason)") }
}

/// `outbox failures`: messages that did not arrive, the latest first, without those that would tell who voted.
private func showFailures(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let limit = try invocation["--limit"].map { text throws(Refusal) in try invocation.number(text) } ?? 100
    struct Shown: Encodable {
        let reference, by, kind, state, reply, at: String
        let canRetry: Bool
    }
    let rows = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) -> [(shown: Shown, at: Int)] in
            let troubles = try services.outbox.reports.troubles(reading, election: election.number, limit: limit)
            var rows: [(shown: Shown, at: Int)] = []
            for trouble in troubles {
                let reference =
                    try services.registrar.voter(reading, id: trouble.subject)?.reference ?? "(left the roll)"
                let shown = Shown(
                    reference: reference, by: trouble.route, kind: trouble.kind, state: trouble.state,
                    reply: trouble.reply ?? "", at: Moment.stamp(trouble.endedAt), canRetry: trouble.canRetry)
                rows.append((shown, trouble.endedAt))
            }
            return rows
        }
    }
    if invocation.has("--json") { return try Terminal.json(rows.map(\.shown)) }
    if rows.isEmpty {
        return Terminal.say(
            "No message failed, of those that may be listed: word of a vote and reminders tell who voted.")
    }
    Terminal.table(
        ["voter", "by", "what", "state", "reply", "when (UTC)"],
        rows.map { row, at in [row.reference, row.by, row.kind, row.state, row.reply, Moment.text(at)] })
    Terminal.say(
        "Correct a wrong contact with `roll correct`, then give that voter a new identifier with `identifiers reissue`; "
            + "after a fault of the relay `outbox retry` sends the same messages again.")
}

/// `outbox retry`: makes failed messages due again, or with `--unknown` those of which nobody knows.
private func retryOutbox(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let key = try services.key(of: election)
    let count = try refusing {
        try OutboxRetry(
            store: services.store, outbox: services.outbox, journal: services.journal, election: election, key: key
        ).retry(unknown: invocation.has("--unknown"), of: MessageSelection(), by: services.principal)
    }
    Terminal.say(
        count == 0
            ? "No other message can be sent again; vote confirmations and reminders that failed, if any, are due again: run `outbox send`."
            : "\(Terminal.count(count, "message is", "messages are")) due again, and vote confirmations and reminders that failed, if any: run `outbox send`."
    )
}

extension Services {
    /// Takes the content of messages away that are too late, where nothing speaks against the clock.
    /// - Throws: what the store said.
    fileprivate func endLateMessages() throws(Refusal) {
        let outbox = outbox
        try refusing {
            try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
                guard try !ClockWatch.isClockDoubted(transaction.reading) else { return }
                try outbox.lease.expire(transaction)
            }
        }
    }
}
