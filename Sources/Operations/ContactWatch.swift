import Authentication
import Delivery
import Elections
import Issuance
import Journal
import Staff
import Store
import VoterRoll

/// What makes a new contact odd, read once for one contact or for a whole file of them.
struct ContactWatch {
    /// What spellings of each of the staff's mail addresses share.
    let staff: Set<String>
    /// What requests that wait would give: to whom, by what spellings of the contact share.
    let waiting: [String: Set<Int>]
    /// Contacts that this person gave, or asked to give, within the hour.
    let given: Int
}

extension VoterSupport {
    /// What is known now of contacts that `principal` gives.
    /// - Parameter decided: the request that is being decided; it does not count against itself.
    func contactWatch(
        _ reading: borrowing Reading, by principal: Principal, but decided: Int? = nil
    ) throws(StoreError) -> ContactWatch {
        var staff: Set<String> = []
        for member in try register.members(reading) {
            staff.insert(PhoneGivenContact.folded(mail: try register.mail(reading, member)))
        }
        let hour = clock.now - 3600
        let requests = try approvals.waiting(reading).filter { $0.id != decided }
        let given =
            try issuer.givenSince(reading, election, by: principal.text, since: hour)
            + registrar.contactChanges.made(reading, election, since: hour).count { $0.by == principal.text }
            + requests.count { $0.askedBy == principal.text && !$0.contacts.isEmpty }
        var waiting: [String: Set<Int>] = [:]
        for request in requests {
            for contact in request.given { waiting[contact.folded, default: []].insert(request.subject) }
            guard let source = request.heldImport else { continue }
            let keys = RollKeys(key, randomness: randomness)
            for row in try registrar.changes.contacts(reading, election, import: source, keys: keys) {
                for contact in row.given { waiting[contact.folded, default: []].insert(row.voter) }
            }
        }
        return ContactWatch(staff: staff, waiting: waiting, given: given)
    }

    /// Whether a contact is odd by itself: another voter has it or would get it, or it is a member of the staff's own. Raises the
    /// alerts that say so.
    /// - Parameter isLeaving: whether a voter is about to leave the roll.
    func isOdd(
        _ transaction: borrowing Transaction, _ contact: PhoneGivenContact, voter: Int,
        isLeaving: (Int) -> Bool = { _ in false }, _ watch: ContactWatch, by principal: Principal
    ) throws(StoreError) -> Bool {
        let folded = contact.folded
        let isOwn = watch.staff.contains(folded)
        let isWaiting = watch.waiting[folded].map { $0.count > ($0.contains(voter) ? 1 : 0) } ?? false
        let others = try issuer.otherHolders(
            transaction.reading, election, key: key, contact, voter: voter, isLeaving: isLeaving)
        let isShared = isWaiting || others > 0
        if isOwn { try alert(transaction, .alertContactOfStaff, principal.text) }
        if isShared { try alert(transaction, .alertContactShared, principal.text) }
        return isOwn || isShared
    }

    /// Whether a member of the bureau must look at contacts of one voter: one is odd, or one person gives out many. What waits for
    /// approval counts as what was done.
    /// - Parameters:
    ///   - isChange: whether it is a change even where neither a mail address nor a number is given: of a postal address.
    ///   - decided: the request that is being decided.
    func isSuspicious(
        _ transaction: borrowing Transaction, anyOf contacts: [PhoneGivenContact], voter: Voter,
        by principal: Principal,
        isChange: Bool = false, but decided: Int? = nil
    ) throws(StoreError) -> Bool {
        guard isChange || !contacts.isEmpty else { return false }
        let watch = try contactWatch(transaction.reading, by: principal, but: decided)
        var found = watch.given >= VoterSupport.mostGivenAnHour
        if found { try alert(transaction, .alertManyContacts, principal.text) }
        // Each is looked at, since alerts name what is odd.
        for contact in contacts where try isOdd(transaction, contact, voter: voter.id, watch, by: principal) {
            found = true
        }
        return found
    }

    /// The same for a voter who has no identifier yet: nothing is taken over from them, but another's contact is odd once identifiers
    /// were sent, since theirs would go there.
    func isOddForNewcomer(
        _ transaction: borrowing Transaction, anyOf contacts: [PhoneGivenContact], voter: Voter, by principal: Principal
    ) throws(StoreError) -> Bool {
        guard !contacts.isEmpty, try issuer.hasIssued(transaction.reading, election: election.number) else {
            return false
        }
        let watch = try contactWatch(transaction.reading, by: principal)
        var found = false
        for contact in contacts where try isOdd(transaction, contact, voter: voter.id, watch, by: principal) {
            found = true
        }
        return found
    }

    /// The same of one contact.
    func isSuspicious(
        _ transaction: borrowing Transaction, _ contact: PhoneGivenContact, voter: Voter, by principal: Principal
    ) throws(StoreError) -> Bool {
        try isSuspicious(transaction, anyOf: [contact], voter: voter, by: principal)
    }
}
