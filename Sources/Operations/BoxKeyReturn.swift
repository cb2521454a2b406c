package import Crypto
package import Elections
package import Polling
package import Store

/// Puts the box key of an open poll back, after a restore or a move: it is compared with the seal first, and where it came from stands
/// in the list of copies. The command line comes here.
package struct BoxKeyReturn {
    /// What came of the order.
    package enum Outcome: Sendable, Equatable {
        /// It lies where the site finds it.
        case isThere
        /// The file is no box key.
        case noBoxKey
        /// Another box key lies there.
        case another
        /// The poll needs none, or another one.
        case refused(BoxKeyRefusal)
    }

    private let store: Store
    private let election: StoredElection
    private let place: BoxKeyPlace
    private let station: () throws -> PollingStation

    /// - Parameters:
    ///   - place: where the site finds the key of this election.
    ///   - station: of the same election; asked for only where the poll needs its box key, since it wants the election's key.
    package init(
        store: Store, _ election: StoredElection, place: BoxKeyPlace, station: @escaping () throws -> PollingStation
    ) {
        (self.store, self.election, self.place, self.station) = (store, election, place, station)
    }

    /// Puts it there.
    /// - Parameters:
    ///   - content: as `BoxKeyPlace.read` gives it.
    ///   - file: where it was read; absolute, since it is followed until somebody says that it is destroyed.
    /// - Throws: what the store or a file said: one that cannot be noted is not left there.
    package func give(_ content: Secret, of file: String, by actor: Actor) throws -> Outcome {
        guard let boxKey = BoxKey(file: content) else { return .noBoxKey }
        let number = election.number
        let notNeeded = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try BoxKeyKeeper.refusal(reading, election: number)
        }
        if let notNeeded { return .refused(notNeeded) }
        let station = try station()
        if let refusal = try station.boxKey.refusal(of: boxKey) { return .refused(refusal) }
        let put = try place.put(content)
        switch put {
        case .put, .wasThere: break
        case .noBoxKey: return .noBoxKey
        case .another: return .another
        }
        do throws(StoreError) { try station.boxKey.noteGiven(from: file, by: actor.principal) } catch {
            guard case .put = put, let reason = place.erase() else { throw error }
            // Still the store's trouble, whatever the file adds to it: the exit code says so.
            throw StoreError(
                error.kind, "\(error) The box key at \(place.path) could not be erased: \(reason)",
                cure: "Overwrite and remove it by hand.", code: error.code)
        }
        return .isThere
    }
}
