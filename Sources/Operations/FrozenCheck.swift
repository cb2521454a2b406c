import BallotCore
import Crypto
package import Elections
package import Polling
package import Store
package import VoterRoll

/// Whether what a seal froze is still as it was: definition, roll, and every file that is served or signed for.
package struct FrozenCheck {
    private let store: Store
    private let registrar: Registrar
    private let election: StoredElection
    private let present: () throws -> PollSealer.Frozen

    /// - Parameter present: what a seal would freeze now beside election and roll.
    package init(
        store: Store, registrar: Registrar, election: StoredElection, present: @escaping () throws -> PollSealer.Frozen
    ) {
        (self.store, self.registrar, self.election, self.present) = (store, registrar, election, present)
    }

    /// What is not as it was sealed, in English; nothing before the seal, and after the destruction.
    /// - Throws: what the store said, or what kept the present files from being read.
    package func faults() throws -> [String] {
        let election = election
        // The roll is read only where there is a seal to compare it with.
        let found = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Poll, String, (count: Int, sha256: String))? in
            guard let poll = try Poll.find(reading, election: election.number),
                ![.sealing, .destroyed].contains(poll.state)
            else { return nil }
            return (
                poll, try ElectionRepository.definition(reading, number: election.number),
                try registrar.digest(reading, election)
            )
        }
        guard let (poll, definition, roll) = found, let sealed = JSON.read(poll.manifest) else { return [] }
        func text(_ json: JSON?) -> String { String(decoding: json?.bytes ?? [], as: UTF8.self) }
        var faults: [String] = []
        if text(sealed["definition.sha256"]) != hex(sha256(Array(definition.utf8))) {
            faults.append("The election's definition was changed.")
        }
        if text(sealed["roll.sha256"]) != roll.sha256 || sealed["voters"]?.integer != roll.count {
            faults.append("The voter roll was changed.")
        }
        let listed = (sealed["files"]?.list ?? []).map { (text($0["path"]), text($0["sha256"])) }
        let before = Dictionary(listed, uniquingKeysWith: { $1 })
        if before.count != listed.count { faults.append("The seal's manifest names a file twice.") }
        // What is served of the ballots comes from the manifest, whatever the store holds now.
        let served = SealedBallots(manifest: poll.manifest).map { [$0.file] } ?? []
        let files = try present().files + served
        let now = Dictionary(files.map { ($0.path, $0.sha256) }, uniquingKeysWith: { $1 })
        for path in Set(before.keys).union(now.keys).sorted() where before[path] != now[path] {
            faults.append("\(path) is not the sealed one.")
        }
        return faults
    }

    /// The faults as one refusal with the cure; nil where there are none.
    /// - Throws: the same as `faults`: what was found is returned, never thrown.
    package func refusal() throws -> String? {
        let faults = try faults()
        guard !faults.isEmpty else { return nil }
        return
            "What was sealed has changed:\n  \(faults.joined(separator: "\n  "))\nPut it back as it was; the seal's manifest has every hash (isoloir poll manifest)."
    }
}
