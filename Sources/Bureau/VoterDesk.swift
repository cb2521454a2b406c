package import Access
import Contacts
package import Crypto
package import Delivery
package import Elections
package import Issuance
package import Journal
package import Passphrases
package import Polling
package import Staff
package import Store
package import VoterRoll

/// The desk at which election managers and the support help a voter: finds them, shows how things stand, reissues.
///
///     voter        manager            VoterDesk                  second person      outbox
///       | calls ---> | search, page ---> |                            |               |
///       | answers -> | reissue --------> | challenge, rules           |               |
///       |            |                   | one person is enough: ------------------->|
///       |            |                   | else a request ----------->| approve       |
///       |            |                   | <--------------------------|               |
///       |            |                   | done in that transaction ---------------->|
package struct VoterDesk: Sendable {
    package let store: Store
    package let directory: VoterDirectory
    package let door: Doorkeeper
    package let station: PollingStation
    package let outbox: Outbox
    package let approvals: Approvals
    package let register: StaffRegister
    package let logbook: Logbook
    package let clock: Clock
    package let randomness: Randomness

    package init(
        store: Store, directory: VoterDirectory, door: Doorkeeper, station: PollingStation, outbox: Outbox,
        register: StaffRegister, logbook: Logbook, clock: Clock, randomness: Randomness
    ) {
        (self.store, self.directory, self.door, self.station) = (store, directory, door, station)
        (self.outbox, self.register, approvals) = (outbox, register, Approvals(register))
        (self.logbook, self.clock, self.randomness) = (logbook, clock, randomness)
    }

    package var election: StoredElection { directory.election }
    package var key: ElectionKey { directory.key }
    package var keeper: PassphraseKeeper { door.keeper }
    package var registrar: Registrar { directory.registrar }
    package var issuer: Issuer { directory.issuer }

    /// Whether the poll is such that nobody but the bureau may learn who has voted.
    package func isSecret(_ reading: borrowing Reading) throws(StoreError) -> Bool {
        guard let poll = try Poll.find(reading, election: election.number) else { return false }
        return ![.sealing, .closed, .destroyed].contains(poll.state)
    }

    /// Whether the roll is frozen.
    package func isSealed(_ reading: borrowing Reading) throws(StoreError) -> Bool {
        try Poll.find(reading, election: election.number) != nil
    }

    // MARK: Finding

    /// The voters whom a text finds: by mail address or number where it is one, else by the beginnings of names and
    /// references.
    package func search(_ reading: borrowing Reading, _ typed: String) throws(StoreError) -> Registrar.Found {
        let text = typed.trimmed
        let keys = RollKeys(key, randomness: randomness)
        if text.contains("@") {
            guard let mail = try? EmailAddress(text) else { return Registrar.Found(voters: [], isCut: false) }
            return cut(try registrar.voters(reading, election, mail: mail, keys: keys))
        }
        if text.count(where: \.isNumber) >= VoterDesk.phoneDigits,
            text.allSatisfy({ $0.isNumber || "+.-()/ ".contains($0) }), let phone = try? PhoneNumber(text)
        {
            let found = try registrar.voters(reading, election, phone: phone, keys: keys)
            if !found.isEmpty { return cut(found) }
        }
        return try registrar.search(reading, election, text)
    }

    /// Digits from which on a text may be a telephone number.
    private static let phoneDigits = 9

    private func cut(_ voters: [Voter]) -> Registrar.Found {
        Registrar.Found(
            voters: Array(voters.prefix(Registrar.mostFound)), isCut: voters.count > Registrar.mostFound)
    }

    // MARK: One voter

    /// A voter as the desk shows them.
    package struct Page: Sendable {
        package let voter: Voter
        /// Masked.
        package let mail: String?
        package let phone: String?
        package let hasAddress: Bool
        package let identifiers: [IdentifierRecord]
        package let messages: [ShownMessage]
        package let firstSignIn: Int?
        package let hasSecret: Bool
        /// Seconds; 0 when nothing is put off.
        package let slowedFor: Int
        /// Whether the roll holds an answer to the election's question.
        package let hasAnswer: Bool
        package let channels: ChannelProof
        /// The ballots and when they signed; nil for who may not know.
        package let signatures: [(ballot: String, signedAt: Int?)]?
        /// Requests about them that wait for a second person.
        package let waiting: [Approvals.Request]
    }

    /// A message as a list shows it.
    package struct ShownMessage: Sendable {
        package let record: MessageRecord
        /// What may be told of its state.
        package let state: ShownState

        /// Everything that it was, as far as it may be told: when a message was withdrawn could tell of a vote.
        package var steps: [MessageRecord.Step] {
            guard isSecret else { return record.steps }
            return record.steps.filter { $0.state != .withdrawn }.map { step in
                var step = step
                // What waits may have a reply, what was withdrawn has none.
                if step.state == .waiting { step.reply = nil }
                return step
            }
        }

        /// Whether what tells of votes must not be told.
        let isSecret: Bool
    }

    /// States of messages as the console tells them.
    package enum ShownState: String, Sendable, CaseIterable {
        case waiting, printed, sent, accepted, delivered, bounced, failed, unknown, expired, withdrawn, confirmed
        /// Waits, or is not needed any more: all that is told while the poll is open. What is withdrawn can tell of a vote.
        case waitingOrOver
    }

    /// What may be told of a message while who has voted is secret.
    static func shown(_ state: MessageState, isSecret: Bool) -> ShownState {
        if isSecret, state == .waiting || state == .withdrawn { return .waitingOrOver }
        return ShownState(rawValue: state.rawValue) ?? .unknown
    }

    /// Messages that would tell whether somebody voted.
    static func tellsOfVote(_ kind: MessageKind) -> Bool { kind == .voteRecorded || kind == .reminder }

    package func page(_ reading: borrowing Reading, voter id: Int, for viewer: Viewer) throws(StoreError) -> Page? {
        guard let voter = try self.voter(reading, id) else { return nil }
        let principal = Principal.voter(id)
        let contacts = try directory.contacts(reading, voter)
        let hides = try isSecret(reading) && !viewer.may(.seeVotes)
        let messages = try outbox.messages(reading, election: election.number, subject: id)
            .filter { !hides || !VoterDesk.tellsOfVote($0.kind) }
            .map { ShownMessage(record: $0, state: VoterDesk.shown($0.state, isSecret: hides), isSecret: hides) }
        let isTold = try mayKnowVotes(reading, viewer)
        let identifiers = try issuer.history(reading, voter: id)
        let signatures =
            isTold
            ? try station.ballots(reading, voter: id).map { ($0.ballot.title[viewer.language], $0.signedAt) } : nil
        return Page(
            voter: voter, mail: contacts.mail.map { VoterContacts.masked(mail: $0.text) },
            phone: contacts.phone.map { VoterContacts.masked(phone: $0.text) }, hasAddress: contacts.address != nil,
            identifiers: identifiers, messages: messages, firstSignIn: try door.firstSignIn(reading, principal),
            hasSecret: try keeper.record(reading, election: election.number, principal).isSet,
            slowedFor: try door.slowed(reading, principal, subjects: try issuer.hashes(reading, voter: id)),
            hasAnswer: try registrar.challenge(reading, voter: id) != nil,
            channels: ChannelProof(
                voter, identifiers.first { $0.state != "revoked" },
                routes: try directory.routes(reading, principal), policy: election.election.access),
            signatures: signatures,
            waiting: try approvals.waiting(reading).filter { $0.subject == id })
    }

    /// Who has voted: the bureau while the poll is open, whoever may see voters' pages once it is closed, the support never.
    package func mayKnowVotes(_ reading: borrowing Reading, _ viewer: Viewer) throws(StoreError) -> Bool {
        guard let poll = try Poll.find(reading, election: election.number), poll.state != .sealing else { return false }
        if viewer.may(.seeVotes) { return true }
        return poll.state == .closed && viewer.role == .manager
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
        _ transaction: borrowing Transaction, voter id: Int, reason: String, by viewer: Viewer
    ) throws(StoreError) -> VoterContacts? {
        guard let voter = try voter(transaction.reading, id) else { return nil }
        try logbook.record(
            transaction, election: election.election.id, by: viewer.principal, "voter.reveal",
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
