import CommandLineKit
import Contacts
import Crypto
import Elections
import Issuance
import Journal
import Server
import Staff
import Store
import VoterRoll

/// The demo's staff: who they are, and their authenticators, which would be telephones.
struct DemoStaff {
    /// A member and the identifier that was sent.
    struct Member {
        /// Who it is, and in what role.
        let newcomer: StaffRegister.Newcomer
        /// What they sign in with at the console.
        let identifier: Secret
    }

    /// The demo store's.
    let services: Services
    /// Where the accounts are made.
    let register: StaffRegister

    /// Two managers and two members of the bureau, since some acts want a second person; one of each other role.
    private static let people: [(name: String, fullName: String, role: StaffRole)] = [
        ("camille", "Camille Moreau", .manager), ("samir", "Samir Benali", .manager),
        ("ines", "In\u{E8}s Laurent", .bureau), ("hugo", "Hugo Petit", .bureau),
        ("imprimeur", "Imprimerie du Nord", .printer), ("assistance", "Lou Garnier", .support),
    ]

    /// Makes the accounts.
    /// - Throws: refused where a name is taken: the demo's store was new.
    func add() throws(Refusal) -> [Member] {
        let accounts = try services.accounts(register.election)
        var members: [Member] = []
        for person in DemoStaff.people {
            let mail: EmailAddress
            do throws(EmailAddress.Fault) { mail = try EmailAddress("\(person.name)@staff.example") } catch {
                throw Refusal("The demo's addresses are wrong: \(error.reason)", status: .broken)
            }
            let newcomer = StaffRegister.Newcomer(
                name: person.name, fullName: person.fullName, mail: mail, role: person.role, language: .fr)
            members.append(Member(newcomer: newcomer, identifier: try services.add(newcomer, to: accounts)))
        }
        return members
    }

    /// Leaves something to do for everybody: two letters to print, a request that waits for a second person.
    /// - Throws: what the store said, or that the election's key is missing.
    func leaveWork(_ election: StoredElection) throws(Refusal) {
        let key = try services.key(of: election)
        let messageTemplates = MessageTemplates(
            election: election.election, templates: try services.templates(for: election.election))
        try refusing {
            try services.store.write { (transaction: borrowing Transaction) throws(StoreError) in
                var byLetter: [String] = []
                var first: Int?
                try services.registrar.each(transaction.reading, election) { voter, sealed throws(StoreError) in
                    if sealed.reaches == 0, byLetter.count < 2 { byLetter.append(voter.reference) }
                    if sealed.hasMail { first = first ?? voter.id }
                }
                for reference in byLetter {
                    _ = try services.issuer.reissue(
                        transaction, IssuanceContext(election, key: key, messageTemplates: messageTemplates),
                        reference: reference,
                        ReissueOrder(
                            by: .letter, contact: nil, reason: "a letter that was lost", principal: .staff("camille")))
                }
                guard let first else { return }
                _ = try Approvals(register).ask(
                    transaction,
                    Approvals.Draft(
                        .reissueElsewhere, subject: first,
                        order: ["route": "email", "contact": "nouvelle.adresse@example.org", "check": "callBack"],
                        reason: "adresse fermée", needsBureau: false), by: .staff("camille"))
            }
        }
    }

    /// What the authenticators of all members show now, for the demo's page.
    func codes() -> [String] {
        let factor = SecondFactor(register)
        let found = try? services.store.read { (reading: borrowing Reading) throws(StoreError) -> [String] in
            var lines: [String] = []
            for member in try register.members(reading) {
                if let code = try factor.present(reading, member) { lines.append("\(member.fullName): \(code)") }
            }
            return lines
        }
        return found ?? []
    }
}
