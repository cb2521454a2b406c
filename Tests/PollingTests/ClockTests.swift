import Access
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Passphrases
import Polling
import Store
import Synchronization
import Testing
import VoterRoll

/// A machine whose clocks are moved by hand; each program on it sees them from its start on.
private final class Machine: Sendable {
    private struct Clocks {
        var wall: Int
        var sinceBoot = 1000
        var isSynchronised = false
    }

    private let clocks: Mutex<Clocks>

    init(at time: Int) { clocks = Mutex(Clocks(wall: time)) }

    /// Time goes by.
    func pass(_ seconds: Int) {
        clocks.withLock { ($0.wall, $0.sinceBoot) = ($0.wall + seconds, $0.sinceBoot + seconds) }
    }

    /// Somebody sets the clock, or the machine lost it.
    func set(_ time: Int) { clocks.withLock { $0.wall = time } }

    func synchronise() { clocks.withLock { $0.isSynchronised = true } }

    var wall: Int { clocks.withLock { $0.wall } }

    func steady() -> SteadyClock {
        SteadyClock(
            wall: Clock { [self] in wall }, monotonic: Clock { [self] in clocks.withLock { $0.sinceBoot } },
            synchronised: { [self] in clocks.withLock { $0.isSynchronised ? $0.wall : nil } })
    }
}

extension PollFixture {
    /// A program that serves the poll from now on.
    fileprivate func serve(on machine: Machine) -> PollingStation {
        let steady = machine.steady()
        steady.tolerate(election.election.graceMinutes * 60)
        let (boxKey, logbook) = (boxKey, Logbook(clock: steady.clock, randomness: .system))
        return PollingStation(
            store: store, election: election, key: key, boxKey: { boxKey }, logbook: logbook, clock: steady.clock,
            steady: steady, randomness: .system)
    }

    fileprivate func poll() throws -> Poll {
        try #require(
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try Poll.find(reading, election: election.number)
            })
    }
}

/// Looks as `serve` does, every second for a while.
private func look(_ station: PollingStation, _ machine: Machine, seconds: Int = 3) throws {
    for _ in 0..<seconds {
        _ = try station.followClock(by: .system("clock"))
        machine.pass(1)
    }
}

private func takes(_ poll: PollFixture, _ station: PollingStation, _ voter: Int, openedAt: Int) throws -> Bool {
    let text = try poll.ballot(voter)
    let casting = try station.cast(
        text, voter: poll.voters[voter], ballot: PollFixture.ballot, sessionOpenedAt: openedAt)
    if case .cast = casting { return true }
    return false
}

struct ClockTests {
    private let word = PollDecision(by: "Irene Laurent", reason: "minutes, 19:10")

    @Test(arguments: [40 * 86_400, 8 * 86_400])
    func `a start under a clock far ahead ends nothing for good`(ahead: Int) throws {
        let poll = try PollFixture()
        let machine = Machine(at: poll.now)
        try look(poll.serve(on: machine), machine, seconds: 30)
        let right = machine.wall
        machine.set(right + ahead)
        let wrong = poll.serve(on: machine)
        try look(wrong, machine, seconds: 6)
        #expect(try poll.poll().state == .ended)
        #expect(try poll.poll().clockDoubt == .unproven)
        #expect(try !takes(poll, wrong, 0, openedAt: right))
        machine.set(right + 10)
        let next = poll.serve(on: machine)
        try look(next, machine)
        #expect(try poll.poll().state == .open && poll.poll().clockDoubt == nil)
        #expect(try takes(poll, next, 0, openedAt: right))
        #expect(try next.audit().isEmpty)
    }

