import Contacts
import Crypto
import Delivery
import Elections
import Issuance
package import Journal
package import Store

/// How an account that decides comes into force, so that nobody is two persons.
///
///     one member       StaffRegister        all members      a second member
///       | add ----------> | it waits         |                  |
///       |                 | mail ----------->|                  |
///       |                 | <---------------------- confirm --- |  (whose chain of makers does not meet the first's)
///       |                 | identifier, mail |                  |
extension StaffRegister {
    /// Seconds for which a new account decides nothing once identifiers were issued: time for everybody to read the mail that
    /// says that it is there, and to object.
    package static let newSeconds = 86_400

    /// Why an account is not confirmed.
    package enum ConfirmDenial: Sendable, Equatable {
        /// There is none of this name that waits.
        case gone
        /// Whoever confirms may be the person who made it.
        case samePerson
        /// The account that confirms is too new to decide; it may from this time on.
        case tooNew(until: Int)
    }

    /// Brings an account into force that a member added; nil when it is done.
    package func confirm(
        _ transaction: borrowing Transaction, name: String, by principal: Principal
    ) throws(StoreError) -> ConfirmDenial? {
        guard let member = try member(transaction.reading, name: name), member.isWaiting else { return .gone }
        let until = try decidesAt(transaction.reading, principal)
        guard until <= clock.now else { return .tooNew(until: until) }
        let chains = MakerChains(election: election.number)
        guard try !chains.meet(transaction.reading, member.principal.text, principal.text) else { return .samePerson }
        try transaction.execute(
            "UPDATE staff_member SET confirmed_by = ? WHERE id = ? AND in_force_at IS NULL", principal.text, member.id)
        try enforce(transaction, member.id, member.role)
        let identifier = SymbolCode.random(count: StaffRegister.identifierCount, from: randomness)
        try transaction.execute("UPDATE staff_member SET hash = ? WHERE id = ?", hash(identifier), member.id)
        try send(transaction, identifier, to: member.id, generation: member.generation)
        try journal.record(
            transaction, election: election.election.id, by: principal, .staffConfirm,
            ["name": name, "role": member.role.rawValue, "addedBy": member.addedBy])
        try tellAll(transaction, of: name, by: principal, isWaiting: false)
        return nil
    }

    /// Brings an account into force; one that decides waits a day for that once identifiers were issued.
    func enforce(_ transaction: borrowing Transaction, _ id: Int, _ role: StaffRole) throws(StoreError) {
        let isIssued = try Issuer.hasIssued(transaction.reading, election: election.number)
        let isLate = role.may(.decide) && isIssued
        try transaction.execute(
            "UPDATE staff_member SET in_force_at = ?1, decides_at = ?2 WHERE id = ?3", clock.now,
            isLate ? clock.now + StaffRegister.newSeconds : 0, id)
    }

    /// From when on somebody decides on what others ask for; a token decides no sooner than the member who made it.
    package func decidesAt(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> Int {
        var latest = 0
        for name in try MakerChains(election: election.number).owner(reading, principal.text) {
            guard case .staff(let member)? = Principal(text: name) else { continue }
            latest = max(
                latest,
                try reading.number(
                    "SELECT coalesce(max(decides_at), 0) FROM staff_member WHERE election = ? AND name = ?",
                    election.number, member))
        }
        return latest
    }

    /// Whether two accounts may be one person.
    package func areOne(
        _ reading: borrowing Reading, _ left: Principal, _ right: Principal
    ) throws(StoreError) -> Bool {
        try MakerChains(election: election.number).meet(reading, left.text, right.text)
    }

    /// Tells every member that an account was added that decides.
    func tellAll(
        _ transaction: borrowing Transaction, of name: String, by principal: Principal, isWaiting: Bool
    ) throws(StoreError) {
        guard let newcomer = try member(transaction.reading, name: name) else { return }
        for member in try members(transaction.reading) where !member.isWaiting && member.id != newcomer.id {
            try queue(
                transaction, member,
                VoterNotification(
                    isWaiting ? .staffWaiting : .staffNewcomer, by: .email, priority: .recovery,
                    generation: newcomer.id,
                    values: [
                        "name": newcomer.fullName, "role": StaffRegister.word(newcomer.role, member.language),
                        "by": principal.text, "console": link("/staff"),
                    ]))
        }
    }
}
