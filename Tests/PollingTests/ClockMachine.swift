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

/// A machine whose clocks are moved by hand; each program on it sees them from its start on.
final class Machine: Sendable {
    private struct Clocks {
        var wall: Int
        var sinceBoot = 1000
        var isSynchronised = false
        var starts = 1
    }

    private let clocks: Mutex<Clocks>

    init(at time: Int) { clocks = Mutex(Clocks(wall: time)) }

    /// Time goes by.
    func pass(_ seconds: Int) {
        clocks.withLock { ($0.wall, $0.sinceBoot) = ($0.wall + seconds, $0.sinceBoot + seconds) }
    }

    /// Somebody sets the clock, or the machine lost it.
    func set(_ time: Int) { clocks.withLock { $0.wall = time } }

    /// The machine is started anew.
    func restart() { clocks.withLock { ($0.sinceBoot, $0.starts) = (20, $0.starts + 1) } }

    func synchronise() { clocks.withLock { $0.isSynchronised = true } }

    var wall: Int { clocks.withLock { $0.wall } }

    /// What somebody else does when a program next asks for the time.
    private let between = Mutex<(@Sendable () -> Void)?>(nil)

    func atNextLook(_ body: @escaping @Sendable () -> Void) { between.withLock { $0 = body } }

    /// The time that a program is shown.
    private var shown: Int {
        let body = between.withLock { body in
            defer { body = nil }
            return body
        }
        body?()
        return wall
    }

    func steady() -> SteadyClock {
        SteadyClock(
            wall: Clock { [self] in shown }, monotonic: Clock { [self] in clocks.withLock { $0.sinceBoot } },
            boot: clocks.withLock { "start \($0.starts)" },
            synchronised: { [self] in clocks.withLock { $0.isSynchronised ? $0.wall : nil } })
    }
}

extension PollFixture {
    /// A program that serves the poll from now on.
    func serve(on machine: Machine) -> PollingStation {
        let steady = machine.steady()
        steady.tolerate(election.election.graceMinutes * 60)
        let seen = try? store.read { (reading: borrowing Reading) throws(StoreError) in
            try ClockWatch.witness(reading, boot: steady.boot, of: election.election.id)
        }
        if let seen { steady.adopt(seen) }
        let (boxKey, journal) = (boxKey, AuditJournal(clock: steady.clock, randomness: .system))
        return PollingStation(
            store: store, election: election, key: key, boxKey: { boxKey }, journal: journal, clock: steady.clock,
            steady: steady, randomness: .system)
    }

    func poll() throws -> Poll {
        try #require(
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try Poll.find(reading, election: election.number)
            })
    }
}

/// Looks as `serve` does, every second for a while.
func look(_ station: PollingStation, _ machine: Machine, seconds: Int = 3) throws {
    for _ in 0..<seconds {
        _ = try station.closer.followClock(by: .system("clock"))
        machine.pass(1)
    }
}

func takes(_ poll: PollFixture, _ station: PollingStation, _ voter: Int, openedAt: Int) throws -> Bool {
    let text = try poll.ballot(voter)
    let casting = try station.casting.cast(
        text, voter: poll.voters[voter], ballot: PollFixture.ballot, sessionOpenedAt: openedAt)
    if case .cast = casting { return true }
    return false
}
