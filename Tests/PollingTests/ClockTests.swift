import Authentication
import Crypto
import Delivery
import Elections
import Foundation
import Issuance
import Journal
import Polling
import Store
import Synchronization
import TestSupport
import Testing
import VoterRoll

struct ClockTests {
    private let word = PollDecision(by: "Irene Laurent", reason: "minutes, 19:10")

    @Test(arguments: [40 * 86_400, 8 * 86_400])
    func `a start under a clock far ahead ends nothing for good`(ahead: Int) throws {
        let poll = try PollFixture()
        let machine = Machine(at: poll.now)
        try look(poll.serve(on: machine), machine, seconds: 30)
        let right = machine.wall
        machine.set(right + ahead)
        machine.restart()
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
        #expect(try next.integrity.audit().isEmpty)
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
        #expect(try station.closer.close(atOnce: false, by: .system("test"))?.contains("--by") == true)
        #expect(try station.closer.close(atOnce: false, by: .system("test"), word: word) == nil)
        #expect(try poll.poll().state == .closed)
        #expect(try station.integrity.audit().isEmpty)
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
        machine.restart()
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
        #expect(try station.decisions.extend(to: later, by: .system("test"))?.contains("--by") == true)
        #expect(try station.decisions.resume(by: .system("test"), word)?.contains("extend") == true)
        #expect(try station.decisions.extend(to: later, by: .system("test"), word) == nil)
        try look(station, machine)
        #expect(try poll.poll().state == .open)
        #expect(try takes(poll, station, 0, openedAt: machine.wall))
        #expect(try station.integrity.audit().isEmpty)
    }

