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
        /// `isSealed`: whether its poll is sealed, or was.
        case election(StoredElection, isSealed: Bool)
        case destroyed(StoredElection)
        /// Its definition cannot be read.
        case damaged(id: String, StoreError)
    }

    /// Every election of the store, by name.
    func found() throws(Refusal) -> [Found] {
        let elections = services.elections
        return try refusing {
            try services.store.read { (reading: borrowing Reading) throws(StoreError) in
                try StoredElections.found(reading, elections)
            }
        }
    }

    private static func found(
        _ reading: borrowing Reading, _ elections: ElectionRepository
    ) throws(StoreError) -> [Found] {
        var found: [Found] = []
        for name in try elections.names(reading) {
            do throws(StoreError) {
                let stored = try elections.find(reading, name)
                let state = try Poll.find(reading, election: stored.number)?.state
                found.append(
                    state == .destroyed
                        ? .destroyed(stored) : .election(stored, isSealed: state.map { $0 != .sealing } ?? false))
            } catch {
                // One that cannot be read must not keep the others from serving.
                guard error.kind == .damaged else { throw error }
                found.append(.damaged(id: name, error))
            }
        }
        return found
    }

    /// Refuses a store of which two elections have one address.
    /// - Throws: refused with both names and the cure.
    package func refuseSharedAddresses() throws(Refusal) {
        let elections = try found().compactMap {
            if case .election(let stored, _) = $0 { stored.election } else { nil }
        }
        for (place, first) in elections.enumerated() {
            for second in elections[..<place] {
                if let words = StoredElections.refusal(first, second) { throw Refusal(words) }
            }
        }
    }

    /// Refuses to serve an election at whose address another one stands, unless it alone of the two is sealed: its voters have
    /// the address in their letters. Older stores may hold such two.
    static func refuseRivals(of stored: StoredElection, isSealed: Bool, among found: [Found]) throws(Refusal) {
        for case .election(let other, let isOtherSealed) in found where other.number != stored.number {
            guard !isSealed || isOtherSealed, let words = refusal(stored.election, other.election) else { continue }
            throw Refusal(words)
        }
    }

    /// The hosts on which several elections stand, at ports of their own: nothing but the port tells them apart.
    /// - Throws: what the store said.
    package func sharedHosts() throws(Refusal) -> [String] {
        let origins = try found().compactMap { found in
            if case .election(let stored, _) = found { Origin(stored.election.address) } else { nil }
        }
        return Dictionary(grouping: origins, by: \.host).filter { $0.value.count > 1 }.keys.sorted()
    }

    /// What is said of two elections at one address; nil where they have two.
    private static func refusal(_ first: Election, _ second: Election) -> String? {
        guard let one = Origin(first.address), let other = Origin(second.address), one.isOneSite(with: other) else {
            return nil
        }
        return words(first, and: second.id)
    }

    /// What is said of an election and of another one at the same address.
    package static func words(_ first: Election, and second: String) -> String {
        "\(first.id) and \(second) have the same address, \(first.address): a browser that asks for it can be led to "
            + "one of them alone. Give \(first.id) an \"address\" of its own (another host name), or destroy the election that is "
            + "over. `isoloir serve --election NAME` serves one of them."
    }

    /// Seconds by which the clock may stray in work that belongs to no election: the smallest grace of those whose polls are under
    /// way, so that no poll's hour is moved by more than its own. A draft tightens nothing for a poll that runs; where none runs, the
    /// smallest grace of all counts, so that the clock of one election and the common one take the same steps. Elections that cannot
    /// be read, or were destroyed, are left out.
    /// - Parameter election: the only one that counts, where the work is for one.
    static func clockTolerance(
        _ reading: borrowing Reading, _ elections: ElectionRepository, of election: String?
    ) throws(StoreError) -> Int? {
        var (underWay, others): ([Int], [Int]) = ([], [])
        for name in try elections.names(reading) where election == nil || name == election {
            guard let stored = try? elections.find(reading, name) else { continue }
            let state = try Poll.find(reading, election: stored.number)?.state
            guard state != .destroyed else { continue }
            let seconds = stored.election.graceMinutes * 60
            if state?.isUnderWay == true { underWay.append(seconds) } else { others.append(seconds) }
        }
        return underWay.min() ?? others.min()
    }
}
