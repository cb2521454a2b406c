package import CommandLineKit
import Contacts
package import Elections
import Polling
import Store

/// The elections of a store as sites: those that may be served, and addresses that two of them would share.
package struct StoredElections {
    private let services: Services

    /// - Parameter services: the store's.
    package init(_ services: Services) { self.services = services }

    /// What was found of one election of the store.
    enum Found {
        case election(StoredElection)
        /// Its definition cannot be read.
        case damaged(id: String, StoreError)
    }

    /// Every election of the store that is not destroyed, by name.
    func serviceable() throws(Refusal) -> [Found] {
        let elections = services.elections
        return try refusing {
            try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                var found: [Found] = []
                for name in try elections.names(reading) {
                    do throws(StoreError) {
                        let stored = try elections.find(reading, name)
                        let state = try Poll.find(reading, election: stored.number)?.state
                        if state != .destroyed { found.append(.election(stored)) }
                    } catch {
                        // One that cannot be read must not keep the others from serving.
                        guard error.kind == .damaged else { throw error }
                        found.append(.damaged(id: name, error))
                    }
                }
                return found
            }
        }
    }

    /// Refuses an election at whose address another one of the store is served: one host leads to one site.
    /// - Throws: refused with both names and the cure.
    package func refuseSharedAddress(_ election: Election) throws(Refusal) {
        for case .election(let other) in try serviceable() where other.election.id != election.id {
            if let refusal = StoredElections.refusal(election, other.election) { throw Refusal(refusal) }
        }
    }

    /// Refuses a store of which two elections have one address.
    /// - Throws: refused with both names and the cure.
    package func refuseSharedAddresses() throws(Refusal) {
        try StoredElections.refuseSharedAddresses(
            try serviceable().compactMap { if case .election(let stored) = $0 { stored } else { nil } })
    }

    /// Refuses elections of which two have one address.
    static func refuseSharedAddresses(_ elections: [StoredElection]) throws(Refusal) {
        for (place, first) in elections.enumerated() {
            for second in elections[..<place] {
                if let refusal = refusal(first.election, second.election) { throw Refusal(refusal) }
            }
        }
    }

    /// What is said of two elections at one address; nil where they have two.
    private static func refusal(_ first: Election, _ second: Election) -> String? {
        guard let one = Origin(first.address), let other = Origin(second.address), one.isOneSite(with: other) else {
            return nil
        }
        return
            "\(first.id) and \(second.id) have the same address, \(second.address): a browser that asks for it can be led to "
            + "one of them alone. Give \(first.id) an \"address\" of its own (another host name), or destroy the election that is "
            + "over. `isoloir serve --election NAME` serves one of them."
    }

    /// Seconds by which the clock may stray in work that belongs to no election: the smallest grace of those whose polls are under
    /// way, so that no poll's hour is moved by more than its own. A draft tightens nothing for a poll that runs. Elections that
    /// cannot be read are left out.
    /// - Parameter election: the only one that counts, where the work is for one.
    static func clockTolerance(
        _ reading: borrowing Reading, _ elections: ElectionRepository, of election: String?
    ) throws(StoreError) -> Int? {
        var least: Int?
        for name in try elections.names(reading) where election == nil || name == election {
            guard let stored = try? elections.find(reading, name),
                try Poll.find(reading, election: stored.number)?.state.isUnderWay == true
            else { continue }
            let seconds = stored.election.graceMinutes * 60
            least = min(least ?? seconds, seconds)
        }
        return least
    }
}
