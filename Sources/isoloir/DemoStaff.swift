import Contacts
import Crypto
import Elections
import Issuance
import Staff
import Store
import VoterRoll
import Web

/// The demo's staff: who they are, and their authenticators, which would be telephones.
struct DemoStaff {
    /// A member and the identifier that was sent.
    struct Member {
        let newcomer: StaffRegister.Newcomer
        let identifier: String
    }

    let services: Services
    let register: StaffRegister

    private static let people: [(name: String, fullName: String, role: StaffRole)] = [
        ("camille", "Camille Moreau", .manager), ("samir", "Samir Benali", .manager),
        ("ines", "In\u{E8}s Laurent", .bureau), ("hugo", "Hugo Petit", .bureau),
        ("imprimeur", "Imprimerie du Nord", .printer),
    ]

    /// Makes the accounts.
    func add() throws(Refusal) -> [Member] {
        var members: [Member] = []
        for person in DemoStaff.people {
            let mail: EmailAddress
            do throws(EmailAddress.Fault) { mail = try EmailAddress("\(person.name)@staff.example") } catch {
                throw Refusal("The demo's addresses are wrong: \(error.reason)", status: .broken)
            }
            let newcomer = StaffRegister.Newcomer(
                name: person.name, fullName: person.fullName, mail: mail, role: person.role, language: .fr)
            members.append(Member(newcomer: newcomer, identifier: try services.add(newcomer, to: register)))
        }
        return members
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
