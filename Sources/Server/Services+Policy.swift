import Authentication
package import CommandLineKit
package import Compliance
package import Elections
import Issuance
package import Operations
import Store

extension Services {
    /// The desk of an election that is stored: what the console does for a voter, the command line does by it too.
    package func voterSupport(_ election: StoredElection) throws(Refusal) -> VoterSupport {
        let key = try key(of: election)
        let messageTemplates = MessageTemplates(
            election: election.election, templates: try templates(for: election.election))
        let directory = VoterDirectory(
            election: election, key: key, messageTemplates: messageTemplates, issuer: issuer, registrar: registrar)
        let door = Authenticator(
            election: election, key: key, directory: directory, passphrases: passphrases, outbox: outbox, clock: clock,
            randomness: randomness)
        return VoterSupport(
            store: store, directory: directory, door: door, station: try station(election), outbox: outbox,
            register: register(election, key: key, messageTemplates: messageTemplates), journal: journal, clock: clock,
            randomness: randomness)
    }

    /// The policy check of an election that is stored.
    package func policyService(_ election: StoredElection) throws(Refusal) -> PolicyService {
        let (desk, templates) = (try voterSupport(election), try templates(for: election.election))
        return try refusing { try policyService(desk, templates) }
    }

    /// What an election's security level asks, and what is open of it.
    /// - Parameter level: nil for the election's own.
    package func policyReport(_ election: StoredElection, level: Int? = nil) throws(Refusal) -> PolicyReport {
        let desk = try policyService(election)
        return try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in try desk.report(reading, level: level) }
        }
    }

    /// Refuses while a point of the election's level is open that no member of the bureau has accepted in writing.
    func checkPolicy(_ election: StoredElection) throws(Refusal) {
        let open = try policyReport(election).open
        guard !open.isEmpty else { return }
        throw Refusal(
            "\(Terminal.count(open.count, "point")) of the security level \(open.count == 1 ? "is" : "are") open:\n"
                + open.map { "  \($0.point.id) (\($0.point.objective)): \($0.point.text.en) Set: \($0.point.cure.en)" }
                .joined(separator: "\n")
                + "\nCure them, or have a member of the bureau accept each in writing: at the console (Security level), or "
                + "`isoloir poll accept POINT --by NAME --reason TEXT`.")
    }
}
