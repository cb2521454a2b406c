import Authentication
package import Contacts
import Delivery
import Elections
package import Issuance
import Journal
import Staff
package import Store
import VoterRoll

/// What is to be done for a voter who lost something.
package struct VoterOrder: Sendable, Equatable {
    /// How the person on the phone was recognised.
    package enum Check: String, Sendable, CaseIterable { case question, callBack, inPerson, colleague }

    /// The voter's number on the roll.
    package let voter: Int
    /// The way of the new identifier.
    package let route: Channel
    /// A contact given on the phone; nil for the roll's.
    package fileprivate(set) var contact: String?
    /// One line, for the journal.
    package let reason: String
    /// For the journal as well: it changes no rule. Nil at the command line, whose reason says it.
    package let check: Check?
    /// The voter's answer to the election's question, as it was said on the phone.
    package let answer: String?
    /// Whether the identifier in use goes on until the post has the letter with the new one.
    package let keepsOld: Bool

    /// Nothing is checked here: `VoterSupport.reissue` does, in its transaction.
    package init(
        voter: Int, route: Channel, contact: String?, reason: String, check: Check?, answer: String?,
        keepsOld: Bool = false
    ) {
        (self.voter, self.route, self.contact) = (voter, route, contact)
        (self.reason, self.check, self.answer, self.keepsOld) = (reason, check, answer, keepsOld)
    }

    /// The contact that was given on the phone, once it was read.
    fileprivate var given: PhoneGivenContact?

    /// Reads the contact, where one was given.
    /// - Parameter home: where a number without + is at home.
    /// - Returns: why it is none.
    fileprivate mutating func readContact(home: PhoneNumber.Home) -> PhoneGivenContact.Fault? {
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

extension Approvals.Request {
    /// The mail addresses and numbers that it would give.
    var given: [PhoneGivenContact] {
        contacts.compactMap { contact in
            // Numbers are kept with their country; one without is an earlier version's, which knew French ones alone.
            Channel(rawValue: contact.route).flatMap { try? PhoneGivenContact(contact.text, by: $0, home: .france) }
        }
    }
}

extension VoterSupport {
    /// Seconds within which a new contact and a passphrase reset of one voter are two halves of one takeover.
    package static let takeoverSeconds = PassphraseService.takeoverSeconds
    /// New contacts that one person may give in an hour; further ones need a member of the bureau.
    package static let mostGivenAnHour = 20

    /// Whom the rules want beside the person who asks.
    package enum SecondPerson: Sendable, Equatable {
        /// Anybody who decides.
        case another
        /// A member of the bureau: something about it is odd.
        case bureau
    }

    /// What an order came to. Whether the voter has voted never shows in it.
    package enum Outcome: Sendable, Equatable {
        /// `keepsOld`: the old identifier works until the new one's letter is posted. `without`: the second person whom the command
        /// line, which knows one, went without; alerts at the console say what was odd.
        case done(noticeBy: Channel?, sheets: [Issuer.Sheet], keepsOld: Bool = false, without: SecondPerson? = nil)
        /// A second person must approve; only one of the bureau where `byBureau`.
        case asked(request: Int, byBureau: Bool)
        case unknownVoter
        /// The contact, the channel or a value is refused, in words.
        case refused(String)
        /// The answer to the question is missing.
        case answerMissing
        case answerWrong
        /// Too many wrong answers: the next one may be given in so many seconds.
        case wait(seconds: Int)
        case busy(seconds: Int)
        /// The same request waits already.
        case already(request: Int)
    }

    /// Gives a voter a new identifier, or asks a second person for it; the command line, which knows one person, gives it and says
    /// so. Console, interface for programs and command line all come here. Hashes an answer: runs outside any transaction.
    package func reissue(_ order: VoterOrder, by actor: Actor) throws(StoreError) -> Outcome {
        if let stop = try checkAnswer(order.answer, voter: order.voter, by: actor) { return stop }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Outcome in
            guard let voter = try voter(transaction.reading, order.voter) else { return .unknownVoter }
            var second: SecondPerson?
            var order = order
            let home = try directory.contacts(transaction.reading, voter).phoneHome
            if let fault = order.readContact(home: home) { return .refused(fault.description) }
            if let contact = order.given {
                second = try needsBureau(transaction, contact, voter: voter, by: actor.principal) ? .bureau : fourEyes
            }
            guard let second, !actor.actsAlone else {
                if order.contact != nil, try wasReset(transaction.reading, voter: voter.id) {
                    try noteTakeover(transaction, by: actor)
                }
                return try carryOut(transaction, order, voter, without: second, by: actor.principal)
            }
            let permission = Permission.reissueElsewhere
            if let known = try waiting(transaction.reading, permission, voter.id) { return .already(request: known) }
            let id = try approvals.ask(
                transaction,
                Approvals.Draft(
                    permission, subject: voter.id,
                    order: [
                        "route": order.route.rawValue, "contact": order.contact ?? "",
                        "check": order.check?.rawValue ?? "",
                        VoterSupport.stoodIdentifier: try latestIdentifier(transaction.reading, voter.id),
                    ], reason: order.reason, needsBureau: second == .bureau), by: actor.principal)
            return .asked(request: id, byBureau: second == .bureau)
        }
    }

    /// Whom the election's own setting wants for what is the voter's alone to give away.
    var fourEyes: SecondPerson? { election.election.access.fourEyes ? .another : nil }

    /// The number of the request of this kind that waits for this voter; nil when none does.
    func waiting(_ reading: borrowing Reading, _ permission: Permission, _ voter: Int) throws(StoreError) -> Int? {
        try approvals.waiting(reading).first { $0.subject == voter && $0.permission == permission }?.id
    }

    /// Whether a new contact is the bureau's to approve: an odd one, or, after a reset of the passphrase, the other half of a
    /// takeover.
    func needsBureau(
        _ transaction: borrowing Transaction, _ contact: PhoneGivenContact, voter: Voter, by principal: Principal
    ) throws(StoreError) -> Bool {
        let isSuspicious = try isSuspicious(transaction, contact, voter: voter, by: principal)
        return try wasReset(transaction.reading, voter: voter.id) || isSuspicious
    }

    /// Gives a voter a new identifier in place of the old one, and tells the old contact.
    func giveIdentifier(
        _ transaction: borrowing Transaction, _ voter: Voter, _ order: ReissueOrder
    ) throws(StoreError) -> Issuer.Reissue {
        try issuer.reissue(transaction, issuance, reference: voter.reference, order)
    }

    /// The election, its key and its templates, as the issuance wants them.
    var issuance: IssuanceContext { IssuanceContext(election, key: key, messageTemplates: directory.messageTemplates) }

    /// Gives the identifier at once: nobody else has to agree, or nobody else can be asked.
    private func carryOut(
        _ transaction: borrowing Transaction, _ order: VoterOrder, _ voter: Voter, without second: SecondPerson?,
        by principal: Principal
    ) throws(StoreError) -> Outcome {
        let outcome = try giveIdentifier(
            transaction, voter,
            ReissueOrder(
                by: order.route, contact: order.contact, reason: order.why, principal: principal,
                keepsOld: order.keepsOld))
        switch outcome {
        case .done(_, let notice, let sheets, let keepsOld):
            return .done(noticeBy: notice, sheets: sheets, keepsOld: keepsOld, without: second)
        case .unknownVoter: return .unknownVoter
        case .refused(let reason): return .refused(reason)
        }
    }
}
