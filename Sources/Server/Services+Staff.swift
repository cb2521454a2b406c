package import CommandLineKit
package import Crypto
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
    package func add(_ newcomer: StaffRegister.Newcomer, to accounts: StaffAccounts) throws(Refusal) -> Secret {
        var identifier = Secret("")
        let outcome = try refusing { try accounts.add(newcomer, by: actor()) { identifier = $0 } }
        if let refusal = Refusal(outcome, newcomer.name) { throw refusal }
        return identifier
    }
}

extension Refusal {
    /// What an order on an account of the staff is refused with; nil where it was done.
    package init?(_ outcome: StaffAccounts.Outcome, _ name: String) {
        switch outcome {
        case .done: return nil
        case .waits: self.init("The account \(name) waits for a second person's word, at the console.")
        case .denied(let permission):
            self.init(
                "Accounts of this role are for people who may \(permission.rawValue): somebody else has to do it.")
        case .isOwn: self.init("\(name) is your own account: somebody else has to do it.")
        case .taken:
            self.init("The name \(name) is taken, by somebody who was removed perhaps: give another one.")
        case .badName:
            self.init("\"\(name)\" is no name: 2 to 40 small letters, digits, dots and hyphens.", status: .usage)
        case .unknown: self.init("There is no member \(name): see `manager list`.")
        }
    }
}
