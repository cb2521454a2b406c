import BallotCore
import Crypto
import Elections
package import Store

extension PollingStation {
    /// Compares box and list with their seals and with each other; says in words what was added, removed or changed by hand.
    /// An empty list says that nothing was.
    package func audit() throws(StoreError) -> [String] {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            guard let poll = try Poll.find(reading, election: election.number), poll.state != .sealing else {
                return []
            }
            var findings: [String] = []
            if PollSealer.fingerprint(poll.manifest) != poll.fingerprint {
                findings.append("The seal's manifest was changed.")
            }
            for ballot in try PollBallot.all(reading, election: election.number) {
                findings += try audit(reading, ballot, poll)
            }
            return findings
        }
    }

    private func audit(
        _ reading: borrowing Reading, _ ballot: PollBallot, _ poll: Poll
    ) throws(StoreError) -> [String] {
        var findings: [String] = []
        let manifest = JSON.read(poll.manifest)?["ballots"]?.list?.first {
            $0["ballot"]?.bytes == Array(ballot.name.utf8)
        }
        let fingerprint = Base64.digest(ballot.document.span)
        let credentials = hex(sha256(try ballot.credentials(reading)))
        if manifest?["fingerprint"]?.bytes != fingerprint
            || manifest?["credentials.sha256"]?.bytes != Array(credentials.utf8)
            || manifest?["trustees.sha256"]?.bytes != Array(hex(sha256(ballot.trustees)).utf8)
        {
            findings.append("\(ballot.name): the sealed documents were changed.")
        }
        let (ballots, slots, box) = try boxSum(reading, ballot)
        let (signatures, electors, list) = try listSum(reading, ballot)
        let sums = try reading.first(
            "SELECT box_sum, list_sum FROM polling_count WHERE ballot = ?", ballot.id
        ) { (row: borrowing Row) throws(StoreError) -> ([UInt8], [UInt8]) in (try row[0], try row[1]) }
        if slots != ballot.electors || electors != ballot.electors {
            findings.append(
                "\(ballot.name): \(slots) slots and \(electors) lines of the list for \(ballot.electors) electors.")
        }
        if ballots != ballot.votes || signatures != ballot.votes {
            findings.append(
                "\(ballot.name): \(ballots) ballots in the box, \(signatures) signatures, \(ballot.votes) votes recorded."
            )
        }
        if sums?.0 != box { findings.append("\(ballot.name): the box was changed by hand: its seal does not fit.") }
        if sums?.1 != list {
            findings.append("\(ballot.name): the signature list was changed by hand: its seal does not fit.")
        }
        return findings
    }

    private func boxSum(
        _ reading: borrowing Reading, _ ballot: PollBallot
    ) throws(StoreError) -> (ballots: Int, slots: Int, sum: [UInt8]) {
        var (ballots, slots, sum) = (0, 0, MultisetSeal.empty)
        try reading.each("SELECT id, content FROM polling_slot WHERE ballot = ?", ballot.id) {
            (row: borrowing Row) throws(StoreError) in
            slots += 1
            guard let text = SlotContent(try row[1]).ballot else { return }
            ballots += 1
            sum = seal.adding(boxMember(slot: try row[0], text), to: sum)
        }
        return (ballots, slots, sum)
    }

    private func listSum(
        _ reading: borrowing Reading, _ ballot: PollBallot
    ) throws(StoreError) -> (signatures: Int, electors: Int, sum: [UInt8]) {
        var (signatures, electors, sum) = (0, 0, MultisetSeal.empty)
        try reading.each("SELECT id, entry FROM polling_elector WHERE ballot = ?", ballot.id) {
            (row: borrowing Row) throws(StoreError) in
            electors += 1
            guard let signedAt = ElectorEntry(try row[1]).signedAt else { return }
            signatures += 1
            sum = seal.adding(ElectorEntry.member(elector: try row[0], signedAt: signedAt), to: sum)
        }
        return (signatures, electors, sum)
    }
}