    @Test func `a clock that goes back does not open a poll that ended, nor prolong the grace`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes - 100)
        try look(poll.serve(on: machine), machine, seconds: 130)
        #expect(try poll.poll().state == .closing)
        machine.set(closes - 3 * 3600)
        machine.restart()
        let station = poll.serve(on: machine)
        try look(station, machine, seconds: 60)
        #expect(try poll.poll().state == .ended && poll.poll().clockDoubt == .behind)
        #expect(try !takes(poll, station, 0, openedAt: closes - 3 * 3600))
        // A battery that died: years back.
        machine.set(1_577_836_800)
        try look(poll.serve(on: machine), machine)
        #expect(try poll.poll().state == .ended)
    }

    /// The order was given before the backup; what it spared the clock is asked again.
    @Test func `a close that was ordered before a restore does not let a wrong clock close the poll`() throws {
        let bureau = Bureau()
        let poll = try PollFixture(members: bureau.members)
        let closes = poll.election.election.announcedClose
        #expect(try poll.station.closer.close(atOnce: false, by: .system("test"), word: word) == nil)
        try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            _ = try PollRestore.mark(
                transaction, AuditJournal(clock: Clock { poll.now }, randomness: .system), clock: Clock { poll.now },
                file: "b.isoloir", sha256: "ab12")
        }
        let held = try poll.poll()
        #expect(held.state == .suspended && held.orderedAt == nil && held.seenAt == nil && held.clockDoubt == nil)
        let found = try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollRestore.pending(reading, election: poll.election.number)?.mark
        }
        let mark = try #require(found)
        let subject = try #require(ResumeProof.subject(manifest: sha256(held.manifest), mark: mark, heads: []))
        let file = try bureau.statement(.resumeAfterRestore, subject)
        let proof = try #require(ResumeProof(heads: [], statement: file))
        #expect(try poll.station.decisions.resume(by: .system("test"), word, proof: proof) == nil)
        // The wrong clock: no program was there at the hour.
        let machine = Machine(at: closes + 40 * 86_400)
        try look(poll.serve(on: machine), machine, seconds: 5)
        #expect(try poll.poll().state == .ended)
    }

    /// Without the machine being started anew, a program that begins is no reason to believe what the last one did not.
    @Test(arguments: [2 * 3600, -3 * 3600, 40 * 86_400, -40 * 86_400])
    func `a restart of the program does not make a wrong clock right`(jump: Int) throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes - 7320)
        try look(poll.serve(on: machine), machine, seconds: 40)
        let right = machine.wall
        machine.set(right + jump)
        for voter in 0..<2 {
            let station = poll.serve(on: machine)
            try look(station, machine, seconds: 30)
            #expect(try poll.poll().state == .open && poll.poll().clockDoubt == .jumped)
            #expect(try takes(poll, station, voter, openedAt: right))
        }
        // The real hour: votes end, whatever the clock shows.
        machine.pass(7320)
        let late = poll.serve(on: machine)
        try look(late, machine, seconds: 5)
        #expect(try [.closing, .ended].contains(poll.poll().state))
        machine.pass(3600)
        try look(late, machine, seconds: 5)
        #expect(try poll.poll().state == .ended)
        #expect(try !takes(poll, late, 2, openedAt: right))
        // Set right, the poll waits for the bureau: nobody was there who believed the clock at the hour.
        machine.set(machine.wall - jump)
        #expect(try late.closer.close(atOnce: false, by: .system("test"), word: word) == nil)
        #expect(try poll.poll().state == .closed && poll.poll().clockDoubt == nil)
        #expect(try abs(#require(poll.poll().closedAt) - machine.wall) <= 1)
        #expect(try late.integrity.audit().isEmpty)
    }

    @Test func `a doubt outlives the machine's restart until the kernel vouches for the clock`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes - 7320)
        let first = poll.serve(on: machine)
        try look(first, machine, seconds: 40)
        machine.set(machine.wall + 7200)
        try look(first, machine, seconds: 5)
        #expect(try poll.poll().clockDoubt == .jumped)
        machine.restart()
        let station = poll.serve(on: machine)
        try look(station, machine, seconds: 100)
        #expect(try poll.poll().state != .closed && poll.poll().clockDoubt != nil)
        machine.pass(7200)
        try look(station, machine, seconds: 5)
        #expect(try poll.poll().state == .ended)
        machine.synchronise()
        try look(station, machine)
        #expect(try poll.poll().state == .closed)
    }

    /// A command has the machine's clock, and nobody who watches it.
    @Test func `a close that is ordered by a clock behind has no grace, and no hour from before what is stored`() throws
    {
        let poll = try PollFixture()
        let machine = Machine(at: poll.now)
        try look(poll.serve(on: machine), machine, seconds: 40)
        let seen = try #require(try poll.poll().seenAt)
        poll.move(to: poll.now - 40 * 86_400)
        let refusal = try poll.station.closer.close(atOnce: false, by: .system("test"), word: word)
        #expect(refusal?.contains("--at-once") == true)
        #expect(try poll.poll().state == .open)
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test"), word: word) == nil)
        let closed = try poll.poll()
        #expect(closed.state == .closed && closed.closesAt == seen && closed.closedAt == seen)
        #expect(try poll.station.integrity.audit().isEmpty)
    }

    /// The grace is waited out by the clock that nobody sets: the right time may come back in between.
    @Test func `a close that was ordered ends though its grace cannot be told any more`() throws {
        let poll = try PollFixture()
        let machine = Machine(at: poll.now)
        let station = poll.serve(on: machine)
        try look(station, machine, seconds: 40)
        let right = machine.wall
        #expect(try station.closer.close(atOnce: false, by: .system("test"), word: word) == nil)
        #expect(try poll.poll().state == .closing)
        machine.set(machine.wall - 86_400)
        machine.restart()
        let later = poll.serve(on: machine)
        try look(later, machine, seconds: 30)
        #expect(try poll.poll().state == .closing)
        #expect(try takes(poll, later, 0, openedAt: right - 5))
        machine.pass(poll.election.election.graceMinutes * 60)
        try look(later, machine)
        #expect(try poll.poll().state == .closed)
    }

    /// What is measured is as good as the clock was when the measuring began.
    @Test(arguments: [50 * 60, -50 * 60])
    func `a member's word makes the right clock believed that was wrong before`(wrong: Int) throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes - 7200 + wrong)
        let station = poll.serve(on: machine)
        try look(station, machine, seconds: 40)
        machine.set(machine.wall - wrong)
        try look(station, machine, seconds: 5)
        #expect(try poll.poll().clockDoubt == .jumped)
        // A command of the same machine.
        let steady = machine.steady()
        #expect(try station.watch.trust(steady, by: .system("test"), PollDecision())?.contains("--by") == true)
        #expect(try station.watch.trust(steady, by: .system("test"), word) == nil)
        try look(station, machine, seconds: 2)
        #expect(try poll.poll().clockDoubt == nil)
        // The programs that run, and those that begin, keep the right hour.
        for program in [station, poll.serve(on: machine)] {
            try look(program, machine, seconds: 25)
            #expect(try poll.poll().state == .open && poll.poll().clockDoubt == nil)
        }
        machine.pass(closes - machine.wall)
        try look(station, machine, seconds: 3)
        #expect(try poll.poll().state == .closing)
        machine.pass(poll.election.election.graceMinutes * 60)
        try look(station, machine, seconds: 3)
        #expect(try poll.poll().state == .closed)
        #expect(try poll.station.watch.trust(steady, by: .system("test"), word)?.contains("under way") == true)
        #expect(try station.integrity.audit().isEmpty)
    }

    @Test func `a word that is refused, or that the store does not take, moves no clock`() throws {
        let poll = try PollFixture()
        let machine = Machine(at: poll.election.election.announcedClose - 7200)
        let station = poll.serve(on: machine)
        try look(station, machine, seconds: 40)
        let steady = machine.steady()
        let before = steady.now
        machine.set(machine.wall + 86_400)
        try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                CREATE TRIGGER jam BEFORE UPDATE OF seen_ticks ON polling_poll BEGIN SELECT RAISE(ABORT, 'jammed'); END
                """)
        }
        #expect(throws: StoreError.self) { try station.watch.trust(steady, by: .system("test"), word) }
        #expect(steady.jump == 86_400 && abs(steady.now - before) < 60)
        try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("DROP TRIGGER jam")
        }
        #expect(try poll.station.closer.close(atOnce: true, by: .system("test")) == nil)
        #expect(try station.watch.trust(steady, by: .system("test"), word)?.contains("under way") == true)
        #expect(steady.jump == 86_400 && abs(steady.now - before) < 60)
    }

    /// A machine whose battery is empty starts years back; set right, it is as good as any.
    @Test func `a clock behind is believed once it is set right, without the kernel's word`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes - 20_000)
        try look(poll.serve(on: machine), machine, seconds: 40)
        let right = machine.wall
        machine.restart()
        machine.set(right - 10_000)
        try look(poll.serve(on: machine), machine, seconds: 5)
        #expect(try poll.poll().clockDoubt == .behind)
        machine.set(right + 300)
        let station = poll.serve(on: machine)
        try look(station, machine, seconds: 5)
        let after = try poll.poll()
        #expect(after.clockDoubt == nil && after.state == .open)
    }

    @Test func `a poll is not extended to an hour that has passed`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes + 86_400)
        let station = poll.serve(on: machine)
        try look(station, machine)
        #expect(try poll.poll().state == .ended)
        #expect(
            try station.decisions.extend(to: closes + 3600, by: .system("test"), word)?.contains("still to come")
                == true)
        #expect(try poll.poll().state == .ended)
    }

    @Test func `a step back of some seconds at the hour takes nothing back`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes - 30)
        let station = poll.serve(on: machine)
        try look(station, machine, seconds: 32)
        #expect(try poll.poll().state == .closing)
        machine.set(closes - 2)
        try look(station, machine, seconds: 1)
        #expect(try poll.poll().state == .closing)
        #expect(try takes(poll, station, 0, openedAt: closes - 20))
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
