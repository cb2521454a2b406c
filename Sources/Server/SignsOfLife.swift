import Elections
import Polling
import Store

/// What programs that believed their clock left in the store, as what other clocks are held to.
struct SignsOfLife {
    let store: Store
    let elections: ElectionRepository
    /// Whose poll's signs count; nil for work that belongs to none.
    let election: String?

    /// Goes on with the time of the program that last believed its clock: a wrong one is not right because a program begins.
    func hold(_ steady: SteadyClock) {
        // A store of which this cannot be read is for `store check` and `journal verify`, which must run: they go by the machine.
        guard let (seen, grace) = try? last(steady), let seen else { return }
        steady.tolerate(grace)
        steady.adopt(seen)
    }

    /// Keeps a program's common clock with the polls', where they agree: by a word that every bureau concerned has given. To be called
    /// now and then by a program that serves them.
    /// - Throws: what the store said.
    func keep(_ steady: SteadyClock) throws(StoreError) {
        let (seen, grace) = try last(steady)
        steady.tolerate(grace)
        // Steps that the clock itself may take are no news.
        guard let seen, abs(seen.time - seen.ticks - (steady.now - steady.ticks)) > steady.tolerance else { return }
        steady.adopt(seen)
    }

    private func last(
        _ steady: SteadyClock
    ) throws(StoreError) -> (seen: SteadyClock.Witness?, grace: Int) {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            (
                try ClockWatch.witness(reading, boot: steady.boot, of: election),
                try StoredElections.clockTolerance(reading, elections, of: election) ?? SteadyClock.leastTolerance
            )
        }
    }
}
