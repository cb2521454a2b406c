package import Contacts
package import Crypto
import Delivery
package import Elections
import Journal
package import Store
package import VoterRoll

/// Who holds an identifier that can be used.
package struct IdentifierHolder: Sendable {
    /// The voter's number on the roll.
    package let voter: Int
    /// Which of the voter's identifiers it is, from 1.
    package let generation: Int
    /// A renewal that its voter asked for and has not used yet.
    package let isPending: Bool
    /// The channel by which it was sent: the code at sign-in goes by another one where the policy says so.
    package let route: Channel
    /// Of the connection code printed beside it.
    package let codeHash: [UInt8]?
    /// Of the secret that was sent with it.
    package let secretHash: [UInt8]?
    /// When it was made, seconds since 1970.
    package let createdAt: Int
}

extension Issuer {
    /// Seconds for which a renewal may be used.
    package static let pendingSeconds = 86_400

    /// What identifiers, printed codes and generated secrets are looked up by.
    package static func lookup(_ key: ElectionKey) -> LookupKey { LookupKey(key.subkey(.identifiers)) }

    /// The holders of an identifier by its hash: none, one, or two where a pending renewal carries the same one.
    package func holders(
        _ reading: borrowing Reading, _ election: StoredElection, hash: [UInt8]
    ) throws(StoreError) -> [IdentifierHolder] {
        try reading.all(
            """
            SELECT voter, generation, state = 'pending', route, code_hash, secret_hash, created_at
            FROM issuance_identifier WHERE election = ? AND hash = ? AND state IN ('active', 'pending')
                AND (state = 'active' OR created_at > ?) ORDER BY generation
            """, election.number, hash, clock.now - Issuer.pendingSeconds
        ) { (row: borrowing Row) throws(StoreError) in
            IdentifierHolder(
                voter: try row[0], generation: try row[1], isPending: try row[2], route: try row.value(3),
                codeHash: try row[4], secretHash: try row[5], createdAt: try row[6])
        }
    }

