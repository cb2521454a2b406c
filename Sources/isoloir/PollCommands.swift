import Delivery
import Elections
import Foundation
import Journal
import Observer
import Polling
import Store
import Tally
import VoterRoll

let pollCommands = [
    Command(
        "poll seal", [],
        options: [.init("--box-key", "FILE", "where the box key goes, for whoever keeps it until the opening")],
        "freeze the election, make credentials, ballot box and signature list", run: sealPoll),
    Command(
        "poll open", [],
        options: [
            .init("--box-key", "FILE", "the box key made by the seal"),
            .init("--record", "FILE", "also writes the signed record there"),
        ],
        "open a sealed poll: seal, empty box and empty list are checked", run: openPoll),
    Command("poll suspend", [], "stop taking ballots for a while", run: suspendPoll),
    Command("poll resume", [], "take ballots again", run: resumePoll),
    Command("poll extend", ["TIME"], "a later close, such as \"2026-12-01 19:00\"", run: extendPoll),
    Command(
        "poll close", [], options: [.init("--at-once", nil, "without the grace for voters under way")],
        "close the poll for good", run: closePoll),
    Command("poll rehearse", [], "test voters, trustees, votes and count in a store of their own", run: rehearsePoll),
    Command(
        "poll manifest", [], options: [.init("--to", "FILE", "where it goes")],
        "what the seal covers, for those who observe the site", run: exportManifest),
    Command(
        "poll signatures", [],
        options: [
            .init("--to", "FOLDER", "a CSV and a PDF for each ballot"),
            .init("--for-bureau", nil, "before the close, for the members of the bureau alone"),
        ], "the signature lists", run: exportSignatures),
    Command(
        "poll keep", [], options: [.init("--to", "FOLDER", "where the set goes")],
        "the frozen set for the legal keeping: archives, signature lists, journal, seal, signed list of all",
        run: keepPoll
    ),
    Command(
        "poll destroy", [], options: [.init("--yes", nil, "without asking")],
        "after the appeal period: destroy keys, signature lists and personal data", run: destroyPoll),
    Command(
        "observe", ["URL"],
        options: [
            .init("--seal", "FILE", "the manifest, from `isoloir poll manifest`"),
            .init("--page", "FILE", "a ballot page that a voter saved with its button: compared as well"),
        ],
        "from another machine: whether a site gives browsers what was sealed", run: observeSite),
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
    let station = try services.station(election)
    let record = try refusing { try station.openingRecord() }
    if let file = invocation["--record"] { try writeFile(file, Array(record.utf8)) }
    Terminal.say(record)
    try describe(services, station)
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
    try services.checkBox(station.election)
    if let refusal = try refusing({
        try station.close(atOnce: invocation.has("--at-once"), by: services.principal)
    }) {
        throw Refusal(refusal)
    }
    _ = try refusing { try services.teller(station).tally(by: services.principal) }
    try describe(services, station)
    if let poll = try services.poll(station.election), poll.state == .closing {
        Terminal.say(
            "  Voters who signed in before may finish for \(station.election.election.graceMinutes) minutes; then a running `serve` closes the poll. `poll close --at-once` closes it now."
        )
    }
}

private func showPoll(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let station = try services.station(try services.election())
    var findings = try refusing { try station.audit() }
    findings += try services.frozenFaults(station.election)
    if invocation.has("--json") {
        try printStatus(services, station, findings)
    } else {
        try describe(services, station)
    }
    if !findings.isEmpty {
        try services.checkBox(station.election)
        try services.checkFrozen(station.election)
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
    for head in try heads(services, election.id) {
        Terminal.say("  round \(head.round) of \(head.ballot): \(head.votes) votes, box \(head.box), list \(head.list)")
    }
}

/// What the journal keeps of a round: to be noted down by the bureau.
private struct RoundHead: Encodable { let ballot, round, votes, box, list: String }

/// The last round of each ballot.
private func heads(_ services: Services, _ election: String) throws(Refusal) -> [RoundHead] {
    try refusing {
        var heads: [String: RoundHead] = [:]
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try Logbook.each(reading) { entry, _ throws(StoreError) in
                guard entry.action == "poll.round", entry.election == election,
                    let details = try? JSONDecoder().decode([String: String].self, from: Data(entry.details.utf8))
                else { return }
                let ballot = details["ballot"] ?? ""
                heads[ballot] = RoundHead(
                    ballot: ballot, round: details["round"] ?? "", votes: details["votes"] ?? "",
                    box: String((details["box"] ?? "").prefix(32)), list: String((details["list"] ?? "").prefix(32)))
            }
        }
        return heads.values.sorted { $0.ballot < $1.ballot }
    }
}

