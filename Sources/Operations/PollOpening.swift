import Compliance
package import Crypto
import Elections
package import Journal
package import Polling
import Store

/// Opens a sealed poll by a person's order: the box key is put where the site finds it, what was sealed is as it was, no point of the
/// security level is open, and box and list are empty.
package struct PollOpening {
    /// What came of the order.
    package enum Outcome: Sendable {
        case opened
        /// Nothing is open, and no box key was left behind; why, in English.
        case refused(String)
        /// The file given is no box key.
        case noBoxKey
        /// Another box key lies where the site would find it.
        case anotherKey
        /// Points of the security level that are neither cured nor accepted.
        case pointsOpen
        /// Points of the security level are open, and the box key that was put down for it could not be erased.
        case pointsOpenKeyRemains(reason: String)
        /// Nothing is open, but the box key that was put down could not be erased: that is for a person to do.
        case keyRemains(reason: String, refusal: String)
    }

    private let place: BoxKeyPlace
    private let frozen: FrozenCheck
    private let policy: PolicyService

    /// - Parameter policy: of the same election.
    package init(place: BoxKeyPlace, frozen: FrozenCheck, policy: PolicyService) {
        (self.place, self.frozen, self.policy) = (place, frozen, policy)
    }

    /// Opens the poll.
    /// - Parameters:
    ///   - content: the box key that the seal made, as `BoxKeyPlace.read` gives it.
    ///   - file: where it was read; absolute, since it is followed until somebody says that it is destroyed.
    ///   - station: reads the box key when it is asked for, from its place.
    ///   - proof: what frees a poll whose store was restored from a backup.
    ///   - along: runs in the opening's transaction.
    /// - Throws: what the store, a file or a template said; a box key that was put down for it is gone then.
    package func open(
        _ content: Secret, of file: String, station: () throws -> PollingStation, by principal: Principal,
        proof: ResumeProof?, along: @escaping PollingStation.Along
    ) throws -> Outcome {
        let wasThere: Bool
        switch try place.put(content) {
        case .noBoxKey: return .noBoxKey
        case .another: return .anotherKey
        case .put: wasThere = false
        case .wasThere: wasThere = true
        }
        let outcome: Outcome
        do {
            outcome = try decide(boxKeyFile: file, station: station, by: principal, proof: proof, along: along)
        } catch {
            if !wasThere, let reason = place.erase() { return .keyRemains(reason: reason, refusal: "\(error)") }
            throw error
        }
        if case .opened = outcome { return outcome }
        guard !wasThere, let reason = place.erase() else { return outcome }
        guard case .refused(let refusal) = outcome else { return .pointsOpenKeyRemains(reason: reason) }
        return .keyRemains(reason: reason, refusal: refusal)
    }

    private func decide(
        boxKeyFile file: String, station: () throws -> PollingStation, by principal: Principal, proof: ResumeProof?,
        along: @escaping PollingStation.Along
    ) throws -> Outcome {
        if let refusal = try frozen.refusal() { return .refused(refusal) }
        let isOpen = try policy.context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try !policy.report(reading).open.isEmpty
        }
        guard !isOpen else { return .pointsOpen }
        let station = try station()
        let refusal = try station.opener.open(by: principal, proof: proof) { transaction throws(StoreError) in
            try along(transaction)
            try station.boxKey.note(boxKeyFile: file, transaction, by: principal)
        }
        return refusal.map { .refused($0.description) } ?? .opened
    }
}
