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
import Testing
import VoterRoll

/// A machine that was started anew: nothing measured leads on from what was before.
struct ClockRestartTests {
    private let word = PollDecision(by: "Irene Laurent", reason: "minutes, 19:10")

    /// The machine was off for hours, or its clock is wrong by as much: nothing tells which, also before the hour.
    @Test(arguments: [3 * 3600, 5 * 3600])
    func `a clock that is hours ahead after a restart does not close a poll`(ahead: Int) throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes - 4 * 3600)
        try look(poll.serve(on: machine), machine, seconds: 40)
        machine.restart()
        machine.set(machine.wall + ahead)
        let station = poll.serve(on: machine)
        try look(station, machine, seconds: 5)
        #expect(try poll.poll().clockDoubt == .unproven)
        #expect(try poll.poll().state == (ahead < 4 * 3600 ? .open : .ended))
        machine.pass(5400)
        try look(station, machine, seconds: 5)
        machine.pass(3600)
        try look(station, machine, seconds: 5)
        #expect(try poll.poll().state == .ended)
        // A member's word takes it back, and the right hour closes it.
        machine.set(machine.wall - ahead)
        #expect(try station.watch.trust(machine.steady(), by: .system("test"), word) == nil)
        try look(station, machine, seconds: 5)
        #expect(try poll.poll().state == .open && poll.poll().clockDoubt == nil)
        machine.pass(closes - machine.wall)
        try look(station, machine, seconds: 5)
        #expect(try poll.poll().state == .closing)
    }

    /// The clock that came back slow shows a time before the close: whoever knows the right one says so.
    @Test func `a clock that is hours behind after a restart reopens nothing by itself`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes - 7200)
        try look(poll.serve(on: machine), machine, seconds: 40)
        machine.restart()
        machine.set(closes + 3600)
        try look(poll.serve(on: machine), machine, seconds: 5)
        #expect(try poll.poll().state == .ended)
        machine.restart()
        machine.set(closes - 3600)
        try look(poll.serve(on: machine), machine, seconds: 5)
        #expect(try poll.poll().state == .ended && poll.poll().clockDoubt == .unproven)
    }

    /// Between the look at the poll and the close another program extends it.
    @Test func `an extension that comes between the look and the close stands`() throws {
        let poll = try PollFixture()
        let closes = poll.election.election.announcedClose
        let machine = Machine(at: closes + 86_400)
        let station = poll.serve(on: machine)
        try look(station, machine)
        #expect(try poll.poll().state == .ended)
        machine.synchronise()
        let (other, word) = (poll.serve(on: machine), word)
        machine.atNextLook {
            let refusal = try? other.decisions.extend(to: closes + 2 * 86_400, by: .system("test"), word)
            #expect(refusal == .some(nil))
        }
        try look(station, machine, seconds: 1)
        #expect(try poll.poll().state == .open && poll.poll().stoppedAt == nil)
        #expect(try poll.poll().closesAt == closes + 2 * 86_400)
    }
}
