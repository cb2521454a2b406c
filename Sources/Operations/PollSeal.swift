package import Crypto
package import Elections
package import Journal
package import Polling
package import Store
package import VoterRoll

/// Seals a poll by a person's order: nobody imports a roll meanwhile, no file waits for a second person, the texts hold, and the box key
/// lies in a new file before anything is sealed under it.
package struct PollSeal: Sendable {
    /// What came of the order.
    package enum Outcome: Sendable {
        case sealed(Poll)
        /// Nothing was sealed, and no box key is left; why, each with its cure.
        case refused([String])
        /// The election is not the one that was looked at: somebody stored another definition meanwhile.
        case anotherDefinition
        /// New contacts of a roll file wait for a second person: a seal would leave them out.
        case fileWaits
        /// Nothing was sealed, but the file of the box key could not be erased: that is for a person to do.
        case keyRemains(path: String, reason: String, refusal: String)
    }

    private let store: Store
    private let keys: KeyFolder
    private let registrar: Registrar
    private let elections: ElectionRepository
    private let sealer: PollSealer
    private let randomness: Randomness

    /// - Parameter keys: overwrites the box key's file where nothing was sealed.
    package init(
        store: Store, keys: KeyFolder, registrar: Registrar, elections: ElectionRepository, sealer: PollSealer,
        randomness: Randomness
    ) {
        (self.store, self.keys, self.registrar, self.elections) = (store, keys, registrar, elections)
        (self.sealer, self.randomness) = (sealer, randomness)
    }

    /// Seals the poll.
    /// - Parameters:
    ///   - looked: the election's name and the definition that was looked at.
    ///   - path: of the box key's new file, absolute.
    ///   - frozen: what is frozen beside election and roll, asked for once nobody can change it any more.
    ///   - progress: gets the number of credentials made.
    /// - Throws: what the store, the disk or `frozen` said; no box key is left then.
    package func seal(
        _ looked: (name: String, definition: String), key: ElectionKey, boxKeyFile path: String,
        frozen: () throws -> PollSealer.Frozen, by principal: Principal, progress: @escaping @Sendable (Int) -> Void
    ) throws -> Outcome {
        // No roll comes in, and nobody else seals, meanwhile.
        let locks = [
            try ProcessLock(store: store.path, name: "seal"), try ProcessLock(store: store.path, name: "import"),
        ]
        defer { withExtendedLifetime(locks) {} }
        let (election, isLooked, faults, waits) = try store.read { (reading: borrowing Reading) throws(StoreError) in
            let election = try elections.find(reading, looked.name)
            return (
                election, try ElectionRepository.definition(reading, number: election.number) == looked.definition,
                try ElectionTexts.faults(reading, election),
                try !registrar.heldRows.imports(reading, election).isEmpty
            )
        }
        guard isLooked else { return .anotherDefinition }
        guard faults.isEmpty else { return .refused(faults + [ElectionTexts.cure]) }
        guard !waits else { return .fileWaits }
        let frozen = try frozen()
        let boxKey = BoxKey(from: randomness)
        do throws(KeyError) { try PrivateFile.create(path, boxKey.file) } catch {
            // Where the file was made and only its folder did not reach the disk; another's is never touched.
            if (try? BoxKeyPlace.read(path))?.matches(boxKey.file) == true, let reason = erased(path) {
                return .keyRemains(path: path, reason: reason, refusal: error.description)
            }
            throw error
        }
        let outcome: PollSealer.Outcome
        do throws(StoreError) {
            outcome = try sealer.seal(
                election, key: key, boxKey: boxKey, frozen: frozen, by: principal, progress: progress)
        } catch {
            if let reason = erased(path) {
                return .keyRemains(path: path, reason: reason, refusal: error.description)
            }
            throw error
        }
        switch outcome {
        case .sealed(let poll): return .sealed(poll)
        case .refused(let faults):
            if let reason = erased(path) {
                return .keyRemains(path: path, reason: reason, refusal: faults.joined(separator: "\n"))
            }
            return .refused(faults)
        }
    }

    /// Overwrites the box key that serves for nothing; why it could not be, nil when it is gone.
    private func erased(_ path: String) -> String? {
        do throws(KeyError) { _ = try keys.destroyBoxKey(path) } catch { return error.description }
        return nil
    }
}
