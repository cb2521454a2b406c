import Contacts
import Issuance
import Staff

extension Approvals.Request {
    /// The mail addresses and numbers that it would give.
    var given: [PhoneGivenContact] {
        contacts.compactMap { contact in
            // Numbers are kept with their country; one without is an earlier version's, which knew French ones alone.
            Channel(rawValue: contact.route).flatMap { try? PhoneGivenContact(contact.text, by: $0, home: .france) }
        }
    }
}
