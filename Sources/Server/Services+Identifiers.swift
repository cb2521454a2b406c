package import CommandLineKit
package import Contacts
package import Elections
package import Issuance

extension Services {
    /// Issues to everybody who has no identifier; templates are checked before the first voter.
    /// - Throws: refused where a template is wrong, the key is missing, or the store failed; who got one by then keeps it.
    package func issueAll(_ election: StoredElection, forced: Channel?) throws(Refusal) -> Issuer.Outcome {
        let key = try key(of: election)
        let messageTemplates = MessageTemplates(
            election: election.election, templates: try templates(for: election.election))
        do throws(MessageTemplates.Fault) { try messageTemplates.loadAll() } catch { throw Refusal(error.description) }
        let progress = Terminal.progress("identifiers")
        defer { Terminal.endProgress() }
        return try refusing {
            try issuer.issueAll(
                store, IssuanceContext(election, key: key, messageTemplates: messageTemplates), forced: forced,
                by: principal, progress: progress)
        }
    }
}
