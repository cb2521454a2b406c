package import Contacts
import Issuance

/// What is to be done for a voter who lost something.
package struct VoterOrder: Sendable, Equatable {
    /// How the person on the phone was recognised.
    package enum Check: String, Sendable, CaseIterable { case question, callBack, inPerson, colleague }

    /// The voter's number on the roll.
    package let voter: Int
    /// The way of the new identifier.
    package let route: Channel
    /// A contact given on the phone; nil for the roll's.
    package internal(set) var contact: String?
    /// One line, for the journal.
    package let reason: String
    /// For the journal as well: it changes no rule. Nil at the command line, whose reason says it.
    package let check: Check?
    /// The voter's answer to the election's question, as it was said on the phone.
    package let answer: String?
    /// Whether the identifier in use goes on until the post has the letter with the new one.
    package let keepsOld: Bool

    /// Nothing is checked here: `IdentifierReissue` does, in its transaction.
    package init(
        voter: Int, route: Channel, contact: String?, reason: String, check: Check?, answer: String?,
        keepsOld: Bool = false
    ) {
        (self.voter, self.route, self.contact) = (voter, route, contact)
        (self.reason, self.check, self.answer, self.keepsOld) = (reason, check, answer, keepsOld)
    }

    /// The contact that was given on the phone, once it was read.
    private(set) var given: PhoneGivenContact?

    /// Reads the contact, where one was given.
    /// - Parameter home: where a number without + is at home.
    /// - Returns: why it is none.
    mutating func readContact(home: PhoneNumber.Home) -> PhoneGivenContact.Fault? {
        guard let text = contact else { return nil }
        do throws(PhoneGivenContact.Fault) { given = try PhoneGivenContact(text, by: route, home: home) } catch {
            return error
        }
        // As it is read now: who approves sees the country, and a corrected address makes it no other number.
        if case .phone(let phone) = given { contact = phone.text }
        return nil
    }

    /// Why, as the journal keeps it.
    var why: String { VoterOrder.why(reason, check) }

    /// A reason with how the person was recognised, as the journal keeps it.
    static func why(_ reason: String, _ check: Check?) -> String {
        check.map { "\(reason) (checked: \($0.rawValue))" } ?? reason
    }
}
