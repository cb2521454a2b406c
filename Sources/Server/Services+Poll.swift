package import CommandLineKit
import Crypto
package import Elections
import Glibc
import Operations
package import Polling
import Store
package import Tally

extension Services {
    /// The trustees of the store's elections.
    package var trustees: TrusteeRegister { TrusteeRegister(journal: journal, clock: clock) }

    /// The polling station of an election, with the box key where it lies in the key folder.
    /// - Throws: refused where the election's key is not in the key folder; a missing box key shows when a vote is cast.
    package func station(_ election: StoredElection) throws(Refusal) -> PollingStation {
        let (keys, name) = (keys, election.election.id)
        let path = keys.boxKeyFile(name)
        return PollingStation(
            store: store, election: election, key: try key(of: election),
            boxKey: { (try? BoxKeyPlace.read(path)).flatMap { BoxKey(file: $0) } },
            eraseBoxKey: {
                keys.boxKeyFiles(name).map { path in
                    do throws(KeyError) {
                        return try keys.destroyBoxKey(path) ? .erased(path: path) : .absent(path: path)
                    } catch { return .kept(path: path, reason: error.description) }
                }
            }, boxKeyPlaces: { keys.boxKeyFiles(name).filter { unsafe access($0, F_OK) == 0 } }, journal: journal,
            clock: clock, steady: steady, randomness: randomness)
    }

    /// The count of a station's poll.
    package func tallyService(_ station: PollingStation) -> TallyService {
        TallyService(station: station, store: store, trustees: trustees, journal: journal)
    }

    /// The poll's hours and state in force.
    /// - Throws: what the store said.
    package func hours(_ election: StoredElection) throws(Refusal) -> PollHours {
        try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in try PollHours.find(reading, election) }
        }
    }

    /// The poll as it stands; nil before the seal.
    /// - Throws: what the store said.
    package func poll(_ election: StoredElection) throws(Refusal) -> Poll? {
        try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try Poll.find(reading, election: election.number)
            }
        }
    }

    /// Refuses what a sealed poll froze.
    /// - Throws: the refusal with the seal's fingerprint; also while another program seals.
    package func refuseSealed(_ number: Int, _ consequence: String) throws(Refusal) {
        guard let fingerprint = try refusing({ try SealRule.fingerprint(store, election: number) }) else { return }
        throw Services.sealed(fingerprint, consequence)
    }

    /// What is said where a seal keeps something from changing.
    package static func sealed(_ fingerprint: String, _ consequence: String) -> Refusal {
        Refusal("The poll is sealed (\(fingerprint)): \(consequence).")
    }
}
