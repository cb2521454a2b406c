package import CommandLineKit
package import Elections
import Issuance
package import Operations
package import Polling
package import Staff

extension Services {
    /// The members of the bureau by their keys.
    package var bureau: MemberRegister { MemberRegister(journal: journal, clock: clock) }

    /// The register of an election's staff, with its templates loaded and checked.
    /// - Throws: refused where a template is wrong, or the key is missing.
    package func register(_ election: StoredElection) throws(Refusal) -> StaffRegister {
        let messageTemplates = MessageTemplates(
            election: election.election, templates: try templates(for: election.election))
        do throws(MessageTemplates.Fault) { try messageTemplates.loadAll() } catch { throw Refusal(error.description) }
        return register(election, key: try key(of: election), messageTemplates: messageTemplates)
    }

    /// The accounts of an election's staff, with its templates checked: their identifiers are sent by mail.
    /// - Throws: refused where a template is wrong, or the key is missing.
    package func accounts(_ election: StoredElection) throws(Refusal) -> StaffAccounts {
        _ = try register(election)
        return StaffAccounts(try operations(election))
    }

    /// Adds a member of the staff; returns the identifier that was sent.
    /// - Throws: refused where the name is taken; as wrong usage where it is no name.
    package func add(_ newcomer: StaffRegister.Newcomer, to accounts: StaffAccounts) throws(Refusal) -> String {
        switch try refusing({ try accounts.add(newcomer, by: actor()) }) {
        case .done(let identifier): return identifier ?? ""
        case .taken:
            throw Refusal("The name \(newcomer.name) is taken, by somebody who was removed perhaps: give another one.")
        case .badName, .unknown, .waits, .denied, .isOwn:
            throw Refusal(
                "\"\(newcomer.name)\" is no name: 2 to 40 small letters, digits, dots and hyphens.", status: .usage)
        }
    }
}
