import Authentication
import Contacts
package import Delivery
package import Elections
package import Issuance
import Journal
import Polling
package import Staff
package import Store
package import VoterRoll

/// Helps a voter whom election managers or the support have on the phone: finds them, shows how things stand, ends their waits.
/// What a lost identifier or passphrase needs are operations of their own:
///
///     voter        manager            reissue, reset             second person      outbox
///       | calls ---> | search, page ---> |                            |               |
///       | answers -> | order ----------> | challenge, rules           |               |
///       |            |                   | one person is enough: ------------------->|
///       |            |                   | else a request ----------->| approve       |
///       |            |                   | <--------------------------|               |
///       |            |                   | done in that transaction ---------------->|
package struct VoterSupport: StaffOperation {
    let context: OperationContext

    /// Of the context's election: voters of others are not found.
    package init(_ context: OperationContext) { self.context = context }

    // MARK: Finding

    /// The voters whom a text finds: by mail address or number where it is one, else by the beginnings of names and
    /// references.
    package func search(_ reading: borrowing Reading, _ typed: String) throws(StoreError) -> RollSearch.Found {
        let text = typed.trimmed
        let keys = context.keys
        if text.contains("@") {
            guard let mail = try? EmailAddress(text) else { return RollSearch.Found(voters: [], isCut: false) }
            return cut(try registrar.voters(reading, election, mail: mail, keys: keys))
        }
        if text.count(where: \.isNumber) >= VoterSupport.phoneDigits,
            text.allSatisfy({ $0.isNumber || "+.-()/ ".contains($0) })
        {
            let found = try NumberHolders(of: text, reading, election, registrar, keys: keys)
            if !found.atHome.isEmpty || !found.elsewhere.isEmpty { return cut(found.atHome + found.elsewhere) }
        }
        return try registrar.search.find(reading, election, text)
    }

    /// Digits from which on a text may be a telephone number.
    private static let phoneDigits = 9

    private func cut(_ voters: [Voter]) -> RollSearch.Found {
        RollSearch.Found(
            voters: Array(voters.prefix(RollSearch.mostFound)), isCut: voters.count > RollSearch.mostFound)
    }

    // MARK: One voter

    /// A voter as the support sees them.
    package struct Page: Sendable {
        /// As on the roll.
        package let voter: Voter
        /// Masked.
        package let mail: String?
        /// Masked as well; nil where there is none.
        package let phone: String?
        /// Whether a letter can be sent; the address itself is not shown.
        package let hasAddress: Bool
        /// The latest first, ended ones too.
        package let identifiers: [IdentifierRecord]
        /// Messages to them and what became of each; those that would tell of a vote are left out while the vote is
        /// secret.
        package let messages: [MessageRecord]
        /// Seconds since 1970; nil when they never signed in.
        package let firstSignIn: Int?
        /// Whether they have chosen a passphrase.
        package let hasSecret: Bool
        /// Seconds; 0 when nothing is put off.
        package let slowedFor: Int
        /// Whether the roll holds an answer to the election's question.
        package let hasAnswer: Bool
        /// Which of their secrets travels by which way.
        package let channels: ChannelProof
        /// The ballots and when they signed; nil for who may not know.
        package let signatures: [(ballot: LocalText, signedAt: Int?)]?
        /// Requests about them that wait for a second person.
        package let waiting: [Approvals.Request]
    }

    /// What the support sees of one voter; nil when the election has none with this number.
    /// - Parameter actor: whose role decides whether signatures and the messages that tell of them are in it.
    package func page(_ reading: borrowing Reading, voter id: Int, for actor: Actor) throws(StoreError) -> Page? {
        guard let voter = try context.voter(reading, id) else { return nil }
        let principal = Principal.voter(id)
        let contacts = try directory.contacts(reading, voter)
        let secrecy = VoteSecrecy(context)
        let knowsVotes = try secrecy.mayKnowVotes(reading, actor)
        // A poll's messages tell of votes after its close as before: who may not know them is not shown these.
        let hides = try secrecy.hasPoll(reading) && !knowsVotes
        let messages = try outbox.reports.messages(reading, election: election.number, subject: id)
            .filter { !hides || !VoteSecrecy.concernsVote($0.kind) }
        let identifiers = try issuer.history(reading, voter: id)
        let signatures =
            knowsVotes
            ? try context.station.voterBallots.ballots(reading, voter: id).map { ($0.ballot.title, $0.signedAt) } : nil
        return Page(
            voter: voter, mail: contacts.mail.map { VoterContacts.masked(mail: $0.text) },
            phone: contacts.phone.map { VoterContacts.masked(phone: $0.text) }, hasAddress: contacts.address != nil,
            identifiers: identifiers, messages: messages,
            firstSignIn: try context.authenticator.sessions.firstSignIn(reading, principal),
            hasSecret: try passphrases.record(reading, election: election.number, principal).isSet,
            slowedFor: try context.authenticator.limits.slowed(
                reading, principal, subjects: try issuer.hashes(reading, voter: id)),
            hasAnswer: try registrar.challenge(reading, voter: id) != nil,
            channels: ChannelProof(
                voter, identifiers.first { $0.state == "active" } ?? identifiers.first { $0.state != "revoked" },
                routes: try directory.routes(reading, principal), policy: election.election.access),
            signatures: signatures,
            waiting: try approvals.waiting(reading).filter { $0.subject == id })
    }

    /// A voter's contacts in clear; that somebody looked is in the journal.
    /// - Returns: nil where there is no such voter.
    package func reveal(voter id: Int, reason: String, by actor: Actor) throws(StoreError) -> VoterContacts? {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> VoterContacts? in
            guard let voter = try context.voter(transaction.reading, id) else { return nil }
            try journal.record(
                transaction, election: election.election.id, by: actor.principal, .voterReveal,
                ["reference": voter.reference, "reason": reason])
            return try directory.contacts(transaction.reading, voter)
        }
    }

    /// Makes a slowed voter wait no longer; false when there is no such voter.
    package func unlock(voter id: Int, reason: String, by actor: Actor) throws(StoreError) -> Bool {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard let voter = try context.voter(transaction.reading, id) else { return false }
            try context.authenticator.limits.unlock(
                transaction, .voter(id), subjects: try issuer.hashes(transaction.reading, voter: id))
            try journal.record(
                transaction, election: election.election.id, by: actor.principal, .voterUnlock,
                ["reference": voter.reference, "reason": reason])
            return true
        }
    }
}
