import Contacts
import Crypto
import Delivery
import Elections
import Journal
import Store
import VoterRoll

/// A new identifier in place of an old one, and the word to the old contact.
extension IssueSession {
    /// The store's order of things: old identifiers are revoked, the new contact is kept, the new identifier is made
    /// and queued, word goes to the old contacts, and the journal keeps it.
    /// - Throws: an error of the store; `.constraint` where the scheme has no other identifier. The transaction must
    ///   be given up then.
    func reissue(
        _ transaction: borrowing Transaction, _ voter: Voter, _ order: ReissueOrder
    ) throws(StoreError) -> Issuer.Reissue {
        let (route, contact, keepsOld) = (order.route, order.contact, order.keepsOld)
        let (reason, principal) = (order.reason, order.principal)
        guard !keepsOld || route == .letter else {
            return .refused(.onlyLettersKeep)
        }
        let sealed = try issuer.registrar.sealedContacts(transaction.reading, voter: voter.id)
        let roll = try opener.open(sealed, voter: voter.id)
        let present = try effectiveContacts(transaction.reading, voter, sealed)
        var target = present
        if let contact {
            do throws(PhoneGivenContact.Fault) { target = try newContact(contact, route, present) } catch {
                return .refused(.contact(error))
            }
        }
        if let obstacle = obstacle(voter, target, route) { return .refused(obstacle) }
        guard let recipient = recipient(target, route) else {
            return .refused(.noContact(route))
        }
        let earlier = try lastContact(transaction.reading, voter.id)
        try queue.begin(transaction)
        let sheets = try issuer.sheetsInHand(transaction.reading, voter: voter.id, sparesUsed: keepsOld)
        if keepsOld {
            try issuer.revokeUnused(transaction, election, voter: voter.id, reason: reason)
        } else {
            try issuer.revoke(transaction, election, voter: voter.id, reason: reason)
        }
        let isKept = try issuer.generationInUse(transaction.reading, voter: voter.id) != nil
        if contact != nil {
            try transaction.execute(
                """
                INSERT INTO issuance_contact (election, voter, route, sealed, reason, added_by, added_at, folded)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """, election.number, voter.id, route.rawValue,
                sealer.seal(recipient, associated: contactPlace(voter.id)), reason, principal.text, issuer.clock.now,
                lookup.hash(PhoneGivenContact.folded(recipient, route)))
        }
        let past = try pastGenerations(transaction.reading, voter.id - 1, voter.id)[voter.id]
        // The word to the old contact is no part of the mailing.
        queue.mailing = order.mailing
        let isIssued = try issue(transaction, voter, target, route, for: .reissue, after: past)
        queue.mailing = nil
        guard isIssued else {
            throw StoreError(
                .constraint, "The scheme has no identifier for \(voter.reference).", cure: "Nothing was changed.")
        }
        let generation = try transaction.reading.number(
            "SELECT max(generation) FROM issuance_identifier WHERE voter = ?", voter.id)
        // Told is whoever would otherwise not notice: nobody when the new one goes where the old one went.
        let isElsewhere = earlier.map { $0.contact != recipient } ?? (contact != nil)
        let notice =
            isElsewhere
            ? try notify(
                transaction, voter, [earlier] + contacts(roll) + contacts(present), except: recipient, generation,
                isUntilPosted: isKept) : nil
        try issuer.journal.record(
            transaction, election: election.election.id, by: principal, .identifierReissue,
            [
                "reference": voter.reference, "by": route.rawValue, "reason": reason, "generation": "\(generation)",
                "newContact": contact == nil ? "no" : "yes", "notice": notice?.rawValue ?? "none",
                "keptUntilPosted": isKept ? "yes" : "no",
            ], personal: contact.map { .init(["contact": $0], key: key) })
        return .done(generation: generation, noticeBy: notice, sheets: sheets, keepsOld: isKept)
    }

    /// The voter's contacts with the new one in place of theirs.
    private func newContact(
        _ text: String, _ route: Channel, _ known: VoterContacts
    ) throws(PhoneGivenContact.Fault) -> VoterContacts {
        switch try PhoneGivenContact(text, by: route, home: known.phoneHome) {
        case .mail(let mail): VoterContacts(mail: mail, phone: known.phone, address: known.address)
        case .phone(let phone): VoterContacts(mail: known.mail, phone: phone, address: known.address)
        }
    }

    /// A contact and its channel.
    private typealias Place = (route: Channel, contact: [UInt8])

    /// Where the latest identifier went.
    private func lastContact(_ reading: borrowing Reading, _ voter: Int) throws(StoreError) -> Place? {
        let found = try reading.first(
            "SELECT route, contact FROM issuance_identifier WHERE voter = ? ORDER BY generation DESC LIMIT 1", voter
        ) { (row: borrowing Row) throws(StoreError) -> (route: Channel, sealed: [UInt8]) in
            (try row.value(0), try row[1])
        }
        guard let found else { return nil }
        guard let contact = sealer.open(found.sealed, associated: contactPlace(voter)) else {
            throw StoreError(
                .damaged, "The contact of the latest identifier of voter number \(voter) does not open.",
                cure: "Run `store check`.")
        }
        return (found.route, contact)
    }

    /// A voter's contacts as places, in the order mail, SMS, letter.
    private func contacts(_ contacts: VoterContacts) -> [Place?] {
        Channel.allCases.map { route in recipient(contacts, route).map { (route, $0) } }
    }

    /// Tells the voter at the old contacts that a new identifier was made: where the last one went, the roll's mail or
    /// phone, and what was given on the phone earlier; by letter only where there is no other way.
    /// - Returns: the channel of the first word; nil where there was nobody to tell.
    private func notify(
        _ transaction: borrowing Transaction, _ voter: Voter, _ places: [Place?], except new: [UInt8],
        _ generation: Int,
        isUntilPosted: Bool
    ) throws(StoreError) -> Channel? {
        var told: [(kind: MessageKind, place: Place)] = []
        for case let place? in places
        where place.contact != new && !told.contains(where: { $0.place.contact == place.contact }) {
            guard place.route != .letter || told.isEmpty && !voter.hasReturnedLetter else { continue }
            // One of each kind on each channel.
            let kinds = [MessageKind.notice, .noticeHeld]
            guard
                let kind = kinds.first(where: { kind in
                    !told.contains { $0.kind == kind && $0.place.route == place.route }
                })
            else { continue }
            let frame = try frame(transaction, kind, voter.language, place.route, isUntilPosted: isUntilPosted)
            try queue.add(
                transaction,
                NewMessage(
                    subject: voter.id, kind: kind, generation: generation, route: place.route, priority: .recovery,
                    frame: frame, recipient: place.contact, values: ["greeting": voter.courteousName]))
            told.append((kind, place))
        }
        return told.first?.place.route
    }
}
