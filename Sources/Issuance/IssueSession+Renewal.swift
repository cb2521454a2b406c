import Contacts
import Crypto
import Delivery
import Elections
import Journal
import Store
import VoterRoll

/// Identifiers that voters ask for themselves, and what is sent of them.
extension IssueSession {

    /// Makes a pending identifier in place of an older pending one and queues its message.
    /// - Returns: whether there was anybody to send it to.
    func renew(
        _ transaction: borrowing Transaction, _ voter: Voter, by route: Channel
    ) throws(StoreError) -> Bool {
        let contacts = try contacts(transaction.reading, voter)
        guard obstacle(voter, contacts, route) == nil else { return false }
        try transaction.execute(
            """
            UPDATE issuance_identifier SET state = 'revoked', ended_at = ?, reason = 'a newer one was asked for'
            WHERE voter = ? AND state = 'pending'
            """, issuer.clock.now, voter.id)
        try issuer.outbox.withdrawRenewals(transaction, election: election.number, subject: voter.id)
        let past = try pastGenerations(transaction.reading, voter.id - 1, voter.id)[voter.id]
        try queue.begin(transaction)
        return try issue(transaction, voter, contacts, route, for: .renewal, after: past)
    }

    /// Of some voters those who can be sent an identifier by a channel, up to a limit, how many before them cannot, and how
    /// many were not looked at.
    func reachable(
        _ reading: borrowing Reading, _ voters: [Int], by route: Channel, limit: Int
    ) throws(StoreError) -> (voters: [Int], unreachable: Int, left: Int) {
        var (found, unreachable): ([Int], Int) = ([], 0)
        for id in voters {
            guard found.count < limit else { break }
            if let voter = try issuer.registrar.voter(reading, id: id),
                obstacle(voter, try contacts(reading, voter), route) == nil
            {
                found.append(id)
            } else {
                unreachable += 1
            }
        }
        return (found, unreachable, voters.count - found.count - unreachable)
    }

    /// Where a voter can be reached now: the roll's contacts, with those given on the phone in their place.
    func contacts(_ reading: borrowing Reading, _ voter: Voter) throws(StoreError) -> VoterContacts {
        try effectiveContacts(reading, voter, try issuer.registrar.sealedContacts(reading, voter: voter.id))
    }

    /// The channels by which a voter can be sent a code or a word.
    func routes(_ voter: Voter, _ contacts: VoterContacts) -> [Channel] {
        [Channel.email, .sms].filter { obstacle(voter, contacts, $0) == nil }
    }

    /// Queues a message that carries no identifier.
    /// - Returns: its number; nil when the voter cannot be reached by this channel.
    func send(
        _ transaction: borrowing Transaction, _ voter: Voter, _ contacts: VoterContacts, _ note: VoterNotification
    ) throws(StoreError) -> Int? {
        guard obstacle(voter, contacts, note.route) == nil, let recipient = recipient(contacts, note.route) else {
            return nil
        }
        try queue.begin(transaction)
        queue.mailing = note.mailing
        // Each change is told, also the second one of a second: by its time alone they would be one.
        let generation =
            note.kind == .contactChanged
            ? try queue.freeGeneration(
                transaction.reading, subject: voter.id, kind: note.kind, route: note.route, from: note.generation)
            : note.generation
        return try queue.add(
            transaction,
            NewMessage(
                subject: voter.id, kind: note.kind, generation: generation, route: note.route, priority: note.priority,
                frame: try frame(transaction, note.kind, voter.language, note.route), recipient: recipient,
                values: note.values.merging(["greeting": voter.courteousName]) { $1 }, expiresAt: note.expiresAt,
                dueAt: note.dueAt, date: note.date))
    }
}
