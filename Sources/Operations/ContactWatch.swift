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
    /// Mail addresses of the staff.
    let staff: [[UInt8]]
    /// What requests that wait would give: to whom, and what.
    let waiting: [(voter: Int, contact: GivenContact)]
    /// Contacts that this person gave, or asked to give, within the hour.
    let given: Int
}

extension VoterDesk {
    /// What is known now of contacts that `principal` gives.
    /// - Parameter deciding: whether one of this person's requests is being decided; it does not count against itself.
    func contactWatch(
        _ reading: borrowing Reading, by principal: Principal, deciding: Bool = false
    ) throws(StoreError) -> ContactWatch {
        var staff: [[UInt8]] = []
        for member in try register.members(reading) { staff.append(Array(try register.mail(reading, member).utf8)) }
        let hour = clock.now - 3600
        let requests = try approvals.waiting(reading)
        let given =
            try issuer.givenSince(reading, election, by: principal.text, since: hour)
            + registrar.contactChanges(reading, election, since: hour).count { $0.by == principal.text }
            + requests.count { $0.askedBy == principal.text && !$0.contacts.isEmpty } - (deciding ? 1 : 0)
        var waiting = requests.flatMap { request in request.given.map { (request.subject, $0) } }
        for request in requests {
            guard let file = try heldFile(reading, request) else { continue }
            waiting += file.rows.flatMap { row in row.given.map { (row.voter, $0) } }
        }
        return ContactWatch(staff: staff, waiting: waiting, given: given)
    }

    /// Whether a contact is odd by itself: another voter has it or would get it, or it is a member of the staff's own. Raises the
    /// alerts that say so.
    /// - Parameter leaving: voters who are about to leave the roll.
    func isOdd(
        _ transaction: borrowing Transaction, _ contact: GivenContact, voter: Int, leaving: Set<Int> = [],
        _ watch: ContactWatch, by principal: Principal
    ) throws(StoreError) -> Bool {
        var isOwn = false
        if case .mail = contact { isOwn = watch.staff.contains { GivenContact.isSame(contact.bytes, $0) } }
        let others =
            try issuer.otherHolders(transaction.reading, election, key: key, contact, voter: voter, leaving: leaving)
            + watch.waiting.count { $0.voter != voter && GivenContact.isSame($0.contact.bytes, contact.bytes) }
        if isOwn { try alert(transaction, "contactOfStaff", principal.text) }
        if others > 0 { try alert(transaction, "contactShared", principal.text) }
        return isOwn || others > 0
    }

    /// Whether a member of the bureau must look at contacts of one voter: one is odd, or one person gives out many. What waits for
    /// approval counts as what was done.
    /// - Parameter isChange: whether it is a change even where neither a mail address nor a number is given: of a postal address.
    func isSuspicious(
        _ transaction: borrowing Transaction, anyOf contacts: [GivenContact], voter: Voter, by principal: Principal,
        isChange: Bool = false, deciding: Bool = false
    ) throws(StoreError) -> Bool {
        guard isChange || !contacts.isEmpty else { return false }
        let watch = try contactWatch(transaction.reading, by: principal, deciding: deciding)
        var found = watch.given >= VoterDesk.mostGivenAnHour
        if found { try alert(transaction, "manyContacts", principal.text) }
        // Each is looked at, since alerts name what is odd.
        for contact in contacts where try isOdd(transaction, contact, voter: voter.id, watch, by: principal) {
            found = true
        }
        return found
    }

    /// The same for a voter who has no identifier yet: nothing is taken over from them, but another's contact is odd once identifiers
    /// were sent, since theirs would go there.
    func isOddForNewcomer(
        _ transaction: borrowing Transaction, anyOf contacts: [GivenContact], voter: Voter, by principal: Principal
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
        _ transaction: borrowing Transaction, _ contact: GivenContact, voter: Voter, by principal: Principal
    ) throws(StoreError) -> Bool {
        try isSuspicious(transaction, anyOf: [contact], voter: voter, by: principal)
    }
}
