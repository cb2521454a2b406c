package import Contacts
package import Crypto
import Delivery
package import Elections
package import Store
import VoterRoll

/// A contact that a voter gave on the phone, checked, before anything is sent to it.
package enum PhoneGivenContact: Sendable, Equatable {
    /// A mailbox, by `route` `.email`.
    case mail(EmailAddress)
    /// A mobile number, by `route` `.sms`; a landline is refused.
    case phone(PhoneNumber)

    /// Why a text is no contact for a channel: a clause that quotes what was typed and says what is wrong.
    package enum Fault: Reason, Error, Equatable {
        /// What was typed, and what the reading of addresses and numbers says of it.
        case value(String, String)
        /// A number, but not one that takes SMS.
        case notMobile(String)
        /// Where letters go is corrected on the roll.
        case letter

        /// What is said of each, with its values.
        package var text: ReasonText {
            switch self {
            case .value(let value, let why):
                ReasonText("contact.value", "\"\(value, "value")\" \(phrase: why, "why")")
            case .notMobile(let value): ReasonText("contact.notMobile", "\"\(value, "value")\" is no mobile number")
            case .letter:
                ReasonText(
                    "contact.letter",
                    "a letter goes to the address on the roll: correct it with `roll correct` first")
            }
        }
    }

    /// Reads what was typed.
    /// - Parameter home: where a number without `+` is at home: where its voter is, or it would be a stranger's elsewhere.
    /// - Throws: `Fault` when it is no address or no mobile number, and always for letters, which go to the roll's
    ///   address.
    package init(_ text: String, by route: Channel, home: PhoneNumber.Home) throws(Fault) {
        switch route {
        case .email:
            do throws(EmailAddress.Fault) { self = .mail(try EmailAddress(text)) } catch {
                throw .value(text, error.reason)
            }
        case .sms:
            let phone: PhoneNumber
            do throws(PhoneNumber.Fault) { phone = try PhoneNumber(text, home: home) } catch {
                throw .value(text, error.reason)
            }
            guard phone.isMobile, !PhonePlan.isLandline(Array(phone.text.utf8)[...]) else {
                throw .notMobile(text)
            }
            self = .phone(phone)
        case .letter:
            throw .letter
        }
    }

    /// As it is sent to.
    package var bytes: [UInt8] {
        switch self {
        case .mail(let mail): Array(mail.text.utf8)
        case .phone(let phone): Array(phone.text.utf8)
        }
    }

    /// The channel that it serves.
    package var route: Channel { if case .mail = self { .email } else { .sms } }

    /// What spellings of this contact share.
    package var folded: String { PhoneGivenContact.folded(bytes, route) }

    /// The same of a mail address's text.
    package static func folded(mail: String) -> String { folded(Array(mail.utf8), .email) }

    /// What spellings of one mailbox share: case, dots and what follows a plus sign before the @ aside.
    static func folded(_ bytes: [UInt8], _ route: Channel) -> String {
        let text = String(decoding: EmailAddress.folded(bytes), as: UTF8.self)
        guard route == .email, let at = text.lastIndex(of: "@") else { return "\(route.rawValue):\(text)" }
        let local = text[..<at].prefix { $0 != "+" }.filter { $0 != "." }
        return "\(route.rawValue):\(local)\(text[at...])"
    }
}

/// An identifier of a voter as a list shows it; never the identifier.
package struct IdentifierRecord: Sendable {
    /// Counts a voter's identifiers from 1; every reissue and renewal adds one.
    package let generation: Int
    /// `unposted`, `active`, `pending` or `revoked`.
    package let state: String
    /// Whether it stands on a letter of a batch whose files are complete.
    package let isPrinted: Bool
    /// How it was sent.
    package let route: Channel
    /// Whether a connection code was printed beside it, or a secret sent with it.
    package let hasPrintedCode: Bool
    /// A generated secret, by the policy `generated`.
    package let hasSecret: Bool
    /// Seconds since 1970.
    package let createdAt: Int
    /// When it was revoked, seconds since 1970; nil while it is not.
    package let endedAt: Int?
    /// Why it was revoked, in the words that whoever did it gave; nil while it is not.
    package let reason: String?
}

