package import Authentication
package import Contacts
import Crypto
import Delivery
package import Elections
package import Issuance
package import Journal
package import Store

/// The staff as the authenticator knows them: by mail alone, without anything that a roll holds.
package struct StaffDirectory: AccountDirectory {
    /// Whose members sign in by the staff's authenticator.
    package let register: StaffRegister

    /// The staff of the register's election.
    package init(_ register: StaffRegister) { self.register = register }

    /// The member behind an identifier; nil for one that was removed, waits to be confirmed, or did not come in time.
    package func account(_ reading: borrowing Reading, hash: [UInt8]) throws(StoreError) -> Account? {
        guard let member = try register.member(reading, hash: hash), try !register.isExpired(reading, member) else {
            return nil
        }
        return Account(
            principal: member.principal, generation: member.generation,
            generations: [Account.Generation(number: member.generation, secretHash: nil, isPending: false)],
            route: .email, printedCode: nil)
    }

    /// Whether a session or a request of this generation still counts: a renewal, a removal or an unused fortnight
    /// ends it.
    package func isLive(
        _ reading: borrowing Reading, _ principal: Principal, generation: Int
    ) throws(StoreError) -> Bool {
        guard let member = try member(reading, principal), member.generation == generation else { return false }
        return try !register.isExpired(reading, member)
    }

    /// Mail, for everybody who is in force.
    package func routes(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> [Channel] {
        try member(reading, principal) == nil ? [] : [.email]
    }

    /// Nil: the roll's question is for voters.
    package func challenge(_ reading: borrowing Reading, _ principal: Principal) -> String? { nil }

    /// Nil: a member's contact is changed by members alone, who confirm it.
    package func contactMoved(_ reading: borrowing Reading, _ principal: Principal) -> Int? { nil }

    /// Nil: members choose their passphrase.
    package func sentSecret(_ reading: borrowing Reading, _ principal: Principal) -> [UInt8]? { nil }

    /// As it was given when they were added; nil for who is no member.
    package func language(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> Language? {
        guard case .staff(let name) = principal else { return nil }
        return try register.member(reading, name: name)?.language
    }

    /// Full name and short name: a passphrase made of them is refused.
    package func names(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> [String] {
        try member(reading, principal).map { [$0.fullName, $0.name] } ?? []
    }

    /// Queues a code, or word of a changed passphrase, in the staff's words; nil for every other kind and for who is
    /// not in force.
    package func send(
        _ transaction: borrowing Transaction, _ principal: Principal, _ note: VoterNotification
    ) throws(StoreError) -> Int? {
        guard let member = try member(transaction.reading, principal) else { return nil }
        // The voters' words would be wrong here; what has no words for staff is not sent.
        let kind: MessageKind
        switch note.kind {
        case .code, .resetCode: kind = .staffCode
        case .secretChanged: kind = .staffSecretChanged
        default: return nil
        }
        return try register.queue(
            transaction, member,
            VoterNotification(
                kind, by: .email, priority: note.priority, generation: note.generation, values: note.values,
                expiresAt: note.expiresAt))
    }

    /// Does nothing: a member's renewal takes effect when it is sent.
    package func complete(_ transaction: borrowing Transaction, _ principal: Principal, generation: Int) {}

    private func member(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> StaffMember? {
        guard case .staff(let name) = principal else { return nil }
        // An account that waits for a second person's word is nobody's yet.
        guard let member = try register.member(reading, name: name), !member.isWaiting else { return nil }
        return member
    }
}
