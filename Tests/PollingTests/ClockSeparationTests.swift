import Delivery
import Elections
import Foundation
import Journal
import Polling
import Store
import Testing

/// Several elections in one program: a bureau's word on the machine's clock is for its own poll.
struct ClockSeparationTests {
    private let word = PollDecision(by: "Irene Laurent", reason: "minutes, 19:10")

    /// Another election of the fixture's store, as far as the clock is concerned.
    private func addOther(_ poll: PollFixture, offset: Int) throws {
        try poll.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                INSERT INTO election_definition (id, name, definition, stored_at)
                SELECT 99, 'autre-2026', definition, stored_at FROM election_definition WHERE id = ?
                """, poll.election.number)
            try transaction.execute("CREATE TABLE copied AS SELECT * FROM polling_poll")
            try transaction.execute("UPDATE copied SET election = 99, seen_at = seen_at + ?", offset)
            try transaction.execute("INSERT INTO polling_poll SELECT * FROM copied")
            try transaction.execute("DROP TABLE copied")
        }
    }

    private func witness(_ poll: PollFixture, _ machine: Machine, of name: String?) throws -> SteadyClock.Witness? {
        let boot = machine.steady().boot
        return try poll.store.read { (reading: borrowing Reading) throws(StoreError) in
            try ClockWatch.witness(reading, boot: boot, of: name)
        }
    }

    @Test func `a program is held to the signs of its own poll`() throws {
        let poll = try PollFixture()
        let machine = Machine(at: poll.election.election.announcedClose - 7200)
        try look(poll.serve(on: machine), machine, seconds: 40)
        try addOther(poll, offset: 3600)
        let own = try #require(try witness(poll, machine, of: poll.election.election.id))
        let other = try #require(try witness(poll, machine, of: "autre-2026"))
        #expect(other.time == own.time + 3600 && other.ticks == own.ticks)
        // Nothing that belongs to no election is held to either.
        #expect(try witness(poll, machine, of: nil) == nil)
        #expect(try witness(poll, machine, of: "no-such") == nil)
    }

    @Test func `signs that agree hold for what belongs to no election`() throws {
        let poll = try PollFixture()
        let machine = Machine(at: poll.election.election.announcedClose - 7200)
        try look(poll.serve(on: machine), machine, seconds: 40)
        try addOther(poll, offset: 30)
        #expect(try witness(poll, machine, of: nil) != nil)
    }

    @Test func `a word on one poll's clock moves no other clock of the program`() throws {
        let poll = try PollFixture()
        let right = poll.election.election.announcedClose - 7200
        let machine = Machine(at: right)
        let common = machine.steady()
        let (own, other) = (common.another(), common.another())
        machine.set(right + 86_400)
        own.trust(own.shown)
        #expect(own.jump == nil && own.now == right + 86_400)
        for clock in [other, common, own.another(), common.another()] {
            #expect(clock.jump == 86_400 && clock.now == right)
        }
        // What the kernel vouches for is a measure, which counts for later ones too.
        machine.synchronise()
        #expect(common.now == right + 86_400)
        #expect(common.another().jump == nil)
    }
}
