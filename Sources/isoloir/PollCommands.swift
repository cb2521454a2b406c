import Elections
import Foundation
import Polling
import Store
import Tally

let pollCommands = [
    Command(
        "poll seal", [],
        options: [.init("--box-key", "FILE", "where the box key goes, for whoever keeps it until the opening")],
        "freeze the election, make credentials, ballot box and signature list", run: sealPoll),
    Command(
        "poll open", [], options: [.init("--box-key", "FILE", "the box key made by the seal")],
        "open a sealed poll: seal, empty box and empty list are checked", run: openPoll),
    Command("poll suspend", [], "stop taking ballots for a while", run: suspendPoll),
    Command("poll resume", [], "take ballots again", run: resumePoll),
    Command("poll extend", ["TIME"], "a later close, such as \"2026-12-01 19:00\"", run: extendPoll),
    Command(
        "poll close", [], options: [.init("--at-once", nil, "without the grace for voters under way")],
        "close the poll for good", run: closePoll),
    Command("poll status", [], "where the poll stands, and whether box and list are as they were left", run: showPoll),
]

private func suspendPoll(_ invocation: Invocation) throws(Refusal) {
    try change(invocation) { station, services in try station.suspend(by: services.principal) }
}

private func resumePoll(_ invocation: Invocation) throws(Refusal) {
    try change(invocation) { station, services in try station.resume(by: services.principal) }
}

private func change(
    _ invocation: Invocation, _ body: (PollingStation, Services) throws -> PollingStation.Refusal?
) throws(Refusal) {
    let services = try Services(invocation)
    let station = try services.station(try services.election())
    if let refusal = try refusing({ try body(station, services) }) { throw Refusal(refusal) }
    try describe(services, station)
}

private func sealPoll(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--box-key")
    let services = try Services(invocation)
    let election = try services.election()
    let poll = try services.seal(election, boxKeyFile: path)
    Terminal.say(
        """
        \(election.election.id) is sealed.

          Fingerprint of the seal   \(poll.fingerprint)

        Note it down: voters see it at the foot of every page. \(path) is the box key: the bureau keeps it until the
        opening, and it belongs in no backup.
        """)
}

private func openPoll(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--box-key")
    let services = try Services(invocation)
    try fullCheck(services.store)
    let election = try services.election()
    try services.open(election, boxKeyFile: path)
    try describe(services, try services.station(election))
}

private func extendPoll(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    guard let zone = TimeZone(identifier: election.election.timeZone),
        let time = LocalTime.read(invocation.operands[0], zone: zone)
    else {
        throw Refusal(
            "\"\(invocation.operands[0])\" is no date and time; write it as 2026-12-01 19:00.", status: .usage)
    }
    let station = try services.station(election)
    if let refusal = try refusing({ try station.extend(to: time, by: services.principal) }) { throw Refusal(refusal) }
    try describe(services, station)
}

private func closePoll(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    try fullCheck(services.store)
    let station = try services.station(try services.election())
    if let refusal = try refusing({
        try station.close(atOnce: invocation.has("--at-once"), by: services.principal)
    }) {
        throw Refusal(refusal)
    }
    _ = try refusing { try services.teller(station).tally(by: services.principal) }
    try describe(services, station)
}

private func showPoll(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let station = try services.station(try services.election())
    let findings = try refusing { try station.audit() }
    if invocation.has("--json") {
        try printStatus(services, station, findings)
    } else {
        try describe(services, station)
    }
    guard findings.isEmpty else {
        throw Refusal(
            "Something was added, removed or changed by hand:\n  \(findings.joined(separator: "\n  "))\n"
                + "Suspend the poll (isoloir poll suspend), keep the files as they are, and call the bureau together.")
    }
    if !invocation.has("--json") { Terminal.say("  Nothing was added, removed or changed by hand.") }
}

private func ballots(_ services: Services, _ station: PollingStation) throws(Refusal) -> (Poll?, [PollBallot]) {
    try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            (
                try Poll.find(reading, election: station.election.number),
                try PollBallot.all(reading, election: station.election.number)
            )
        }
    }
}

private func describe(_ services: Services, _ station: PollingStation) throws(Refusal) {
    let election = station.election.election
    let (poll, ballots) = try ballots(services, station)
    guard let poll else { return Terminal.say("\(election.id): not sealed yet.") }
    func time(_ seconds: Int) -> String { LocalTime.phrase(seconds, zone: election.timeZone, .en) }
    var lines = ["\(election.id): \(poll.state.rawValue)", "  fingerprint  \(poll.fingerprint)"]
    lines.append("  sealed       \(time(poll.sealedAt))")
    if let opened = poll.openedAt { lines.append("  opened       \(time(opened))") }
    lines.append("  closes       \(time(poll.closesAt))")
    if let closed = poll.closedAt { lines.append("  closed       \(time(closed))") }
    Terminal.say(lines.joined(separator: "\n"))
    Terminal.table(
        ["ballot", "electors", "votes"], ballots.map { [$0.name, "\($0.electors)", "\($0.votes)"] }, numbers: [1, 2])
}

private func printStatus(
    _ services: Services, _ station: PollingStation, _ findings: [String]
) throws(Refusal) {
    struct Shown: Encodable {
        struct Ballot: Encodable { let name, uuid: String, electors, votes: Int }
        let state, fingerprint: String, ballots: [Ballot], findings: [String]
    }
    let (poll, ballots) = try ballots(services, station)
    try Terminal.json(
        Shown(
            state: poll?.state.rawValue ?? "unsealed", fingerprint: poll?.fingerprint ?? "",
            ballots: ballots.map {
                Shown.Ballot(
                    name: $0.name, uuid: String(decoding: $0.uuid, as: UTF8.self), electors: $0.electors,
                    votes: $0.votes)
            }, findings: findings))
}
