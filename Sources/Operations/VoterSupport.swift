package import Authentication
import Contacts
package import Crypto
package import Delivery
package import Elections
package import Issuance
package import Journal
package import Polling
package import Staff
package import Store
package import VoterRoll

/// The desk at which election managers and the support help a voter: finds them, shows how things stand, reissues.
///
///     voter        manager            VoterSupport               second person      outbox
///       | calls ---> | search, page ---> |                            |               |
///       | answers -> | reissue --------> | challenge, rules           |               |
///       |            |                   | one person is enough: ------------------->|
///       |            |                   | else a request ----------->| approve       |
///       |            |                   | <--------------------------|               |
///       |            |                   | done in that transaction ---------------->|
package struct VoterSupport: Sendable {
    /// Each operation opens its own transaction here, unless it takes one.
    package let store: Store
    /// How a voter is reached, and what the roll and the issuance know of them.
    package let directory: VoterDirectory
    /// The voters' sign-in: locks, codes and sessions.
    package let door: Authenticator
    /// Electors and signatures, read only.
    package let station: PollingStation
    /// The messages, and what became of each.
    package let outbox: Outbox
    /// What waits for a second person.
    package let approvals: Approvals
    /// The accounts of the staff.
    package let register: StaffRegister
    /// Every action of staff stands in it.
    package let journal: AuditJournal
    /// The server's clock, in seconds since 1970; a test sets it.
    package let clock: Clock
    /// The source of tickets, names of folders and keys; a test fixes it.
    package let randomness: Randomness

    /// - Parameter directory: brings the election, its key, registrar and issuer along.
    package init(
        store: Store, directory: VoterDirectory, door: Authenticator, station: PollingStation, outbox: Outbox,
        register: StaffRegister, journal: AuditJournal, clock: Clock, randomness: Randomness
    ) {
        (self.store, self.directory, self.door, self.station) = (store, directory, door, station)
        (self.outbox, self.register, approvals) = (outbox, register, Approvals(register))
        (self.journal, self.clock, self.randomness) = (journal, clock, randomness)
    }

    /// The election that the desk is of: voters of others are not found.
    package var election: StoredElection { directory.election }
    /// Opens contacts and what else is sealed of this election.
    package var key: ElectionKey { directory.key }
    /// The voters' secrets and the count of wrong answers.
    package var passphrases: PassphraseService { door.passphrases }
    /// The voters' roll.
    package var registrar: Registrar { directory.registrar }
    /// The identifiers.
    package var issuer: Issuer { directory.issuer }

    /// Whether the poll is such that nobody but the bureau may learn who has voted.
    package func isSecret(_ reading: borrowing Reading) throws(StoreError) -> Bool {
        try Poll.find(reading, election: election.number)?.isSecret ?? false
    }

    /// Whether votes were or may be cast: from then on there is something to tell of.
    private func hasPoll(_ reading: borrowing Reading) throws(StoreError) -> Bool {
        guard let poll = try Poll.find(reading, election: election.number) else { return false }
        return poll.state != .sealing
    }

    /// Whether the roll is frozen.
    package func isSealed(_ reading: borrowing Reading) throws(StoreError) -> Bool {
        try Poll.find(reading, election: election.number) != nil
    }

    // MARK: Finding

    /// The voters whom a text finds: by mail address or number where it is one, else by the beginnings of names and
    /// references.
    package func search(_ reading: borrowing Reading, _ typed: String) throws(StoreError) -> RollSearch.Found {
        let text = typed.trimmed
        let keys = RollKeys(key, randomness: randomness)
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

    /// A voter as the desk shows them.
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

    /// Messages that would tell whether somebody voted.
    static func tellsOfVote(_ kind: MessageKind) -> Bool { kind == .voteRecorded || kind == .reminder }

    /// What the desk shows of one voter; nil when the election has none with this number.
    /// - Parameter actor: whose role decides whether signatures and the messages that tell of them are in it.
    package func page(_ reading: borrowing Reading, voter id: Int, for actor: Actor) throws(StoreError) -> Page? {
        guard let voter = try self.voter(reading, id) else { return nil }
        let principal = Principal.voter(id)
        let contacts = try directory.contacts(reading, voter)
        let isTold = try mayKnowVotes(reading, actor)
        // A poll's messages tell of votes after its close as before: who may not know them is not shown these.
        let hides = try hasPoll(reading) && !isTold
        let messages = try outbox.reports.messages(reading, election: election.number, subject: id)
            .filter { !hides || !VoterSupport.tellsOfVote($0.kind) }
        let identifiers = try issuer.history(reading, voter: id)
        let signatures =
            isTold
            ? try station.voterBallots.ballots(reading, voter: id).map { ($0.ballot.title, $0.signedAt) } : nil
        return Page(
            voter: voter, mail: contacts.mail.map { VoterContacts.masked(mail: $0.text) },
            phone: contacts.phone.map { VoterContacts.masked(phone: $0.text) }, hasAddress: contacts.address != nil,
            identifiers: identifiers, messages: messages, firstSignIn: try door.firstSignIn(reading, principal),
            hasSecret: try passphrases.record(reading, election: election.number, principal).isSet,
            slowedFor: try door.limits.slowed(reading, principal, subjects: try issuer.hashes(reading, voter: id)),
            hasAnswer: try registrar.challenge(reading, voter: id) != nil,
            channels: ChannelProof(
                voter, identifiers.first { $0.state == "active" } ?? identifiers.first { $0.state != "revoked" },
                routes: try directory.routes(reading, principal), policy: election.election.access),
            signatures: signatures,
            waiting: try approvals.waiting(reading).filter { $0.subject == id })
    }

    /// Whether somebody may learn who has voted: the bureau once the poll is sealed, election managers once it is
    /// closed, support and auditors never.
    package func mayKnowVotes(_ reading: borrowing Reading, _ actor: Actor) throws(StoreError) -> Bool {
        guard let poll = try Poll.find(reading, election: election.number), poll.state != .sealing else { return false }
        if actor.may(.seeVotes) { return true }
        return poll.state == .closed && actor.role == .manager
    }

    /// A voter of this election; nil for another election's.
    package func voter(_ reading: borrowing Reading, _ id: Int) throws(StoreError) -> Voter? {
        guard let voter = try registrar.voter(reading, id: id),
            try registrar.voter(reading, election, reference: voter.reference)?.id == id
        else { return nil }
        return voter
    }

    /// A voter's contacts in clear; that somebody looked is in the journal.
    package func reveal(
        _ transaction: borrowing Transaction, voter id: Int, reason: String, by actor: Actor
    ) throws(StoreError) -> VoterContacts? {
        guard let voter = try voter(transaction.reading, id) else { return nil }
        try journal.record(
            transaction, election: election.election.id, by: actor.principal, .voterReveal,
            ["reference": voter.reference, "reason": reason])
        return try directory.contacts(transaction.reading, voter)
    }
}

extension String {
    /// Without spaces at both ends.
    package var trimmed: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
