import Authentication
package import CommandLineKit
package import Compliance
package import Elections
import Issuance
package import Operations
import Polling
import Store

extension Services {
    /// What the operations on an election that is stored are made of: the console's are the command line's.
    /// - Throws: refused where the election's key is not in the key folder.
    package func operations(_ election: StoredElection) throws(Refusal) -> OperationContext {
        let key = try key(of: election)
        let messageTemplates = MessageTemplates(
            election: election.election, templates: try templates(for: election.election))
        let directory = VoterDirectory(
            election: election, key: key, messageTemplates: messageTemplates, issuer: issuer, registrar: registrar)
        let authenticator = Authenticator(
            election: election, key: key, directory: directory, passphrases: passphrases, outbox: outbox, clock: clock,
            randomness: randomness)
        return operations(directory, authenticator, station: try station(election))
    }

    /// The same of an election whose voters' side is built already.
    func operations(
        _ directory: VoterDirectory, _ authenticator: Authenticator, station: PollingStation
    ) -> OperationContext {
        let register = register(directory.election, key: directory.key, messageTemplates: directory.messageTemplates)
        return OperationContext(
            store: store, directory: directory, authenticator: authenticator, station: station, outbox: outbox,
            register: register, journal: journal, clock: clock, randomness: randomness)
    }

    /// The policy check of an election that is stored.
    /// - Throws: refused where the key is missing, or the policy's text cannot be read.
    package func policyService(_ election: StoredElection) throws(Refusal) -> PolicyService {
        let (context, templates) = (try operations(election), try templates(for: election.election))
        return try refusing { try policyService(context, templates) }
    }

    /// What an election's security level asks, and what is open of it; of another `level` where one is given.
    /// - Throws: refused where the policy service cannot be made, or what the store said.
    package func policyReport(_ election: StoredElection, level: Int? = nil) throws(Refusal) -> PolicyReport {
        let policy = try policyService(election)
        return try refusing {
            try store.read { (reading: borrowing Reading) throws(StoreError) in try policy.report(reading, level: level)
            }
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
