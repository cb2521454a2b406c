import Elections
import Store
import VoterRoll

/// What is looked at before anything is sealed.
extension PollSealer {
    /// Who may vote on each ballot, in the ballots' order.
    func electors(_ election: StoredElection) throws(StoreError) -> [[Elector]] {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            var lists = election.election.ballots.map { _ in [Elector]() }
            try registrar.each(reading, election) { voter, _ throws(StoreError) in
                for (index, ballot) in election.election.ballots.enumerated()
                where ballot.admits(college: voter.college, site: voter.site) {
                    lists[index].append(Elector(voter: voter.id, weight: voter.weight))
                }
            }
            return lists
        }
    }

    /// What stands in the way of a seal, in words; nothing is written before it is empty.
    /// - Parameter electors: one list for each ballot, in the definition's order.
    func faults(_ election: StoredElection, _ electors: [[Elector]]) throws(StoreError) -> [String] {
        let (poll, trustees, strangers) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Poll?, [Trustee], [String]) in
            (
                try Poll.find(reading, election: election.number), try self.trustees.all(reading, election),
                try self.trustees.strangers(reading, election)
            )
        }
        if let poll, poll.state != .sealing { return ["The poll is sealed already, under \(poll.fingerprint)."] }
        var faults = PollSealer.faults(trustees) + strangers
        for (ballot, list) in zip(election.election.ballots, electors) {
            if ballot.questions.isEmpty {
                faults.append("The ballot \(ballot.id) asks nothing: give it \"questions\" in election.yaml.")
            }
            if list.reduce(0, { $0 + $1.weight }) > PollSealer.mostWeight {
                faults.append("The weights of \(ballot.id) come to more than \(PollSealer.mostWeight).")
            }
            let holders = Dictionary(grouping: list, by: \.weight).mapValues(\.count)
            faults += SmallGroup.all(of: ballot, holders: holders).map { $0.words(ballot.id) }
        }
        return faults
    }

    /// What of the trustees stands in the way of a seal.
    static func faults(_ trustees: [Trustee]) -> [String] {
        var faults: [String] = []
        if trustees.count < fewestTrustees {
            faults.append(
                "\(fewestTrustees) trustees are needed at least, \(trustees.count) registered: each makes keys with `isoloir tally trustee-key` and sends the public file for `isoloir trustee add`."
            )
        }
        for trustee in trustees where trustee.provenAt == nil {
            faults.append(
                "\(trustee.name) has not answered the challenge: run `isoloir trustee confirm` with the answer.")
        }
        return faults
    }
}
