import Authentication
import Delivery
import Elections
import Issuance
import Journal
import Staff
import Store
import VoterRoll

/// Which new contacts of one voter a member of the bureau must look at: those by which somebody might get another's identifier.
package struct ContactRules: StaffOperation {
    let context: OperationContext

    init(_ context: OperationContext) { self.context = context }

    /// New contacts that one person may give in an hour; further ones need a member of the bureau.
    package static let mostGivenAnHour = 20

    /// Whether a new contact is the bureau's to approve: an odd one, or, after a reset of the passphrase, the other half of a
    /// takeover.
    func needsBureau(
        _ transaction: borrowing Transaction, _ contact: PhoneGivenContact, voter: Voter, by principal: Principal
    ) throws(StoreError) -> Bool {
        let isSuspicious = try isSuspicious(transaction, anyOf: [contact], voter: voter, by: principal)
        return try TakeoverRule(context).wasReset(transaction.reading, voter: voter.id) || isSuspicious
    }

    /// Whether a member of the bureau must look at contacts of one voter: one is odd, or one person gives out many. What waits for
    /// approval counts as what was done.
    /// - Parameters:
    ///   - isChange: whether it is a change even where neither a mail address nor a number is given: of a postal address.
    ///   - decided: the request that is being decided.
    func isSuspicious(
        _ transaction: borrowing Transaction, anyOf contacts: [PhoneGivenContact], voter: Voter,
        by principal: Principal, isChange: Bool = false, but decided: Int? = nil
    ) throws(StoreError) -> Bool {
        guard isChange || !contacts.isEmpty else { return false }
        let watch = try ContactWatch(context, transaction.reading, by: principal, but: decided)
        var found = watch.given >= ContactRules.mostGivenAnHour
        if found { try Alerts(context).raise(transaction, .alertManyContacts, principal.text) }
        // Each is looked at, since alerts name what is odd.
        for contact in contacts where try watch.isOdd(transaction, contact, voter: voter.id, by: principal) {
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
        let watch = try ContactWatch(context, transaction.reading, by: principal)
        var found = false
        for contact in contacts where try watch.isOdd(transaction, contact, voter: voter.id, by: principal) {
            found = true
        }
        return found
    }
}