    @Test func `a jump of three hours past the hour leaves a running poll as it is`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes - 7200)
        let station = poll.serve(on: machine)
        try look(station, machine)
        machine.set(machine.wall + 3 * 3600)
        try look(station, machine, seconds: 5)
        #expect(try poll.poll().state == .open && poll.poll().clockDoubt == .jumped)
        #expect(try takes(poll, station, 0, openedAt: closes - 7200))
        // The real hour and the grace pass: votes end, the close waits for the bureau.
        machine.pass(7200)
        try look(station, machine)
        #expect(try poll.poll().state == .closing)
        machine.pass(3600)
        try look(station, machine)
        #expect(try poll.poll().state == .ended)
        #expect(try !takes(poll, station, 1, openedAt: closes - 7200))
        #expect(try station.close(atOnce: false, by: .system("test"))?.contains("--by") == true)
        #expect(try station.close(atOnce: false, by: .system("test"), word: word) == nil)
        #expect(try poll.poll().state == .closed)
        #expect(try station.audit().isEmpty)
    }

    @Test func `a program that ran through hour and grace closes at once, synchronised or not`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes - 100)
        let station = poll.serve(on: machine)
        try look(station, machine, seconds: 105)
        #expect(try poll.poll().state == .closing)
        #expect(try takes(poll, station, 0, openedAt: closes - 1))
        machine.pass(poll.election.election.graceMinutes * 60)
        try look(station, machine)
        #expect(try poll.poll().state == .closed)
    }

    @Test func `a short absence at the hour is none`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes - 100)
        try look(poll.serve(on: machine), machine, seconds: 50)
        machine.pass(120)
        let station = poll.serve(on: machine)
        try look(station, machine)
        #expect(try poll.poll().state == .closing)
        machine.pass(poll.election.election.graceMinutes * 60)
        try look(station, machine)
        #expect(try poll.poll().state == .closed)
    }

    @Test func `a start long after the hour waits until the kernel vouches for the clock`() throws {
        let poll = try PollFixture()
        let machine = Machine(at: poll.now)
        try look(poll.serve(on: machine), machine, seconds: 30)
        machine.set(poll.election.election.announcedClose + 86_400)
        let station = poll.serve(on: machine)
        try look(station, machine, seconds: 60)
        #expect(try poll.poll().state == .ended)
        machine.synchronise()
        try look(station, machine)
        #expect(try poll.poll().state == .closed)
    }

    @Test func `the bureau takes an ended poll back by a later hour`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes + 86_400)
        let station = poll.serve(on: machine)
        try look(station, machine)
        #expect(try poll.poll().state == .ended)
        let later = closes + 2 * 86_400
        #expect(try station.extend(to: later, by: .system("test"))?.contains("--by") == true)
        #expect(try station.resume(by: .system("test"), word)?.contains("extend") == true)
        #expect(try station.extend(to: later, by: .system("test"), word) == nil)
        try look(station, machine)
        #expect(try poll.poll().state == .open)
        #expect(try takes(poll, station, 0, openedAt: machine.wall))
        #expect(try station.audit().isEmpty)
    }

    @Test func `a clock that goes back does not open a poll that ended, nor prolong the grace`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes - 100)
        try look(poll.serve(on: machine), machine, seconds: 130)
        #expect(try poll.poll().state == .closing)
        machine.set(closes - 3 * 3600)
        let station = poll.serve(on: machine)
        try look(station, machine, seconds: 60)
        #expect(try poll.poll().state == .ended && poll.poll().clockDoubt == .behind)
        #expect(try !takes(poll, station, 0, openedAt: closes - 3 * 3600))
        // A battery that died: years back.
        machine.set(1_577_836_800)
        try look(poll.serve(on: machine), machine)
        #expect(try poll.poll().state == .ended)
    }

    @Test func `small steps are taken, a jump is not until the kernel vouches for it`() {
        let machine = Machine(at: 1_800_000_000)
        let steady = machine.steady()
        steady.tolerate(900)
        machine.set(machine.wall + 600)
        #expect(steady.jump == nil && steady.now == 1_800_000_600)
        // Many small steps are one jump.
        machine.set(machine.wall + 600)
        #expect(steady.jump == 1200 && steady.now == 1_800_000_000)
        #expect(steady.settle() == nil)
        machine.synchronise()
        #expect(steady.settle() == 1200 && steady.jump == nil && steady.now == 1_800_001_200)
    }
}

/// Stores of before, and what comes to them.
struct PollMigrationTests {
    private static let rooms =
        JournalSchema.migrations + ElectionsSchema.migrations + DeliverySchema.migrations + RollSchema.migrations
        + IssuanceSchema.migrations + PassphrasesSchema.migrations + AccessSchema.migrations

    @Test func `an older store's poll keeps its state and what refers to it, whatever later rooms have done`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "isoloir-old-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "s.sqlite").path
        let later = Migration("later-1", "CREATE TABLE later_thing (id INTEGER PRIMARY KEY) STRICT")
        do {
            let before = Self.rooms + PollingSchema.migrations.prefix { $0.name != "polling-4-clock" } + [later]
            let store = try Store(path: path, migrations: before, now: 1)
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try transaction.execute(
                    "INSERT INTO election_definition (id, name, definition, stored_at) VALUES (1, 'e', '', 1)")
                try transaction.execute(
                    "INSERT INTO polling_poll (election, state, sealed_at, closes_at, manifest, fingerprint) VALUES (1, 'closing', 1, 2, x'00', 'F')"
                )
                try transaction.execute(
                    "INSERT INTO polling_record (election, kind, at, text) VALUES (1, 'opening', 1, 'r')")
            }
        }
        let store = try Store(path: path, migrations: Self.rooms + PollingSchema.migrations + [later], now: 2)
        #expect(try store.faults().isEmpty)
        let poll = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: 1)
        }
        #expect(poll?.state == .closing && poll?.fingerprint == "F" && poll?.closesAt == 2)
    }
}
