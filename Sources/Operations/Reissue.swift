import Access
package import Bureau
package import Delivery
import Elections
package import Issuance
package import Journal
import Passphrases
import Staff
package import Store
package import VoterRoll

/// What is to be done for a voter who lost something.
package struct VoterOrder: Sendable, Equatable {
    /// How the person on the phone was recognised.
    package enum Check: String, Sendable, CaseIterable { case question, callBack, inPerson, colleague }

    package let voter: Int
    /// The way of the new identifier.
    package let route: Route
    /// A contact given on the phone; nil for the roll's.
    package let contact: String?
    package let reason: String
    package let check: Check
    /// The voter's answer to the election's question, as it was said on the phone.
    package let answer: String?

    package init(
        voter: Int, route: Route, contact: String?, reason: String, check: Check, answer: String?
    ) {
        (self.voter, self.route, self.contact) = (voter, route, contact)
        (self.reason, self.check, self.answer) = (reason, check, answer)
    }

    /// Why, as the journal keeps it.
    var why: String { "\(reason) (checked: \(check.rawValue))" }
}

extension VoterDesk {
    /// Seconds within which a new contact and a passphrase reset of one voter are two halves of one takeover.
    package static let takeoverSeconds = 48 * 3600
    /// New contacts that one person may give in an hour; further ones need a member of the bureau.
    package static let mostGivenAnHour = 20

    /// What an order came to. Whether the voter has voted never shows in it.
    package enum Outcome: Sendable, Equatable {
        case done(noticeBy: Route?, sheets: [Issuer.Sheet])
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

    /// Gives a voter a new identifier, or asks a second person for it. Hashes an answer: runs outside any transaction.
    package func reissue(_ order: VoterOrder, by viewer: Viewer) throws(StoreError) -> Outcome {
        if let stop = try checkAnswer(order.answer, voter: order.voter, by: viewer) { return stop }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Outcome in
            guard let voter = try voter(transaction.reading, order.voter) else { return .unknownVoter }
            var byBureau = false
            var needsSecond = false
            if let text = order.contact {
                let contact: GivenContact
                do throws(GivenContact.Fault) { contact = try GivenContact(text, by: order.route) } catch {
                    return .refused(error.description)
                }
                byBureau = try isSuspicious(transaction, contact, voter: voter, by: viewer.principal)
                // With a reset it is the other half of a takeover: the bureau looks at it.
                if try wasReset(transaction.reading, voter: voter.id) { byBureau = true }
                needsSecond = byBureau || election.election.access.fourEyes
            }
            guard needsSecond else { return try carryOut(transaction, order, voter, by: viewer.principal) }
            let deed = Deed.reissueElsewhere
            if let known = try waiting(transaction.reading, deed, voter.id) { return .already(request: known) }
            let id = try approvals.ask(
                transaction, deed, subject: voter.id,
                order: [
                    "route": order.route.rawValue, "contact": order.contact ?? "", "check": order.check.rawValue,
                ], reason: order.reason, needsBureau: byBureau, by: viewer.principal)
            return .asked(request: id, byBureau: byBureau)
        }
    }

    func waiting(_ reading: borrowing Reading, _ deed: Deed, _ voter: Int) throws(StoreError) -> Int? {
        try approvals.waiting(reading).first { $0.subject == voter && $0.deed == deed }?.id
    }

    /// Whether a member of the bureau must look at a contact: another voter has it, it is a member of the staff's own, or
    /// one person gives out many. What waits for approval counts as what was done.
    func isSuspicious(
        _ transaction: borrowing Transaction, _ contact: GivenContact, voter: Voter, by principal: Principal,
        deciding: Bool = false
    ) throws(StoreError) -> Bool {
        var isOwn = false
        if case .mail = contact {
            for member in try register.members(transaction.reading)
            where GivenContact.isSame(contact.bytes, Array(try register.mail(transaction.reading, member).utf8)) {
                isOwn = true
            }
        }
        let others =
            try issuer.otherHolders(transaction.reading, election, key: key, contact, voter: voter.id)
            + waitingElsewhere(transaction.reading, contact, voter: voter.id)
        let hour = clock.now - 3600
        let given =
            try issuer.givenSince(transaction.reading, election, by: principal.text, since: hour)
            + registrar.contactChanges(transaction.reading, election, since: hour).count { $0.by == principal.text }
            + approvals.waitingContacts(transaction.reading, by: principal.text) - (deciding ? 1 : 0)
        if isOwn { try alert(transaction, "contactOfStaff", principal.text) }
        if others > 0 { try alert(transaction, "contactShared", principal.text) }
        if given >= VoterDesk.mostGivenAnHour { try alert(transaction, "manyContacts", principal.text) }
        return isOwn || others > 0 || given >= VoterDesk.mostGivenAnHour
    }

    /// How many requests that wait would give this contact to another voter.
    private func waitingElsewhere(
        _ reading: borrowing Reading, _ contact: GivenContact, voter: Int
    ) throws(StoreError) -> Int {
        try approvals.waiting(reading).count { request in
            guard request.subject != voter, let text = request.order["contact"], !text.isEmpty,
                let route = Route(rawValue: request.order["route"] ?? ""),
                let other = try? GivenContact(text, by: route)
            else { return false }
            return GivenContact.isSame(other.bytes, contact.bytes)
        }
    }

    /// Gives a voter a new identifier in place of the old one, and tells the old contact. Console, interface for programs and
    /// command line all come here.
    func giveIdentifier(
        _ transaction: borrowing Transaction, _ voter: Voter, by route: Route, contact: String?, why: String,
        principal: Principal
    ) throws(StoreError) -> Issuer.Reissue {
        try issuer.reissue(
            transaction, election, key: key, office: directory.office, reference: voter.reference, by: route,
            contact: contact, reason: why, principal: principal)
    }

    /// What an administrator came to who gave a voter a new identifier at the command line.
    package struct LoneReissue: Sendable {
        package let outcome: Issuer.Reissue
        /// Whether a member of the bureau would have had to agree at the console; alerts there say what was odd.
        package let isForBureau: Bool
    }

    /// The same for the command line, which knows one person. A contact that is odd raises the alerts that it raises at the
    /// console, and what is the second half of a takeover is said.
    package func reissueAlone(
        _ transaction: borrowing Transaction, _ voter: Voter, by route: Route, contact: String?, reason: String,
        principal: Principal
    ) throws(StoreError) -> LoneReissue {
        var isForBureau = false
        if let contact, let given = try? GivenContact(contact, by: route) {
            isForBureau = try isSuspicious(transaction, given, voter: voter, by: principal)
            if try wasReset(transaction.reading, voter: voter.id) { isForBureau = true }
        }
        let outcome = try giveIdentifier(
            transaction, voter, by: route, contact: contact, why: reason, principal: principal)
        return LoneReissue(outcome: outcome, isForBureau: isForBureau)
    }

    func carryOut(
        _ transaction: borrowing Transaction, _ order: VoterOrder, _ voter: Voter, by principal: Principal
    ) throws(StoreError) -> Outcome {
        let outcome = try giveIdentifier(
            transaction, voter, by: order.route, contact: order.contact, why: order.why, principal: principal)
        switch outcome {
        case .done(_, let notice, let sheets): return .done(noticeBy: notice, sheets: sheets)
        case .unknownVoter: return .unknownVoter
        case .refused(let reason): return .refused(reason)
        }
    }
}
