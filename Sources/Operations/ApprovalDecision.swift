import Authentication
import Contacts
import Delivery
import Elections
package import Issuance
import Journal
package import Staff
package import Store
import VoterRoll

extension VoterSupport {
    /// What a decision came to.
    package enum Decided: Sendable, Equatable {
        /// A person refused the request: nothing was done, and the journal has the reason.
        case refusedRequest
        /// It was approved, and the action came to this; a refusal of the action still uses the request up.
        case carriedOut(Outcome)
        /// A file's contacts were approved: so many voters have theirs; the others' rows, by reference, were changed meanwhile or left
        /// out and stay as they are. Voters whose place others took are struck off. Printed sheets that are not posted yet are wrong
        /// since.
        case appliedFile(
            voters: Int, overtaken: [String], leftOut: [String] = [], struck: [String] = [], sheets: [Issuer.Sheet] = []
        )
        /// Rows were to be left out that the request does not have, by reference; it waits on.
        case unknownRows([String])
        /// This person may not decide it, or not yet; it waits on where it waited.
        case denied(Approvals.Denial)
    }

    /// Approves or refuses a request; an approved one is carried out in the same transaction, by the rules and against the roll of
    /// that moment.
    /// - Parameter leftOut: of a file the rows that are not approved, by reference.
    package func decide(
        request id: Int, approved: Bool, answer: String, leavingOut leftOut: Set<String> = [], by actor: Actor
    ) throws(StoreError) -> Decided {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Decided in
            let waiting = try approvals.request(transaction.reading, id).flatMap { $0.state == .waiting ? $0 : nil }
            if approved, !leftOut.isEmpty, let waiting {
                let rows = try heldFile(transaction.reading, waiting)?.rows ?? []
                let unknown = leftOut.subtracting(rows.map(\.reference))
                guard unknown.isEmpty else { return .unknownRows(unknown.sorted()) }
            }
            if approved, !actor.may(.decideForBureau), let waiting,
                try isForBureauNow(transaction, waiting, but: leftOut)
            {
                return .denied(.bureauOnly)
            }
            // At the command line nobody is there who could be the second person.
            guard let role = actor.role else { return .denied(.bureauOnly) }
            let decision = try approvals.decide(
                transaction, request: id, approved: approved, answer: answer, by: actor.principal, role: role)
            guard case .decided(let request) = decision else {
                if case .denied(let denial) = decision { return .denied(denial) }
                return .denied(.gone)
            }
            guard approved else {
                if let source = request.heldImport { try forgetHeld(transaction, source) }
                return .refusedRequest
            }
            return try carryOut(transaction, request, but: leftOut, approvedBy: actor.principal)
        }
    }

    /// Whether a request is the bureau's by what is known today: it would be the second half of a takeover, or its contacts became
    /// odd since it was asked for.
    private func isForBureauNow(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, but leftOut: Set<String>
    ) throws(StoreError) -> Bool {
        guard let asker = Principal(text: request.askedBy) else { return true }
        if let file = try heldFile(transaction.reading, request) {
            return try isForBureau(transaction, request, file, but: leftOut, by: asker)
        }
        if try completesTakeover(transaction.reading, request) { return true }
        guard let voter = try voter(transaction.reading, request.subject) else { return false }
        return try isSuspicious(
            transaction, anyOf: request.given, voter: voter, by: asker,
            isChange: request.corrections.keys.contains(where: \.isContact), but: request.id)
    }

    /// Does what was approved, unless what it rests on is another by now.
    private func carryOut(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, but leftOut: Set<String>,
        approvedBy second: Principal
    ) throws(StoreError) -> Decided {
        let check = VoterOrder.Check(rawValue: request.order["check"] ?? "") ?? .callBack
        let asker = Principal(text: request.askedBy) ?? second
        if let file = try heldFile(transaction.reading, request) {
            let why = "\(request.reason) (approved by \(second.text))"
            return try carryOutFile(transaction, request, file, but: leftOut, why: why, by: asker)
        }
        guard let voter = try voter(transaction.reading, request.subject) else { return .carriedOut(.unknownVoter) }
        let why = "\(request.reason) (checked: \(check.rawValue); approved by \(second.text))"
        switch request.permission {
        case .changeRoll:
            return .carriedOut(try carryOutCorrection(transaction, request, voter, why: why, by: asker))
        case .resetPassphrase:
            if election.election.access.secretKind == .generated {
                return .carriedOut(.refused(VoterSupport.sendsPasswords))
            }
            if let stood = request.order[VoterSupport.stoodSecret],
                try stood != latestSecret(transaction.reading, voter.id)
            {
                return .carriedOut(.refused(VoterSupport.changedMeanwhile))
            }
            try clearPassphrase(transaction, voter, why: why, by: asker)
            return .carriedOut(.done(noticeBy: nil, sheets: []))
        default: return .carriedOut(try carryOutReissue(transaction, request, voter, why: why, by: asker))
        }
    }

    /// Gives the identifier that a second person approved.
    private func carryOutReissue(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, _ voter: Voter, why: String,
        by asker: Principal
    ) throws(StoreError) -> Outcome {
        if let stood = request.order[VoterSupport.stoodIdentifier],
            try stood != latestIdentifier(transaction.reading, voter.id)
        {
            return .refused(VoterSupport.changedMeanwhile)
        }
        // As it was read when it was asked for, whatever the voter's address says by now.
        let contact =
            request.given.first.map { String(decoding: $0.bytes, as: UTF8.self) } ?? request.contacts.first?.text
        let outcome = try giveIdentifier(
            transaction, voter,
            ReissueOrder(
                by: Channel(rawValue: request.order["route"] ?? "") ?? .email, contact: contact, reason: why,
                principal: asker))
        switch outcome {
        case .done(_, let notice, let sheets, _): return .done(noticeBy: notice, sheets: sheets)
        case .unknownVoter: return .unknownVoter
        case .refused(let reason): return .refused(reason)
        }
    }

    /// The orders' entries of what stood when a reissue or a reset was asked for.
    static let stoodIdentifier = "stood.identifier"
    static let stoodSecret = "stood.secret"

    /// By which a voter's latest identifier is told from the one before.
    func latestIdentifier(_ reading: borrowing Reading, _ voter: Int) throws(StoreError) -> String {
        try issuer.history(reading, voter: voter).first.map { "\($0.generation)" } ?? ""
    }

    /// By which a voter's secret is told from the one before.
    func latestSecret(_ reading: borrowing Reading, _ voter: Int) throws(StoreError) -> String {
        "\(try passphrases.record(reading, election: election.number, .voter(voter)).generation)"
    }

    /// Makes a slowed voter wait no longer; false when there is no such voter.
    package func unlock(voter id: Int, reason: String, by actor: Actor) throws(StoreError) -> Bool {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard let voter = try voter(transaction.reading, id) else { return false }
            try door.limits.unlock(
                transaction, .voter(id), subjects: try issuer.hashes(transaction.reading, voter: id))
            try journal.record(
                transaction, election: election.election.id, by: actor.principal, .voterUnlock,
                ["reference": voter.reference, "reason": reason])
            return true
        }
    }
}
