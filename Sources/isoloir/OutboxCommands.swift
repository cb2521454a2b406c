import Delivery
import Elections
import Foundation
import Journal
import Store

let outboxCommands = [
    Command(
        "outbox send", [],
        options: [.init("--until-empty", nil, "go on until nothing waits any more, refusals for now included")],
        "hand over the mail and SMS that are due", run: sendOutbox),
    Command("outbox status", [], "how many messages are in which state", run: showOutbox),
    Command(
        "outbox retry", [],
        options: [.init("--unknown", nil, "messages of which nobody knows whether they arrived, instead of failed ones")],
        "make failed messages due again", run: retryOutbox),
]

private func sendOutbox(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let courier = try services.courier()
    let shown = Terminal.progress("accepted")
    var total = Courier.Report()
    while true {
        let report = try refusing { try courier.run { shown(total.accepted + $0.accepted) } }
        total.accepted += report.accepted
        total.failed += report.failed
        total.unknown += report.unknown
        total.temporary = report.temporary
        total.troubles = report.troubles
        let waiting = try refusing {
            try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                try services.outbox.waitingForRelay(reading)
            }
        }
        guard invocation.has("--until-empty"), waiting > 0, report.troubles.isEmpty else { break }
        Thread.sleep(forTimeInterval: 5)
    }
    Terminal.endProgress()
    Terminal.say("\(total.accepted) accepted, \(total.failed) refused for good, \(total.temporary) refused for now, \(total.unknown) unknown.")
    if total.unknown > 0 { Terminal.say("Of the unknown ones nobody can say whether they arrived: `outbox retry --unknown` sends them again.") }
    if !total.troubles.isEmpty { throw Refusal(total.troubles.joined(separator: "\n") + "\nThe rest waits; nothing is lost.") }
}

private func showOutbox(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let (rows, pauses) = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            (try services.outbox.summary(reading, election: election.number), try services.outbox.pauses(reading))
        }
    }
    struct Shown: Encodable { let by, state: String, count: Int }
    if invocation.has("--json") { return try Terminal.json(rows.map { Shown(by: $0.route, state: $0.state, count: $0.count) }) }
    for row in rows { Terminal.say("\(row.route)\t\(row.state)\t\(row.count)") }
    for pause in pauses { Terminal.say("\(pause.route) is paused: \(pause.reason)") }
}

private func retryOutbox(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let count = try refusing {
        try services.store.write { (transaction: borrowing Transaction) throws(StoreError) -> Int in
            let count = try services.outbox.retry(
                transaction, election: election.number, unknown: invocation.has("--unknown"))
            try services.logbook.record(
                transaction, election: election.election.id, by: services.principal, "outbox.retry",
                ["messages": "\(count)", "unknown": invocation.has("--unknown") ? "yes" : "no"])
            return count
        }
    }
    Terminal.say("\(count) messages are due again: run `outbox send`.")
}
