import CommandLineKit
import Elections
import Polling
import Server
import Store
import Threads

/// Voters of fiction who come after a visitor of the demo has voted: a round needs ten new ballots, and theirs alone would never be
/// published.
extension RehearsedPoll {
    /// Milliseconds between two looks at the boxes.
    private static let companyPause = 20_000

    /// Begins on a thread of its own; what fails there is said and tried again.
    /// - Returns: the signal that ends it.
    /// - Throws: where no thread can be had.
    func beginCompany() throws(Refusal) -> WakeSignal {
        let signal = WakeSignal()
        let poll = self
        try refusing {
            try OwnThread.begin("voters of fiction") {
                var heard = 0
                while signal.wait(milliseconds: RehearsedPoll.companyPause, heard: &heard) {
                    do { try poll.fillRounds() } catch {
                        Terminal.complain("No voter of fiction could vote: \(error)")
                    }
                }
            }
        }
        return signal
    }

    /// Where a visitor's ballot waits in a box that had a round before, voters of fiction bring the number that a round needs.
    private func fillRounds() throws {
        let station = try services.station(election)
        let missing = try services.store.read { (reading: borrowing Reading) throws(StoreError) in
            var missing: [String: Int] = [:]
            for ballot in try PollBallot.all(reading, election: election.number) {
                let waiting = try station.rounds.waitingBallots(reading, ballot)
                let isAlone = waiting.hasRound && 0 < waiting.count && waiting.count < BoxRounds.roundBallots
                if isAlone { missing[ballot.name] = BoxRounds.roundBallots - waiting.count }
            }
            return missing
        }
        guard !missing.isEmpty else { return }
        _ = try castMore(missing)
    }
}