private func printStatus(
    _ services: Services, _ station: PollingStation, _ findings: [String]
) throws(Refusal) {
    struct Shown: Encodable {
        struct Ballot: Encodable { let name, uuid: String, electors, votes: Int }
        let state, fingerprint: String, ballots: [Ballot], rounds: [RoundHead], findings: [String]
    }
    let (poll, ballots) = try ballots(services, station)
    try Terminal.json(
        Shown(
            state: poll?.state.rawValue ?? "unsealed", fingerprint: poll?.fingerprint ?? "",
            ballots: ballots.map {
                Shown.Ballot(
                    name: $0.name, uuid: String(decoding: $0.uuid, as: UTF8.self), electors: $0.electors,
                    votes: $0.votes)
            }, rounds: try heads(services, station.election.election.id), findings: findings))
}

// MARK: Rehearsal and what leaves the store

private func rehearsePoll(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let report = try Rehearsal(services: services, election: try services.election(), invocation: invocation).run()
    try services.record("poll.rehearse", election: try services.election().election.id, report)
    Terminal.say("\nThe rehearsal went through; its report is in the journal, and nothing of it in the ballot box.")
}

private func exportManifest(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--to")
    let services = try Services(invocation)
    guard let poll = try services.poll(try services.election()), poll.state != .sealing else {
        throw Refusal("The poll is not sealed yet.")
    }
    try writeFile(path, poll.manifest)
    Terminal.say("\(path): fingerprint \(poll.fingerprint)")
}

private func exportSignatures(_ invocation: Invocation) throws(Refusal) {
    let folder = try invocation.required("--to")
    let services = try Services(invocation)
    let election = try services.election()
    guard let poll = try services.poll(election), poll.state != .sealing else {
        throw Refusal("The poll is not sealed yet.")
    }
    guard poll.state == .closed || invocation.has("--for-bureau") else {
        throw Refusal("Before the close the lists are for the members of the bureau alone: say so with --for-bureau.")
    }
    let names = try services.writeSignatures(election, to: folder)
    try services.record(
        "poll.signatures", election: election.election.id,
        ["files": "\(names.count)", "state": poll.state.rawValue])
    for name in names { Terminal.say("  \(folder)/\(name)") }
}

private func keepPoll(_ invocation: Invocation) throws(Refusal) {
    let folder = try invocation.required("--to")
    let services = try Services(invocation)
    let election = try services.election()
    let count = try services.writeFrozenSet(election, to: folder)
    try services.record("poll.keep", election: election.election.id, ["election": election.election.id])
    Terminal.say(
        "\(folder): \(count) files, listed in SHA256SUMS and signed. Seal it in an envelope or on a medium until the appeal period ends."
    )
}

private func destroyPoll(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let election = try services.election()
    let question = "Destroy the keys, the signature lists and the personal data of \(election.election.id) for good?"
    guard invocation.has("--yes") || Terminal.confirm(question) == true else {
        throw Refusal("Nothing was destroyed: say --yes if the appeal period is over.")
    }
    try services.destroy(election)
    Terminal.say(
        """
        \(election.election.id): keys, signature lists and personal data are destroyed; the journal has the record.
        Destroy as well: escrow files, the bureau's copy of the box key, the trustees' private files, and old backups.
        """)
}

private func observeSite(_ invocation: Invocation) throws(Refusal) {
    let file = try invocation.required("--seal")
    guard let seal = SiteSeal(manifest: try readFile(file)) else {
        throw Refusal("\(file) is no manifest: give the file made by `isoloir poll manifest`.")
    }
    var report = SiteObserver(address: invocation.operands[0], seal: seal).observe(
        now: Int(Date().timeIntervalSince1970))
    if let path = invocation["--page"] {
        let check = PageCheck(try readFile(path), seal: seal)
        report.compared += check.compared
        report.faults += check.faults.map { "\(path): \($0)" }
    }
    for note in report.notes { Terminal.say("  \(note)") }
    guard report.faults.isEmpty else {
        throw Refusal(
            "\(invocation.operands[0]) is not as it was sealed (\(seal.fingerprint)):\n  \(report.faults.joined(separator: "\n  "))"
        )
    }
    Terminal.say("\(report.compared) comparisons: the site gives what was sealed under \(seal.fingerprint).")
}