    /// The hash of the secret that was sent with a voter's identifier in use; nil where none was.
    package func sentSecret(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> [UInt8]? {
        try reading.first(
            "SELECT secret_hash FROM issuance_identifier WHERE voter = ? AND state = 'active'", voter
        ) { (row: borrowing Row) throws(StoreError) -> [UInt8]? in try row[0] } ?? nil
    }

    /// The hashes of a voter's identifiers in use, for which attempts are counted.
    package func hashes(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> [[UInt8]] {
        /// All that are not revoked, those on unposted letters among them.
        try reading.all(
            "SELECT hash FROM issuance_identifier WHERE voter = ? AND state <> 'revoked'", voter
        ) { (row: borrowing Row) throws(StoreError) -> [UInt8] in try row[0] }
    }

    /// Whether a generation of a voter's identifier can be used.
    package func isLive(_ reading: borrowing Reading, voter: Int, generation: Int) throws(StoreError) -> Bool {
        try reading.number(
            "SELECT count(*) FROM issuance_identifier WHERE voter = ? AND generation = ? AND state IN ('active', 'pending')",
            voter, generation) == 1
    }

    /// Sends a voter a pending identifier: it takes nothing away until it has been used.
    /// - Returns: whether the voter can be reached by this channel.
    package func renew(
        _ transaction: borrowing Transaction, _ election: StoredElection, key: ElectionKey,
        messageTemplates: MessageTemplates,
        voter: Voter, by route: Channel
    ) throws(StoreError) -> Bool {
        try IssueSession(self, IssuanceContext(election, key: key, messageTemplates: messageTemplates)).renew(
            transaction, voter, by: route)
    }

    /// Ends every other identifier of a voter who has signed in with this one.
    /// A generation that is not pending changes nothing.
    /// - Returns: whether it was pending until now.
    @discardableResult
    package func complete(
        _ transaction: borrowing Transaction, _ election: StoredElection, voter: Int, generation: Int
    ) throws(StoreError) -> Bool {
        let isPending = try transaction.reading.number(
            "SELECT count(*) FROM issuance_identifier WHERE voter = ? AND generation = ? AND state = 'pending'", voter,
            generation)
        guard isPending == 1 else { return false }
        try close(transaction, election, voter: voter)
        try transaction.execute(
            """
            UPDATE issuance_identifier SET state = 'revoked', ended_at = ?, reason = 'renewed by its voter'
            WHERE voter = ? AND generation <> ? AND state <> 'revoked'
            """, clock.now, voter, generation)
        try transaction.execute(
            "UPDATE issuance_identifier SET state = 'active' WHERE voter = ? AND generation = ?", voter, generation)
        try journal.record(
            transaction, election: election.election.id, by: .voter(voter), .identifierRenewed,
            ["generation": "\(generation)"])
        return true
    }

    /// Ends an election's renewals that nobody used in time.
    package func expirePending(
        _ transaction: borrowing Transaction, _ election: StoredElection
    ) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE issuance_identifier SET state = 'revoked', ended_at = ?1, reason = 'not used in time'
            WHERE state = 'pending' AND created_at <= ?2 AND election = ?3
            """, clock.now, clock.now - Issuer.pendingSeconds, election.number)
    }

    /// Where a voter can be reached now, and by which channels something may be sent.
    /// The channels are mail and SMS alone: no code goes by letter.
    package func reach(
        _ reading: borrowing Reading, _ election: StoredElection, key: ElectionKey, messageTemplates: MessageTemplates,
        voter: Voter
    ) throws(StoreError) -> (contacts: VoterContacts, routes: [Channel]) {
        let session = IssueSession(self, IssuanceContext(election, key: key, messageTemplates: messageTemplates))
        let contacts = try session.contacts(reading, voter)
        return (contacts, session.routes(voter, contacts))
    }

    /// How many voters no channel of the election leads to, as `issueAll` finds out: by the roll's contacts and those given on
    /// the phone, and the prefixes that SMS may go to.
    package func countUnreachable(
        _ reading: borrowing Reading, _ election: StoredElection, key: ElectionKey, messageTemplates: MessageTemplates
    ) throws(StoreError) -> Int {
        let session = IssueSession(self, IssuanceContext(election, key: key, messageTemplates: messageTemplates))
        var count = 0
        try registrar.each(reading, election) { voter, sealed throws(StoreError) in
            let contacts = try session.effectiveContacts(reading, voter, sealed)
            if Channel.allCases.allSatisfy({ session.obstacle(voter, contacts, $0) != nil }) { count += 1 }
        }
        return count
    }

    /// The references of the voters whose contacts do not open, those given on the phone among them. Everybody's are looked at.
    package func unreadable(
        _ reading: borrowing Reading, _ election: StoredElection, key: ElectionKey, messageTemplates: MessageTemplates
    ) throws(StoreError) -> [String] {
        let session = IssueSession(self, IssuanceContext(election, key: key, messageTemplates: messageTemplates))
        var found: [String] = []
        try registrar.each(reading, election) { voter, sealed throws(StoreError) in
            do throws(StoreError) { _ = try session.effectiveContacts(reading, voter, sealed) } catch {
                guard error.kind == .damaged else { throw error }
                found.append(voter.reference)
            }
        }
        return found
    }

    /// Queues a message that carries no identifier; returns its number, nil when the voter cannot be reached so.
    package func send(
        _ transaction: borrowing Transaction, _ election: StoredElection, key: ElectionKey,
        messageTemplates: MessageTemplates,
        voter: Voter, _ note: VoterNotification
    ) throws(StoreError) -> Int? {
        let session = IssueSession(self, IssuanceContext(election, key: key, messageTemplates: messageTemplates))
        return try session.send(transaction, voter, try session.contacts(transaction.reading, voter), note)
    }
}
