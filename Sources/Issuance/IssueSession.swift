import Contacts
import Crypto
import Delivery
import Elections
import Journal
import Store
import VoterRoll

/// The work of one issue or reissue: keys and frames at hand.
/// Used within one thread. The numbers of frames are remembered from one transaction to the next, so that a session
/// whose transaction failed is thrown away.
final class IssueSession {
    let issuer: Issuer
    let election: StoredElection
    let key: ElectionKey
    private let messageTemplates: MessageTemplates
    let lookup: LookupKey
    let opener: ContactOpener
    let queue: OutboxQueue
    private let maker: IdentifierMaker
    let sealer: Sealer
    private var frames: [FrameName: Int] = [:]
    /// Where names ran out before, so that the hundredth Martin does not try ninety-nine others.
    private var attempts: [String: Int] = [:]

    private struct FrameName: Hashable {
        let kind: MessageKind
        let language: Language
        let route: Channel
        let hours: PollHours
        let isUntilPosted: Bool
    }

    /// Candidates tried before we give up: a scheme that collides this often is full.
    private static let mostAttempts = 10_000

    init(_ issuer: Issuer, _ context: IssuanceContext) {
        (self.issuer, election, key, messageTemplates) = (
            issuer, context.election, context.key, context.messageTemplates
        )
        lookup = LookupKey(key.subkey(.identifiers))
        opener = ContactOpener(election: election.number, keys: RollKeys(key, randomness: issuer.randomness))
        queue = issuer.outbox.queue(election: election.number, key: key)
        maker = IdentifierMaker(election.election.access.scheme, randomness: issuer.randomness)
        sealer = Sealer(key: key.subkey(.identifiers), randomness: issuer.randomness)
    }

