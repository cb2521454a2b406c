import Contacts
import Crypto
import Delivery
import Elections
import FoundationEssentials
import Issuance
package import Journal
package import Store

/// What one person asked for and a second one approves or refuses.
///
///     first person       Approvals                 second person
///       | ask ----------> | sealed, waits 24 h         |
///       |                 | <---------- approve, refuse |
///       |                 | done in the same transaction by whoever asked for it to be decided
package struct Approvals: Sendable {
    private let register: StaffRegister

    /// Seconds after which nobody can approve any more: the caller's voice is forgotten by then.
    package static let lifetime = 86_400

    /// The subject of a request that is about no one voter: numbers of voters begin at 1.
    package static let nobody = 0

    /// The order's entry of those who had a hand in it, by a comma.
    package static let hands = "hands"

    /// The requests of the register's election.
    package init(_ register: StaffRegister) { self.register = register }

    /// A request that waits or waited for a second person.
    package struct Request: Sendable {
        /// A request changes once, from `waiting`; one whose day is over stays in it and counts no more. One that a newer file
        /// replaced is refused.
        package enum State: String, Sendable { case waiting, approved, refused, takenBack = "taken back" }

        /// By which it is decided; never given twice.
        package let id: Int
        /// What is to be done: a reissue elsewhere, a reset of the passphrase, or a correction of the roll.
        package let permission: Permission
        /// The voter it is about; `nobody` where it is about the rows of a file.
        package let subject: Int
        /// What is to be done.
        package let order: [String: String]
        /// One line by whoever asked, for the journal and for whoever decides.
        package let reason: String
        /// Whether only a member of the bureau may approve it.
        package let needsBureau: Bool
        /// As the journal has them: `staff:name`, or `staff:api.name` of a program.
        package let askedBy: String
        /// Seconds since 1970.
        package let askedAt: Int
        /// Seconds since 1970: nobody approves from then on.
        package let expiresAt: Int
        /// As it stood when it was read.
        package let state: State
        /// Who approved, refused or took it back; nil while it waits, and where its author was removed.
        package let decidedBy: String?
        /// The newer file that took its place; nil where none did.
        package let replacedBy: String?

        /// Whoever had a hand in what is asked for beside its author, and approves it no more than they.
        package var hands: [String] { order[Approvals.hands]?.split(separator: ",").map(String.init) ?? [] }

        /// The contacts that it would give: channel and text.
        package var contacts: [(route: String, text: String)] {
            let routes = order.keys.filter { $0.hasPrefix("contact.") }.sorted()
            let several = routes.map { (route: String($0.dropFirst("contact.".count)), text: order[$0] ?? "") }
            return (several + [(order["route"] ?? "", order["contact"] ?? "")]).filter { !$0.text.isEmpty }
        }
    }

    private var election: Int { register.election.number }
    private var name: String { register.election.election.id }

    /// What a second person is asked for.
    package struct Draft: Sendable {
        let permission: Permission
        let subject: Int
        let order: [String: String]
        let reason: String
        let needsBureau: Bool

        /// - Parameters:
        ///   - subject: the voter's number, or `nobody`.
        ///   - order: what is to be done, sealed until it is decided: a new contact stands in it.
        ///   - reason: one line, for the journal and for whoever decides.
        ///   - needsBureau: whether only a member of the bureau may approve it.
        package init(_ permission: Permission, subject: Int, order: [String: String], reason: String, needsBureau: Bool)
        {
            (self.permission, self.subject, self.order) = (permission, subject, order)
            (self.reason, self.needsBureau) = (reason, needsBureau)
        }
    }

    /// Asks for a second person; returns the request's number.
    package func ask(
        _ transaction: borrowing Transaction, _ draft: Draft, by principal: Principal
    ) throws(StoreError) -> Int {
        let (permission, subject, order) = (draft.permission, draft.subject, draft.order)
        let (reason, needsBureau) = (draft.reason, draft.needsBureau)
        let now = register.clock.now
        let plain: [UInt8]
        do { plain = [UInt8](try JSONEncoder().encode(order)) } catch {
            throw StoreError(.failed, "A request could not be written as JSON: \(error).")
        }
        let id = try transaction.insert(
            """
            INSERT INTO staff_approval (election, deed, subject, sealed, reason, needs_bureau, asked_by, asked_at, expires_at,
                state)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting')
            """, election, permission.rawValue, subject,
            register.sealer().seal(plain, associated: place(subject, permission)),
            reason,
            needsBureau, principal.text, now, now + Approvals.lifetime)
        try register.journal.record(
            transaction, election: name, by: principal, .approvalAsk,
            [
                "request": "\(id)", "deed": permission.rawValue, "voter": "\(subject)", "reason": reason,
                "byBureau": needsBureau ? "yes" : "no",
            ])
        let hands = order[Approvals.hands]?.split(separator: ",").map(String.init) ?? []
        try tell(transaction, id, needsBureau: needsBureau, but: Set(hands + [principal.text]))
        return id
    }

    /// Tells those who may decide that a request waits: it lives for a day only.
    private func tell(
        _ transaction: borrowing Transaction, _ id: Int, needsBureau: Bool, but askers: Set<String>
    ) throws(StoreError) {
        let until = register.clock.now + Approvals.lifetime
        let zone = register.election.election.timeZone
        for member in try register.members(transaction.reading)
        where !askers.contains(member.principal.text) && !member.isWaiting
            && member.role.may(needsBureau ? .decideForBureau : .decide)
        {
            try register.queue(
                transaction, member,
                VoterNotification(
                    .staffApproval, by: .email, priority: .recovery, generation: id,
                    values: [
                        "console": register.link("/approvals"),
                        "until": LocalTime.phrase(until, zone: zone, member.language),
                    ], expiresAt: until))
        }
    }

    /// Why somebody cannot decide a request.
    package enum Denial: Sendable, Equatable {
        /// It does not exist, or was decided or taken back.
        case gone
        /// Its day is over.
        case expired
        /// Whoever asked, or had a hand in it, does not approve.
        case samePerson
        /// Only a member of the bureau may.
        case bureauOnly
        /// The account is new: it approves nothing before this time.
        case tooNew(until: Int)
    }

    /// What a decision came to.
    package enum Decision: Sendable {
        case decided(Request)
        case denied(Denial)
    }

    /// Approves or refuses. An approved request is to be carried out in the same transaction, by whoever called.
    package func decide(
        _ transaction: borrowing Transaction, request id: Int, approved: Bool, answer: String, by member: Principal,
        role: StaffRole
    ) throws(StoreError) -> Decision {
        guard let request = try request(transaction.reading, id), request.state == .waiting else {
            return .denied(.gone)
        }
        guard request.expiresAt > register.clock.now else { return .denied(.expired) }
        let chains = MakerChains(election: election)
        // To refuse takes nothing away from anybody: whoever gave what somebody else asks for may.
        for maker in [request.askedBy] + (approved ? request.hands : []) {
            guard maker != member.text, try !chains.meet(transaction.reading, maker, member.text) else {
                return .denied(.samePerson)
            }
        }
        let until = try register.decidesAt(transaction.reading, member)
        if approved, until > register.clock.now { return .denied(.tooNew(until: until)) }
        let isOwnHand = !approved && request.hands.contains(member.text)
        guard role.may(request.needsBureau && !isOwnHand ? .decideForBureau : .decide) else {
            return .denied(.bureauOnly)
        }
        let changed = try transaction.execute(
            """
            UPDATE staff_approval SET state = ?, decided_by = ?, decided_at = ?, answer = ?
            WHERE id = ? AND state = 'waiting' AND expires_at > ? AND asked_by <> ?
            """, approved ? "approved" : "refused", member.text, register.clock.now, answer, id, register.clock.now,
            member.text)
        guard changed == 1 else { return .denied(.gone) }
        try register.journal.record(
            transaction, election: name, by: member, approved ? .approvalApprove : .approvalRefuse,
            ["request": "\(id)", "deed": request.permission.rawValue, "voter": "\(request.subject)", "reason": answer])
        return .decided(request)
    }

    /// Takes back what one asked for oneself; false when it does not wait any more.
    package func takeBack(
        _ transaction: borrowing Transaction, request id: Int, by member: Principal
    ) throws(StoreError) -> Bool {
        let changed = try transaction.execute(
            """
            UPDATE staff_approval SET state = 'taken back', decided_by = ?1, decided_at = ?2
            WHERE id = ?3 AND election = ?4 AND state = 'waiting' AND asked_by = ?1
            """, member.text, register.clock.now, id, election)
        guard changed == 1 else { return false }
        try register.journal.record(
            transaction, election: name, by: member, .approvalTakeBack, ["request": "\(id)"])
        return true
    }

    /// Ends a request in whose place something newer came; false when it does not wait any more.
    /// - Parameter successor: what came, as whoever asked knows it.
    package func replace(
        _ transaction: borrowing Transaction, request id: Int, by successor: String, principal: Principal
    ) throws(StoreError) -> Bool {
        let changed = try transaction.execute(
            """
            UPDATE staff_approval SET state = 'refused', decided_by = ?, decided_at = ?, answer = '', replaced_by = ?
            WHERE id = ? AND election = ? AND state = 'waiting'
            """, principal.text, register.clock.now, successor, id, election)
        guard changed == 1 else { return false }
        try register.journal.record(
            transaction, election: name, by: principal, .approvalReplace, ["request": "\(id)", "by": successor])
        return true
    }

    /// The requests that ended since a time without anybody's decision, the latest first: their day is over, or something newer
    /// took their place.
    package func lapsed(_ reading: borrowing Reading, since time: Int) throws(StoreError) -> [Request] {
        try reading.all(
            """
            SELECT id, deed, subject, sealed, reason, needs_bureau, asked_by, asked_at, expires_at, state, decided_by,
                replaced_by
            FROM staff_approval WHERE election = ?1 AND (state = 'waiting' AND expires_at BETWEEN ?2 AND ?3
                OR replaced_by IS NOT NULL AND decided_at >= ?2) ORDER BY id DESC
            """, election, time, register.clock.now, row: read)
    }

    /// The requests that wait, the oldest first.
    package func waiting(_ reading: borrowing Reading) throws(StoreError) -> [Request] {
        var found: [Request] = []
        try reading.each(
            """
            SELECT id, deed, subject, sealed, reason, needs_bureau, asked_by, asked_at, expires_at, state, decided_by,
                replaced_by
            FROM staff_approval WHERE election = ? AND state = 'waiting' AND expires_at > ? ORDER BY id
            """, election, register.clock.now
        ) { (row: borrowing Row) throws(StoreError) in found.append(try read(row)) }
        return found
    }

    /// How many wait.
    package func waitingCount(_ reading: borrowing Reading) throws(StoreError) -> Int {
        try reading.number(
            "SELECT count(*) FROM staff_approval WHERE election = ? AND state = 'waiting' AND expires_at > ?", election,
            register.clock.now)
    }

    /// A request by its number.
    package func request(_ reading: borrowing Reading, _ id: Int) throws(StoreError) -> Request? {
        try reading.first(
            """
            SELECT id, deed, subject, sealed, reason, needs_bureau, asked_by, asked_at, expires_at, state, decided_by,
                replaced_by
            FROM staff_approval WHERE id = ? AND election = ?
            """, id, election, row: read)
    }

    /// Opens a request.
    /// - Throws: `damaged` when its order does not open with the election's key.
    private func read(_ row: borrowing Row) throws(StoreError) -> Request {
        let (id, permission, subject): (Int, Permission, Int) = (try row[0], try row.value(1), try row[2])
        guard let plain = register.sealer().open(try row[3], associated: place(subject, permission)) else {
            throw StoreError(.damaged, "Request \(id) for approval does not open.", cure: "Run `store check`.")
        }
        let order: [String: String]
        do { order = try JSONDecoder().decode([String: String].self, from: Data(plain)) } catch {
            throw StoreError(
                .damaged, "Request \(id) for approval is not readable: \(error).", cure: "Run `store check`.")
        }
        return Request(
            id: id, permission: permission, subject: subject, order: order, reason: try row[4], needsBureau: try row[5],
            askedBy: try row[6], askedAt: try row[7], expiresAt: try row[8], state: try row.value(9),
            decidedBy: try row[10], replacedBy: try row[11])
    }

    /// What a sealed order is bound to: it opens for this voter and action alone.
    private func place(_ subject: Int, _ permission: Permission) -> [UInt8] {
        register.place("approval:\(permission.rawValue):\(subject)")
    }
}