/// What the console asks.
extension Issuer {
    /// A voter's identifiers, the latest first.
    package func history(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> [IdentifierRecord] {
        try reading.all(
            """
            SELECT generation, state, route, code_hash IS NOT NULL, secret_hash IS NOT NULL, created_at, ended_at, reason,
                EXISTS (SELECT 1 FROM issuance_letter JOIN issuance_batch ON issuance_batch.id = issuance_letter.batch
                    WHERE issuance_letter.voter = issuance_identifier.voter AND carries = 1
                        AND issuance_letter.generation = issuance_identifier.generation
                        AND issuance_letter.state = 'printed' AND issuance_batch.state NOT IN ('gathering', 'printing'))
            FROM issuance_identifier WHERE voter = ? ORDER BY generation DESC
            """, voter
        ) { (row: borrowing Row) throws(StoreError) in
            IdentifierRecord(
                generation: try row[0], state: try row[1], isPrinted: try row[8], route: try row.value(2),
                hasPrintedCode: try row[3], hasSecret: try row[4], createdAt: try row[5], endedAt: try row[6],
                reason: try row[7])
        }
    }

    /// Which identifier of a voter is meant who has two: one in use, and one on a letter that is not posted yet.
    package enum Held: Sendable { case inUse, latest }

    /// Hands the way of the identifier of every voter who has one, in use or on its way by post, to `body`: each voter once.
    package func eachHeld(
        _ reading: borrowing Reading, _ election: StoredElection, _ which: Held = .inUse,
        _ body: (_ voter: Int, _ generation: Int, _ route: Channel, _ hasPrintedCode: Bool) throws(StoreError) -> Void
    ) throws(StoreError) {
        // The one in use is the older one; what stands beside min or max is its row's (SQLite, "bare columns").
        let sql: StaticString =
            switch which {
            case .inUse:
                """
                SELECT voter, min(generation), route, code_hash IS NOT NULL FROM issuance_identifier
                WHERE election = ? AND state IN ('unposted', 'active') GROUP BY voter
                """
            case .latest:
                """
                SELECT voter, max(generation), route, code_hash IS NOT NULL FROM issuance_identifier
                WHERE election = ? AND state IN ('unposted', 'active') GROUP BY voter
                """
            }
        try reading.each(sql, election.number) { (row: borrowing Row) throws(StoreError) in
            try body(try row[0], try row[1], try row.value(2), try row[3])
        }
    }

    /// Hands the way of every voter's first identifier to `body`.
    package func eachFirstRoute(
        _ reading: borrowing Reading, _ election: StoredElection,
        _ body: (_ voter: Int, _ route: Channel) throws(StoreError) -> Void
    ) throws(StoreError) {
        try reading.each(
            "SELECT voter, route, min(generation) FROM issuance_identifier WHERE election = ? GROUP BY voter",
            election.number
        ) { (row: borrowing Row) throws(StoreError) in try body(try row[0], try row.value(1)) }
    }

    /// How many other voters were given this contact on the phone, or have it on the roll.
    /// - Parameter isLeaving: whether a voter is about to leave the roll: what they have there is nobody's then.
    package func otherHolders(
        _ reading: borrowing Reading, _ election: StoredElection, key: ElectionKey, _ contact: PhoneGivenContact,
        voter: Int,
        isLeaving: (Int) -> Bool = { _ in false }
    ) throws(StoreError) -> Int {
        let hash = Issuer.lookup(key).hash(PhoneGivenContact.folded(contact.bytes, contact.route))
        let given = try reading.number(
            "SELECT count(DISTINCT voter) FROM issuance_contact WHERE election = ? AND folded = ? AND voter <> ?",
            election.number, hash, voter)
        let keys = RollKeys(key, randomness: randomness)
        let onRoll: [Voter]
        switch contact {
        case .mail(let mail): onRoll = try registrar.voters(reading, election, mail: mail, keys: keys)
        case .phone(let phone): onRoll = try registrar.voters(reading, election, phone: phone, keys: keys)
        }
        return given + onRoll.count { $0.id != voter && !isLeaving($0.id) }
    }

    /// When a voter was last given a contact on the phone; nil when never.
    package func lastGiven(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> Int? {
        try reading.first("SELECT max(added_at) FROM issuance_contact WHERE voter = ?", voter) {
            (row: borrowing Row) throws(StoreError) -> Int? in try row[0]
        } ?? nil
    }

    /// How many contacts somebody gave voters since a time.
    package func givenSince(
        _ reading: borrowing Reading, _ election: StoredElection, by name: String, since time: Int
    ) throws(StoreError) -> Int {
        try reading.number(
            "SELECT count(*) FROM issuance_contact WHERE election = ? AND added_by = ? AND added_at >= ?",
            election.number, name, time)
    }

    /// Every contact that was given on the phone: whose, by whom, when and why.
    package func given(
        _ reading: borrowing Reading, _ election: StoredElection
    ) throws(StoreError) -> [(voter: Int, route: Channel, by: String, at: Int, reason: String)] {
        try reading.all(
            "SELECT voter, route, added_by, added_at, reason FROM issuance_contact WHERE election = ? ORDER BY added_by, id",
            election.number
        ) { (row: borrowing Row) throws(StoreError) in
            (try row[0], try row.value(1), try row[2], try row[3], try row[4])
        }
    }
}

extension PhoneGivenContact {
    /// Whether two spellings are one mailbox.
    package static func isSame(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        folded(left, .email) == folded(right, .email)
    }
}
