package import Contacts
package import Crypto
package import Delivery
package import Elections
package import Journal
package import Store
package import VoterRoll

/// Gives each voter an identifier, once, by a channel; reissues; withdraws.
///
///     manager        Issuer                      outbox           relay, printer
///       | issue -----> |                            |                  |
///       |              | one transaction per chunk: |                  |
///       |              |  identifier (hash only)    |                  |
///       |              |  sealed message ---------->|                  |
///       |              |                            | (later) -------->|
///       | reissue ---> | one transaction:           |                  |
///       |              |  old one revoked, or kept  |                  |
///       |              |   until a letter is posted |                  |
///       |              |  new one, message -------->|                  |
///       |              |  notice to old contact --->|                  |
/// Its functions take the caller's transaction, but for `issueAll`; whatever makes an identifier also queues the
/// message that carries it, so that neither is there without the other.
package struct Issuer: Sendable {
    let outbox: Outbox
    let registrar: Registrar
    let journal: AuditJournal
    let clock: Clock
    let randomness: Randomness

    /// E.164 prefixes that SMS may go to.
    let smsPrefixes: [String]

    /// - Parameter smsPrefixes: E.164 prefixes that SMS may go to, as the courier has them.
    package init(
        outbox: Outbox, registrar: Registrar, journal: AuditJournal, clock: Clock, randomness: Randomness,
        smsPrefixes: [String] = SMSPolicy().prefixes
    ) {
        (self.outbox, self.registrar, self.journal) = (outbox, registrar, journal)
        (self.clock, self.randomness, self.smsPrefixes) = (clock, randomness, smsPrefixes)
    }

    /// A printed sheet.
    package struct Sheet: Sendable, Equatable {
        /// The batch's number, as people name it.
        package let batch: Int
        /// The letter's number in the batch, from 1.
        package let number: Int

        /// The sheet with this number of this batch.
        package init(batch: Int, number: Int) { (self.batch, self.number) = (batch, number) }
    }

    /// What an issue did.
    package struct Outcome: Sendable {
        /// Identifiers made, by channel.
        package var issued: [Channel: Int] = [:]
        /// References of voters who cannot be reached, the first few, and how many there are.
        package var unreachable: [String] = []
        /// Voters without a contact for a channel of the election, or without an identifier in the scheme.
        package var unreachableCount = 0
        /// Voters who had an identifier in force or on its way by post.
        package var alreadyHad = 0

        private static let shown = 50

        /// Counts a voter who was not served.
        mutating func miss(_ voter: Voter) {
            unreachableCount += 1
            if unreachable.count < Outcome.shown { unreachable.append(voter.reference) }
        }

        /// Identifiers made, by all channels.
        package var issuedCount: Int { issued.values.reduce(0, +) }
    }

    /// Voters handled in one transaction: a few tens of milliseconds, so that nobody else waits.
    static let chunk = 1000

    /// Issues an identifier to every voter who has none. Running it again issues only what is missing.
    /// - Parameter forced: the channel to use for everybody, where they have a contact for it.
    /// - Throws: an error of the store. What earlier chunks issued stays, and the next call goes on from there.
    package func issueAll(
        _ store: Store, _ context: IssuanceContext, forced: Channel?, by principal: Principal,
        progress: (Int) -> Void = { _ in }
    ) throws(StoreError) -> Outcome {
        var outcome = Outcome()
        let session = IssueSession(self, context)
        var last = 0
        while true {
            var chunkOutcome = outcome
            let reached = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Int? in
                try session.issueChunk(
                    transaction, after: last, forced: forced, by: principal, &chunkOutcome)
            }
            outcome = chunkOutcome
            guard let reached else { return outcome }
            last = reached
            progress(outcome.issuedCount)
        }
    }

    /// What a reissue came to.
    package enum Reissue: Sendable, Equatable {
        /// `sheets` are printed and not posted yet: they must be taken out of the pile. `keepsOld`: the one in use works
        /// until the new one's letter is posted.
        /// `generation` is the new identifier's, `noticeBy` the channel of the first word to an old contact, nil where
        /// none was sent.
        case done(generation: Int, noticeBy: Channel?, sheets: [Sheet], keepsOld: Bool)
        /// Nobody with this reference is on the roll.
        case unknownVoter
        /// The contact is refused, or there is none, for this reason.
        case refused(ReissueRefusal)
    }

    /// Revokes a voter's identifiers and sends a new one.
    /// The transaction must be given up when it throws: old identifiers are revoked by then.
    /// - Returns: what was done; with `.refused` and `.unknownVoter` the store is as it was.
    /// - Throws: an error of the store; `.constraint` where the scheme has no other identifier for this voter.
    package func reissue(
        _ transaction: borrowing Transaction, _ context: IssuanceContext, reference: String, _ order: ReissueOrder
    ) throws(StoreError) -> Reissue {
        guard let voter = try registrar.voter(transaction.reading, context.election, reference: reference) else {
            return .unknownVoter
        }
        return try IssueSession(self, context).reissue(transaction, voter, order)
    }

    /// Of some voters, by number, those who can be sent an identifier by a channel, up to a limit; how many of those looked
    /// at cannot, and how many were not looked at.
    package func reachable(
        _ reading: borrowing Reading, _ context: IssuanceContext, among voters: [Int], by route: Channel, limit: Int
    ) throws(StoreError) -> (voters: [Int], unreachable: Int, left: Int) {
        try IssueSession(self, context).reachable(reading, voters, by: route, limit: limit)
    }

    /// The sheets of a voter that are printed and not posted.
    /// Notices are left out: they carry no identifier.
    /// - Parameter sparesUsed: whether one stays out whose identifier is in use: its batch is being marked as posted.
    package func sheetsInHand(
        _ reading: borrowing Reading, voter: Int, sparesUsed: Bool = false
    ) throws(StoreError) -> [Sheet] {
        try reading.all(
            """
            SELECT issuance_batch.number, issuance_letter.number FROM issuance_letter
            JOIN issuance_batch ON issuance_batch.id = issuance_letter.batch
            JOIN issuance_identifier USING (voter, generation)
            WHERE voter = ? AND issuance_letter.state = 'printed' AND carries = 1 AND issuance_batch.state = 'printed'
                AND NOT (? AND issuance_identifier.state = 'active')
            ORDER BY 1, 2
            """, voter, sparesUsed
        ) { (row: borrowing Row) throws(StoreError) in Sheet(batch: try row[0], number: try row[1]) }
    }

    /// Gives messages that have not left a voter's corrected contacts; returns how many there were.
    /// Contacts given on the phone are not touched.
    package func readdress(
        _ transaction: borrowing Transaction, _ election: StoredElection, key: ElectionKey, voter: Int
    ) throws(StoreError) -> Int {
        let contacts = try registrar.contacts(
            transaction.reading, election, voter: voter, keys: RollKeys(key, randomness: randomness))
        var count = 0
        for (route, recipient) in [
            (Channel.email, contacts.mail.map { Array($0.text.utf8) }),
            (.sms, contacts.mobile.map { Array($0.text.utf8) }),
            (.letter, contacts.address.map(\.stored)),
        ] {
            guard let recipient else { continue }
            let held = try transaction.reading.number(
                "SELECT count(*) FROM issuance_contact WHERE voter = ? AND route = ?", voter, route.rawValue)
            // What was given on the phone for this voter stays.
            guard held == 0 else { continue }
            let changed = try outbox.readdress(
                transaction, election: election.number, key: key, subject: voter, route: route, to: recipient)
            guard changed > 0 else { continue }
            count += changed
            let sealer = Sealer(key: key.subkey(.identifiers), randomness: randomness)
            try transaction.execute(
                "UPDATE issuance_identifier SET contact = ? WHERE voter = ? AND route = ? AND state <> 'revoked'",
                sealer.seal(recipient, associated: IssueSession.contactPlace(election, voter)), voter, route.rawValue)
        }
        try outbox.holdNews(transaction, election)
        return count
    }

    /// Takes back what still waits for a voter who has finished voting; returns how many messages.
    /// Only messages that have not left; word that warns of something stays.
    @discardableResult
    package func close(
        _ transaction: borrowing Transaction, _ election: StoredElection, voter: Int
    ) throws(StoreError) -> Int {
        try transaction.execute(
            """
            UPDATE issuance_letter SET state = 'withdrawn' WHERE voter = ? AND state = 'printed'
                AND batch IN (SELECT id FROM issuance_batch WHERE state IN ('gathering', 'printing', 'printed'))
            """, voter)
        return try outbox.withdraw(transaction, election: election.number, subject: voter)
    }

    /// Revokes every live identifier of a voter, and what still waits for them.
    /// - Returns: how many identifiers were in force or on their way.
    @discardableResult
    package func revoke(
        _ transaction: borrowing Transaction, _ election: StoredElection, voter: Int, reason: String
    ) throws(StoreError) -> Int {
        try close(transaction, election, voter: voter)
        return try transaction.execute(
            """
            UPDATE issuance_identifier SET state = 'revoked', ended_at = ?, reason = ?
            WHERE voter = ? AND state <> 'revoked'
            """, clock.now, reason, voter)
    }

    /// Revokes what of a voter's identifiers is not in use: on a letter that is not posted, or asked for by its voter and not
    /// used yet. The one in use stays, with what still waits for it.
    func revokeUnused(
        _ transaction: borrowing Transaction, _ election: StoredElection, voter: Int, reason: String
    ) throws(StoreError) {
        let unused = try transaction.reading.all(
            "SELECT generation FROM issuance_identifier WHERE voter = ? AND state IN ('unposted', 'pending')", voter
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        for generation in unused {
            try transaction.execute(
                """
                UPDATE issuance_letter SET state = 'withdrawn'
                WHERE voter = ? AND generation = ? AND carries = 1 AND state = 'printed'
                    AND batch IN (SELECT id FROM issuance_batch WHERE state IN ('gathering', 'printing', 'printed'))
                """, voter, generation)
            try outbox.withdraw(transaction, election: election.number, subject: voter, identifier: generation)
            _ = try revoke(transaction, voter: voter, generation: generation, reason: reason)
        }
    }

    /// Makes the identifier on a posted letter the one in use; the one that was kept until now ends, and with it its sessions.
    /// - Returns: whether there was one.
    func putInUse(
        _ transaction: borrowing Transaction, _ election: StoredElection, letter message: Int, by principal: Principal
    ) throws(StoreError) -> Bool {
        let posted = try transaction.reading.first(
            """
            SELECT voter, generation FROM issuance_letter JOIN issuance_identifier USING (voter, generation)
            WHERE message = ? AND issuance_letter.state = 'printed' AND carries = 1
                AND issuance_identifier.state = 'unposted'
            """, message
        ) { (row: borrowing Row) throws(StoreError) -> (voter: Int, generation: Int) in (try row[0], try row[1]) }
        guard let posted else { return false }
        let kept = try generationInUse(transaction.reading, voter: posted.voter)
        if let kept {
            _ = try revoke(transaction, voter: posted.voter, generation: kept, reason: "the next one was posted")
            try outbox.withdraw(transaction, election: election.number, subject: posted.voter, identifier: kept)
            let voter = try registrar.voter(transaction.reading, id: posted.voter)
            try journal.record(
                transaction, election: election.election.id, by: principal, .identifierReplaced,
                [
                    "reference": voter?.reference ?? "", "ended": "\(kept)", "inUse": "\(posted.generation)",
                ])
        }
        try transaction.execute(
            "UPDATE issuance_identifier SET state = 'active' WHERE voter = ? AND generation = ?", posted.voter,
            posted.generation)
        return kept != nil
    }

    /// The generation of the identifier that a voter can use; nil when there is none.
    func generationInUse(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> Int? {
        try reading.first(
            "SELECT generation FROM issuance_identifier WHERE voter = ? AND state = 'active'", voter
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
    }

    /// Revokes one generation of a voter's identifier; false when it had ended before.
    func revoke(
        _ transaction: borrowing Transaction, voter: Int, generation: Int, reason: String
    ) throws(StoreError) -> Bool {
        try transaction.execute(
            """
            UPDATE issuance_identifier SET state = 'revoked', ended_at = ?, reason = ?
            WHERE voter = ? AND generation = ? AND state <> 'revoked'
            """, clock.now, reason, voter, generation) == 1
    }

    /// Revokes the identifiers of voters who are no longer on the roll.
    package func revokeRemoved(
        _ transaction: borrowing Transaction, _ election: StoredElection, voters: [Int], by principal: Principal
    ) throws(StoreError) {
        var revoked = 0
        for voter in voters { revoked += try revoke(transaction, election, voter: voter, reason: "left the roll") }
        guard revoked > 0 else { return }
        try journal.record(
            transaction, election: election.election.id, by: principal, .identifierRevoke,
            ["reason": "left the roll", "identifiers": "\(revoked)"])
    }

    /// Whether any identifier of election `number` was ever issued.
    package func hasIssued(_ reading: borrowing Reading, election number: Int) throws(StoreError) -> Bool {
        try Issuer.hasIssued(reading, election: number)
    }

    /// The same for those who have no issuer.
    package static func hasIssued(_ reading: borrowing Reading, election number: Int) throws(StoreError) -> Bool {
        try reading.number("SELECT EXISTS (SELECT 1 FROM issuance_identifier WHERE election = ?)", number) == 1
    }

    /// How many identifiers are in each state.
    /// By state and channel, both as raw values.
    package func summary(
        _ reading: borrowing Reading, _ election: StoredElection
    ) throws(StoreError) -> [(state: String, route: String, count: Int)] {
        try reading.all(
            """
            SELECT state, route, count(*) FROM issuance_identifier WHERE election = ? GROUP BY state, route
            ORDER BY state, route
            """, election.number
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1], try row[2]) }
    }

    /// The voter who holds this identifier, and whether it can be used.
    /// Of a pending and an active identifier with one hash it gives either; `holders` gives both.
    package func holder(
        _ reading: borrowing Reading, _ election: StoredElection, key: ElectionKey, canonical: String
    ) throws(StoreError) -> (voter: Int, generation: Int, state: String)? {
        let hash = LookupKey(key.subkey(.identifiers)).hash(canonical)
        return try reading.first(
            """
            SELECT voter, generation, state FROM issuance_identifier
            WHERE election = ? AND hash = ? AND state <> 'revoked'
            """, election.number, hash
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1], try row[2]) }
    }
}
