package import Contacts
package import Crypto
import Delivery
package import Elections
package import Issuance
package import Journal
package import Store
package import VoterRoll

/// The voters of one election.
package struct VoterDirectory: AccountDirectory {
    /// The election whose roll this is.
    package let election: StoredElection
    /// Opens contacts and finds identifiers by their hash.
    package let key: ElectionKey
    /// The templates of messages, with the election's own values.
    package let messageTemplates: MessageTemplates
    /// Identifiers and their renewals.
    package let issuer: Issuer
    /// The roll: names, contacts, answers.
    package let registrar: Registrar

    /// All five are of one election.
    package init(
        election: StoredElection, key: ElectionKey, messageTemplates: MessageTemplates, issuer: Issuer,
        registrar: Registrar
    ) {
        (self.election, self.key, self.messageTemplates) = (election, key, messageTemplates)
        (self.issuer, self.registrar) = (issuer, registrar)
    }

    /// The voter behind an identifier, with a renewal that was not used yet; nil when nobody holds it.
    package func account(_ reading: borrowing Reading, hash: [UInt8]) throws(StoreError) -> Account? {
        let holders = try issuer.holders(reading, election, hash: hash)
        guard let last = holders.last else { return nil }
        // With `keep` a renewal carries the identifier of the generation that it will replace.
        let mine = holders.filter { $0.voter == last.voter }.sorted { $0.generation > $1.generation }
        return Account(
            principal: .voter(last.voter), generation: last.generation,
            generations: mine.map {
                Account.Generation(
                    number: $0.generation, secretHash: $0.secretHash, isPending: $0.isPending, createdAt: $0.createdAt)
            },
            // Whoever asks for a renewal does not choose the way of the next codes.
            route: (mine.first { !$0.isPending } ?? last).route, printedCode: mine.lazy.compactMap(\.codeHash).first)
    }

    /// Whether an identifier of this generation was neither ended nor replaced; false for staff.
    package func isLive(
        _ reading: borrowing Reading, _ principal: Principal, generation: Int
    ) throws(StoreError) -> Bool {
        guard case .voter(let id) = principal else { return false }
        return try issuer.isLive(reading, voter: id, generation: generation)
    }

    /// Mail, SMS, both or none: what reaches the voter now. A letter carries no code of its own.
    package func routes(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> [Channel] {
        guard let voter = try voter(reading, principal) else { return [] }
        return try issuer.reach(reading, election, key: key, messageTemplates: messageTemplates, voter: voter).routes
    }

    /// When a contact was given on the phone, corrected or changed by a file last; nil when never, and for staff.
    package func contactMoved(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> Int? {
        guard case .voter(let id) = principal else { return nil }
        let times = [try issuer.lastGiven(reading, voter: id), try registrar.contactChanges.last(reading, voter: id)]
        return times.compactMap(\.self).max()
    }

    /// The Argon2id hash of the voter's answer on the roll; nil where the roll holds none.
    package func challenge(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> String? {
        guard case .voter(let id) = principal else { return nil }
        return try registrar.challenge(reading, voter: id)
    }

    /// The keyed hash of the secret that was sent with the identifier in use; nil where none was.
    package func sentSecret(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> [UInt8]? {
        guard case .voter(let id) = principal else { return nil }
        return try issuer.sentSecret(reading, voter: id)
    }

    /// As the roll says; nil for who is not on it.
    package func language(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> Language? {
        try voter(reading, principal)?.language
    }

    /// Both names alone and together, and the reference: a secret made of them is refused.
    package func names(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> [String] {
        guard let voter = try voter(reading, principal) else { return [] }
        return [
            voter.firstName, voter.lastName, "\(voter.firstName) \(voter.lastName)",
            "\(voter.lastName) \(voter.firstName)", voter.reference,
        ]
    }

    /// Queues a message to a voter; returns its number, nil when this channel does not reach them.
    package func send(
        _ transaction: borrowing Transaction, _ principal: Principal, _ note: VoterNotification
    ) throws(StoreError) -> Int? {
        guard let voter = try voter(transaction.reading, principal) else { return nil }
        return try issuer.send(transaction, election, key: key, messageTemplates: messageTemplates, voter: voter, note)
    }

    /// Ends the identifier that a renewal replaces; for one without a renewal nothing happens.
    package func complete(
        _ transaction: borrowing Transaction, _ principal: Principal, generation: Int
    ) throws(StoreError) {
        guard case .voter(let id) = principal else { return }
        try issuer.complete(transaction, election, voter: id, generation: generation)
    }

    /// Where a voter can be reached now.
    package func contacts(_ reading: borrowing Reading, _ voter: Voter) throws(StoreError) -> VoterContacts {
        try issuer.reach(reading, election, key: key, messageTemplates: messageTemplates, voter: voter).contacts
    }

    /// Tells a voter that a vote of theirs was recorded; nobody is told by letter.
    /// - Parameters:
    ///   - round: tells one telling from the next: seconds since 1970.
    ///   - date: what the message says of when it was written; nil for now.
    package func tellOfVote(
        _ transaction: borrowing Transaction, _ voter: Int, round: Int, date: Int? = nil
    ) throws(StoreError) {
        let principal = Principal.voter(voter)
        guard let route = try routes(transaction.reading, principal).first(where: { $0 != .letter }) else { return }
        var note = VoterNotification(.voteRecorded, by: route, priority: .batch, generation: round)
        note.date = date
        _ = try send(transaction, principal, note)
    }

    /// The voter behind a principal.
    package func voter(_ reading: borrowing Reading, _ principal: Principal) throws(StoreError) -> Voter? {
        guard case .voter(let id) = principal else { return nil }
        return try registrar.voter(reading, id: id)
    }
}
