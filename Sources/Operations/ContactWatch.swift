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

    let context: OperationContext

    /// What is known now of contacts that `principal` gives.
    /// - Parameter decided: the request that is being decided; it does not count against itself.
    init(
        _ context: OperationContext, _ reading: borrowing Reading, by principal: Principal, but decided: Int? = nil
    ) throws(StoreError) {
        let (register, approvals, registrar) = (context.register, context.approvals, context.registrar)
        let election = context.election
        var staff: Set<String> = []
        for member in try register.members(reading) {
            staff.insert(PhoneGivenContact.folded(mail: try register.mail(reading, member)))
        }
        let hour = context.clock.now - 3600
        let requests = try approvals.waiting(reading).filter { $0.id != decided }
        let given =
            try context.issuer.givenSince(reading, election, by: principal.text, since: hour)
            + registrar.contactChanges.made(reading, election, since: hour).count { $0.by == principal.text }
            + requests.count { $0.askedBy == principal.text && !$0.contacts.isEmpty }
        var waiting: [String: Set<Int>] = [:]
        for request in requests {
            for contact in request.given { waiting[contact.folded, default: []].insert(request.subject) }
            guard let source = request.heldImport else { continue }
            for row in try registrar.changes.contacts(reading, election, import: source, keys: context.keys) {
                for contact in row.given { waiting[contact.folded, default: []].insert(row.voter) }
            }
        }
        (self.staff, self.waiting, self.given, self.context) = (staff, waiting, given, context)
    }

    /// Whether a contact is odd by itself: another voter has it or would get it, or it is a member of the staff's own. Raises the
    /// alerts that say so.
    /// - Parameter isLeaving: whether a voter is about to leave the roll.
    func isOdd(
        _ transaction: borrowing Transaction, _ contact: PhoneGivenContact, voter: Int,
        isLeaving: (Int) -> Bool = { _ in false }, by principal: Principal
    ) throws(StoreError) -> Bool {
        let folded = contact.folded
        let isOwn = staff.contains(folded)
        let isWaiting = waiting[folded].map { $0.count > ($0.contains(voter) ? 1 : 0) } ?? false
        let others = try context.issuer.otherHolders(
            transaction.reading, context.election, key: context.key, contact, voter: voter, isLeaving: isLeaving)
        let isShared = isWaiting || others > 0
        if isOwn { try Alerts(context).raise(transaction, .alertContactOfStaff, principal.text) }
        if isShared { try Alerts(context).raise(transaction, .alertContactShared, principal.text) }
        return isOwn || isShared
    }
}
