import CommandLineKit
import Elections
import Foundation
import Operations
import Polling
import Server
import Store
import Tally

/// `poll status`: where the poll stands. Refused, once that is shown, where box or list were changed by hand, where something
/// is not as it was sealed, or where the box key is missing.
func showPoll(_ invocation: Invocation) throws(Refusal) {
    let services = try Services(invocation)
    let station = try services.station(try services.election())
    var findings = try refusing { try station.integrity.audit() }.map(\.description)
    findings += try PollAdministration(services, station.election).frozenFaults()
    if invocation.has("--json") {
        try printStatus(services, station, findings)
    } else {
        try describe(services, station)
    }
    if !findings.isEmpty {
        try PollAdministration(services, station.election).checkBox()
        try PollAdministration(services, station.election).checkFrozen()
    }
    if let fault = try refusing({ try station.boxKey.fault() }) {
        throw Refusal("\(station.election.election.id): \(services.boxKeyWords(fault, station.election)).")
    }
    if !invocation.has("--json") { Terminal.say("  Nothing was added, removed or changed by hand.") }
}

/// A poll as it stands.
/// - Throws: what the store said.
private func standing(_ services: Services, _ station: PollingStation) throws(Refusal) -> PollStanding {
    try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollStanding(reading, station)
        }
    }
}

/// Says where a poll stands.
/// Hours are in the election's time zone; each box has its last round with the head that members received.
/// - Throws: what the store said.
func describe(_ services: Services, _ station: PollingStation) throws(Refusal) {
    let election = station.election.election
    let standing = try standing(services, station)
    guard let poll = standing.poll else { return Terminal.say("\(election.id): not sealed yet.") }
    func time(_ seconds: Int) -> String { election.timeWordsWithZone(seconds, .en) }
    var lines = ["\(election.id): \(poll.state.rawValue)", "  fingerprint  \(poll.fingerprint)"]
    lines.append("  sealed       \(time(poll.sealedAt))")
    if let opened = poll.openedAt { lines.append("  opened       \(time(opened))") }
    lines.append("  closes       \(time(poll.closesAt))")
    if let stopped = poll.stoppedAt, poll.closedAt == nil { lines.append("  stopped      \(time(stopped))") }
    if let closed = poll.closedAt { lines.append("  closed       \(time(closed))") }
    lines += clockWords(poll, election)
    let restored = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try station.records.restoreLines(reading)
        }
    }
    lines += restored.map { "  \($0)" }
    lines.append("  log          \(logWords(services.store.logFile, now: services.clock.now))")
    Terminal.say(lines.joined(separator: "\n"))
    Terminal.table(
        ["ballot", "electors", "published votes"],
        standing.boxes.map { [$0.ballot.name, "\($0.ballot.electors)", "\($0.published)"] }, numbers: [1, 2])
    let trustees = try refusing {
        try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            try services.tallyService(station).progress(reading)
        }
    }
    for entry in trustees {
        if let word = entry.trustee.replacedBy {
            Terminal.say("  trustee \(entry.trustee.name): proven keys were replaced on the word of \(word)")
        }
        if let waiver = entry.trustee.waived {
            Terminal.say("  trustee \(entry.trustee.name): opened without a check, waived by \(waiver)")
        }
        if entry.part == .unbound {
            Terminal.say(
                "  trustee \(entry.trustee.name): NOTHING BINDS THE PART that was handed in; first suspect if no result comes"
            )
        }
    }
    for box in standing.boxes {
        guard let round = box.rounds.last else { continue }
        Terminal.say(
            "  \(box.ballot.name), round \(round.number): \(round.height) ballots = \(round.signatures) signatures")
        for line in RoundMail.grouped(round.head) { Terminal.say("    \(line)") }
    }
}

/// What is to be known of the clock, and done about it.
private func clockWords(_ poll: Poll, _ election: Election) -> [String] {
    guard !poll.state.isFinal else { return [] }
    var lines = poll.clockDoubt.map { ["  clock        NOT BELIEVED: \($0.words)"] } ?? []
    if poll.state == .ended {
        lines.append(
            "  The hour came by a clock that nothing vouches for: no vote is taken, and nothing is final. When the machine's "
                + "clock is synchronised, the poll closes by itself. A member of the bureau can close it now (poll close --by NAME "
                + "--reason TEXT), or take it back (poll extend TIME, or poll resume, with --by and --reason).")
    }
    return lines
}

/// How much of the latest votes the write-ahead log may tell.
private func logWords(_ log: Store.LogFile, now: Int) -> String {
    guard log.bytes > 0 else { return "empty" }
    guard let emptied = log.emptiedAt else {
        return "\(log.bytes) bytes, never emptied: it tells the order of the latest votes"
    }
    return "\(log.bytes) bytes, last emptied \(max(0, now - emptied)) seconds ago: its oldest vote is no older"
}

/// The same as one object of JSON; `findings` are what the audit found, and what is not as it was sealed. Times are
/// RFC 3339.
private func printStatus(
    _ services: Services, _ station: PollingStation, _ findings: [String]
) throws(Refusal) {
    struct Shown: Encodable {
        /// `votes`: those that the rounds made public.
        struct Ballot: Encodable { let name, uuid: String, electors, votes: Int }
        /// The last round of a ballot; `height` is as many as there are ballots by then.
        struct Head: Encodable {
            let ballot: String, round, ballots, signatures: Int, head: String, height: Int, at: String
        }
        /// The write-ahead log: its size, and when it was emptied last.
        struct Log: Encodable { let bytes: Int, emptied: String? }
        let state, fingerprint: String, clockDoubt: String?, log: Log, ballots: [Ballot], rounds: [Head],
            findings: [String]
    }
    let standing = try standing(services, station)
    let poll = standing.poll
    let log = services.store.logFile
    try Terminal.json(
        Shown(
            state: poll?.state.rawValue ?? "unsealed", fingerprint: poll?.fingerprint ?? "",
            clockDoubt: poll?.clockDoubt?.rawValue,
            log: Shown.Log(bytes: log.bytes, emptied: log.emptiedAt.map(Moment.stamp)),
            ballots: standing.boxes.map {
                Shown.Ballot(
                    name: $0.ballot.name, uuid: String(decoding: $0.ballot.uuid, as: UTF8.self),
                    electors: $0.ballot.electors, votes: $0.published)
            },
            rounds: standing.boxes.compactMap { box in
                box.rounds.last.map {
                    Shown.Head(
                        ballot: box.ballot.name, round: $0.number, ballots: $0.ballots, signatures: $0.signatures,
                        head: $0.head, height: $0.height, at: Moment.stamp($0.at))
                }
            }, findings: findings))
}
