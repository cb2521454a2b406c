import Elections
package import Journal
package import Store
import Synchronization

/// What is wrong with the box key of a poll that needs it.
package enum BoxKeyFault: String, Sendable {
    /// None can be read where it should lie.
    case missing
    /// There is one, and it does not open this poll's credentials.
    case foreign
}

/// A poll that takes votes needs its box key: without it voters sign in and get no ballot.
extension PollingStation {
    /// States in which voters vote, or may again.
    private static let needing: Set<PollState> = [.open, .suspended, .closing, .ended]

    /// What is wrong with the box key; nil where it opens credentials, and where the poll needs none.
    /// To be called every second or so: once the key in memory was proven, the store is asked for the poll's state
    /// alone.
    package func boxKeyFault() throws(StoreError) -> BoxKeyFault? {
        try store.read { (reading: borrowing Reading) throws(StoreError) -> BoxKeyFault? in
            guard let poll = try Poll.find(reading, election: election.number), poll.stoppedAt == nil,
                PollingStation.needing.contains(poll.state)
            else { return nil }
            guard let boxKey else { return .missing }
            // Looked at each second: once is enough for the key in memory.
            if isBoxKeyProven.withLock({ $0 }) { return nil }
            if try opens(reading, boxKey) {
                isBoxKeyProven.withLock { $0 = true }
                return nil
            }
            // The right one is taken when it comes.
            forgetForeign()
            return .foreign
        }
    }

    private func forgetForeign() {
        knownBoxKey.withLock { known in
            if case .here = known { known = .unknown }
        }
    }

    /// Whether a key opens the credential of somebody who has not voted, in each ballot where there is one.
    private func opens(_ reading: borrowing Reading, _ boxKey: BoxKey) throws(StoreError) -> Bool {
        for ballot in try PollBallot.all(reading, election: election.number) {
            let found = try reading.first(
                "SELECT voter, entry FROM polling_elector WHERE ballot = ? AND entry < x'0000000000000001' LIMIT 1",
                ballot.id
            ) { (row: borrowing Row) throws(StoreError) -> (Int, [UInt8]) in (try row[0], try row[1]) }
            guard let (voter, entry) = found else { continue }
            let sealed = try ElectorEntry(entry).sealed
            guard boxKey.open(sealed, ballot: ballot.id, voter: voter, randomness: randomness) != nil else {
                return false
            }
        }
        return true
    }

    /// Whether a key may be put where the site finds it: the poll needs one, and this one is it.
    /// Nothing is written.
    /// - Returns: why not, in words.
    package func refusal(of boxKey: BoxKey) throws(StoreError) -> Refusal? {
        try store.read { (reading: borrowing Reading) throws(StoreError) -> Refusal? in
            guard let poll = try Poll.find(reading, election: election.number), poll.stoppedAt == nil,
                PollingStation.needing.contains(poll.state)
            else { return "Only a poll that was opened, and is not closed, needs its box key." }
            return try opens(reading, boxKey)
                ? nil
                : "The box key does not open this poll's credentials: it is another poll's."
        }
    }

    /// Notes that the box key was put there again.
    /// - Parameter principal: who put it there.
    /// - Parameter file: where it was taken from, as an absolute path.
    package func noteBoxKeyGiven(from file: String, by principal: Principal) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try note(boxKeyFile: file, transaction, by: principal)
            try journal.record(transaction, election: election.election.id, by: principal, .pollBoxKeyGiven, [:])
        }
    }

    /// Notes that the bureau's box key lies in a file of this machine: it stands in the list until its destruction is reported.
    /// - Parameter file: an absolute path.
    package func note(
        boxKeyFile file: String, _ transaction: borrowing Transaction, by principal: Principal
    ) throws(StoreError) {
        try Custody.note(boxKeyFile: file, transaction, journal, of: election, by: principal)
    }
}