    /// Issues to the next voters; returns the last voter's number, nil when there are no more.
    func issueChunk(
        /// - Parameters:
        ///   - after: the last voter's number of the chunk before; 0 at first.
        ///   - forced: the channel for everybody; nil for each voter's own.
        ///   - outcome: what was done so far, to which this is added.
        _ transaction: borrowing Transaction, after: Int, forced: Channel?, by principal: Principal,
        _ outcome: inout Issuer.Outcome
    ) throws(StoreError) -> Int? {
        var voters: [(Voter, SealedContacts)] = []
        try issuer.registrar.each(transaction.reading, election, after: after, limit: Issuer.chunk) {
            voter, sealed throws(StoreError) in voters.append((voter, sealed))
        }
        guard let last = voters.last?.0.id else { return nil }
        let served = Set(
            try transaction.reading.all(
                """
                SELECT voter FROM issuance_identifier
                WHERE voter > ? AND voter <= ? AND state IN ('unposted', 'active')
                """, after, last
            ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] })
        let past = try pastGenerations(transaction.reading, after, last)
        let hasHeld =
            try transaction.reading.number(
                "SELECT EXISTS (SELECT 1 FROM issuance_contact WHERE voter > ? AND voter <= ?)", after, last) == 1
        try queue.begin(transaction)
        let before = outcome.issuedCount
        for (voter, sealed) in voters {
            if served.contains(voter.id) {
                outcome.alreadyHad += 1
                continue
            }
            if queue.mailing == nil {
                queue.mailing = try issuer.outbox.openMailing(
                    transaction, election: election.number, .issue, by: principal.text)
            }
            let wantsAddress = forced == .letter || voter.channel == .letter || !sealed.hasMail
            let contacts =
                try hasHeld
                ? effectiveContacts(transaction.reading, voter, sealed)
                : opener.open(sealed, voter: voter.id, wantsAddress: wantsAddress)
            guard let route = route(for: voter, contacts, forced: forced),
                try issue(transaction, voter, contacts, route, for: .batch, after: past[voter.id])
            else {
                outcome.miss(voter)
                continue
            }
            outcome.issued[route, default: 0] += 1
        }
        if outcome.issuedCount > before {
            try issuer.journal.record(
                transaction, election: election.election.id, by: principal, .identifierIssue,
                [
                    "issued": "\(outcome.issuedCount - before)", "from": "\(voters[0].0.id)", "to": "\(last)",
                    "by": forced?.rawValue ?? "auto",
                ])
        }
        return last
    }

    /// An earlier identifier of a voter: its generation, and itself sealed where it is kept.
    typealias Past = (generation: Int, sealed: [UInt8]?)

    /// The latest identifiers of voters in a range who had one before.
    func pastGenerations(
        _ reading: borrowing Reading, _ after: Int, _ last: Int
    ) throws(StoreError) -> [Int: Past] {
        var past: [Int: Past] = [:]
        try reading.each(
            "SELECT voter, generation, sealed FROM issuance_identifier WHERE voter > ? AND voter <= ? ORDER BY voter, generation",
            after, last
        ) { (row: borrowing Row) throws(StoreError) in past[try row[0]] = (try row[1], try row[2]) }
        return past
    }

    /// The roll's contacts, with those that were given on the phone in their place.
    func effectiveContacts(
        _ reading: borrowing Reading, _ voter: Voter, _ sealed: SealedContacts
    ) throws(StoreError) -> VoterContacts {
        let roll = try opener.open(sealed, voter: voter.id)
        let held = try reading.all("SELECT route, sealed FROM issuance_contact WHERE voter = ? ORDER BY id", voter.id) {
            (row: borrowing Row) throws(StoreError) -> (String, [UInt8]) in (try row[0], try row[1])
        }
        var (mail, phone) = (roll.mail, roll.phone)
        for (route, value) in held {
            guard let plain = sealer.open(value, associated: contactPlace(voter.id)) else {
                // The roll's older contact in its place would send a secret to where nobody wants it.
                throw StoreError(
                    .damaged, "A contact that was given for voter number \(voter.id) does not open.",
                    cure: "Run `store check`.")
            }
            if route == Channel.email.rawValue { mail = EmailAddress(stored: plain) }
            if route == Channel.sms.rawValue { phone = PhoneNumber(stored: plain, isMobile: true) }
        }
        return VoterContacts(mail: mail, phone: phone, address: roll.address)
    }

    /// What a contact or identifier of a voter of this election is bound to.
    func contactPlace(_ voter: Int) -> [UInt8] { IssueSession.contactPlace(election, voter) }

    /// What a sealed contact or identifier is bound to.
    static func contactPlace(_ election: StoredElection, _ voter: Int) -> [UInt8] {
        var fields = LengthPrefixedFields("contact")
        fields.append(election.number)
        fields.append(voter)
        return fields.bytes
    }

    /// The voter's preferred channel, else mail, else SMS, else letter: the first for which there is a contact.
    private func route(for voter: Voter, _ contacts: VoterContacts, forced: Channel?) -> Channel? {
        func reaches(_ route: Channel) -> Bool { obstacle(voter, contacts, route) == nil }
        if let forced { return reaches(forced) ? forced : nil }
        if let preferred = voter.channel, reaches(preferred) {
            return preferred
        }
        return Channel.allCases.first(where: reaches)
    }

    /// Why a voter cannot be reached by a channel; nil when they can.
    func obstacle(_ voter: Voter, _ contacts: VoterContacts, _ route: Channel) -> ReissueRefusal? {
        guard election.election.channels.contains(where: { $0.rawValue == route.rawValue }) else {
            let open = election.election.channels.compactMap { Channel(rawValue: $0.rawValue) }
            return .closedChannel(route, open: open)
        }
        switch route {
        case .email: return contacts.mail == nil ? .noMail : nil
        case .sms:
            if contacts.mobile == nil { return .noMobile }
            return takesSMS(contacts)
                ? nil : .prefix(issuer.smsPrefixes)
        case .letter:
            if contacts.address == nil { return .noAddress }
            return voter.hasReturnedLetter
                ? .returned : nil
        }
    }

    /// Whether there is a mobile number, and SMS may go to its prefix.
    private func takesSMS(_ contacts: VoterContacts) -> Bool {
        contacts.mobile.map { mobile in issuer.smsPrefixes.contains(where: mobile.text.hasPrefix) } ?? false
    }

    /// What a message to a voter is addressed to by a channel; nil where there is no contact for it.
    func recipient(_ contacts: VoterContacts, _ route: Channel) -> [UInt8]? {
        switch route {
        case .email: contacts.mail.map { Array($0.text.utf8) }
        case .sms: contacts.mobile.map { Array($0.text.utf8) }
        case .letter: contacts.address.map(\.stored)
        }
    }

    /// Why an identifier is issued.
    enum Occasion {
        /// Everybody who has none gets one.
        case batch
        /// In place of a lost one.
        case reissue
        /// Asked for by the voter: it is pending until it is used. The others are in force at once, by letter once it is posted.
        case renewal
    }

    /// Makes an identifier and queues its message; false when the scheme has no identifier for this voter.
    /// - Parameters:
    ///   - past: the voter's latest identifier; nil where there was none.
    /// - Throws: an error of the store; `.failed` when the template is faulty, `.damaged` when a kept identifier does
    ///   not open.
    func issue(
        _ transaction: borrowing Transaction, _ voter: Voter, _ contacts: VoterContacts, _ route: Channel,
        for occasion: Occasion, after past: Past?
    ) throws(StoreError) -> Bool {
        let isRenewal = occasion == .renewal
        guard let recipient = recipient(contacts, route) else { return false }
        let generation = (past?.generation ?? 0) + 1
        guard
            let identifier = try identifier(
                transaction.reading, voter, contacts, kept: past?.sealed, isRenewal: isRenewal)
        else { return false }

        var kind = isRenewal ? MessageKind.renewal : .identifier
        var values = ["greeting": voter.courteousName, "identifier": identifier.shown]
        var codeHash: [UInt8]?
        var secretHash: [UInt8]?
        // Where passwords are renewed by their owners, what is sent again carries none: it would take the place of a chosen one.
        if election.election.access.secretKind == .generated, route != .letter,
            !isRenewal || election.election.access.sendsAnew
        {
            let secret = GeneratedSecret.random(from: issuer.randomness)
            kind = isRenewal ? .renewedActivation : .activation
            values["secret"] = secret.text
            secretHash = secret.reveal { bytes in lookup.hash(bytes) }
        } else if route == .letter, contacts.mail == nil, !takesSMS(contacts),
            election.election.access.codeChannel != .none
        {
            let code = SymbolCode.random(count: Identifier.printedCodeCount, from: issuer.randomness)
            kind = .identifierCode
            values["code"] = code.grouped
            codeHash = lookup.hash(code.canonical)
        }
        try transaction.execute(
            """
            INSERT INTO issuance_identifier (election, voter, generation, state, hash, sealed, route, contact, code_hash,
                code_route, secret_hash, secret_route, created_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, election.number, voter.id, generation,
            isRenewal ? "pending" : route == .letter ? "unposted" : "active",
            lookup.hash(identifier.canonical), keptForm(identifier, voter.id), route.rawValue,
            sealer.seal(recipient, associated: contactPlace(voter.id)), codeHash,
            codeHash == nil ? nil : route.rawValue, secretHash, secretHash == nil ? nil : route.rawValue,
            issuer.clock.now)
        try queue.add(
            transaction,
            NewMessage(
                subject: voter.id, kind: kind, generation: generation, route: route,
                priority: occasion == .batch ? .batch : .recovery,
                frame: try frame(transaction, kind, voter.language, route), recipient: recipient, values: values,
                expiresAt: isRenewal ? issuer.clock.now + Issuer.pendingSeconds : nil))
        return true
    }

    /// A free identifier; with `renewal: keep` the one the voter already has.
    private func identifier(
        _ reading: borrowing Reading, _ voter: Voter, _ contacts: VoterContacts, kept: [UInt8]?, isRenewal: Bool
    ) throws(StoreError) -> Identifier? {
        // A mail address stays its voter's, and the one in use may be asked for again.
        if isRenewal, election.election.access.scheme == .email {
            return maker.candidate(for: voter, contacts: contacts, attempt: 0)
        }
        if let kept, election.election.access.renewal == .keep {
            guard let plain = sealer.open(kept, associated: contactPlace(voter.id)) else {
                throw StoreError(
                    .damaged, "The kept identifier of voter number \(voter.id) does not open.",
                    cure: "Run `store check`.")
            }
            return Identifier(name: String(decoding: plain, as: UTF8.self))
        }
        // Of 2^55 random ones none comes twice, and the store would refuse it.
        if election.election.access.scheme == .random {
            return maker.candidate(for: voter, contacts: contacts, attempt: 0)
        }
        let base = maker.candidate(for: voter, contacts: contacts, attempt: 0)?.canonical ?? ""
        var attempt = attempts[base] ?? 0
        while attempt < IssueSession.mostAttempts {
            guard let candidate = maker.candidate(for: voter, contacts: contacts, attempt: attempt) else { return nil }
            if try isFree(reading, candidate, voter) {
                if attempt > 0 { attempts[base] = attempt }
                return candidate
            }
            attempt += 1
        }
        return nil
    }

    /// Nobody holds it, and it was never revoked: a lost identifier must not come back, neither for its voter nor for
    /// another. A mail address as identifier is the exception: it is the voter's for good.
    private func isFree(
        _ reading: borrowing Reading, _ candidate: Identifier, _ voter: Voter
    ) throws(StoreError) -> Bool {
        let hash = lookup.hash(candidate.canonical)
        let live = try reading.number(
            "SELECT count(*) FROM issuance_identifier WHERE election = ? AND hash = ? AND state <> 'revoked'",
            election.number, hash)
        guard live == 0, election.election.access.scheme != .email else { return live == 0 }
        return try reading.number(
            "SELECT count(*) FROM issuance_identifier WHERE election = ? AND hash = ? AND state = 'revoked'",
            election.number, hash) == 0
    }

    /// The identifier sealed, where it must be sent again one day.
    private func keptForm(_ identifier: Identifier, _ voter: Int) -> [UInt8]? {
        guard election.election.access.renewal == .keep else { return nil }
        return sealer.seal(Array(identifier.canonical.utf8), associated: contactPlace(voter))
    }

    /// The number of the frame of a message made now, with the hours in force.
    /// - Parameter isUntilPosted: whether it speaks of an identifier that is kept until a letter is posted.
    /// - Throws: `.failed` when the template is faulty: nothing was changed then.
    func frame(
        _ transaction: borrowing Transaction, _ kind: MessageKind, _ language: Language, _ route: Channel,
        isUntilPosted: Bool = false
    ) throws(StoreError) -> Int {
        let hours = try PollHours.find(transaction.reading, election)
        let name = FrameName(
            kind: kind, language: language, route: route, hours: hours, isUntilPosted: isUntilPosted)
        if let known = frames[name] { return known }
        let frame: MessageEnvelope
        do throws(MessageTemplates.Fault) {
            frame = try messageTemplates.frame(kind, language, route, hours, isUntilPosted: isUntilPosted)
        } catch {
            throw StoreError(.failed, error.description, cure: "Correct the template; nothing was issued.")
        }
        let number = try issuer.outbox.store(transaction, frame)
        frames[name] = number
        return number
    }
}
