import BallotCore
import BallotEngine
import Crypto
import Elections
import Journal
import Store

extension PollSealer {
    /// Trustees with their keys, and members of the bureau, as the manifest names them.
    func people(
        _ election: StoredElection
    ) throws(StoreError) -> (trustees: [String], members: [String], removed: [String]) {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            var people: (trustees: [String], members: [String], removed: [String]) = ([], [], [])
            for trustee in try trustees.all(reading, election) {
                var keys: [String] = []
                for ballot in election.election.ballots {
                    guard let key = try trustees.key(reading, trustee: trustee.id, ballot: ballot.id) else { continue }
                    keys.append("\"\(text(SealManifest.digest(ofKey: key.decimal)))\"")
                }
                let replaced = trustee.replacedBy.map { ",\"replaced\":\(text(quoted($0)))" } ?? ""
                people.trustees.append(
                    "{\"name\":\(text(quoted(trustee.name))),\"keys.sha256\":[\(keys.joined(separator: ","))]\(replaced)}"
                )
            }
            for member in try MemberRegister(journal: journal, clock: clock).all(reading, election) {
                people.members.append("{\"name\":\(text(quoted(member.name))),\"ed25519\":\"\(hex(member.key))\"}")
            }
            for removal in try trustees.removals(reading, election) {
                people.removed.append("{\"name\":\(text(quoted(removal.name))),\"by\":\(text(quoted(removal.by)))}")
            }
            return people
        }
    }
}
