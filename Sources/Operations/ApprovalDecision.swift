import Authentication
import Contacts
import Delivery
import Elections
package import Issuance
import Journal
package import Staff
package import Store
import VoterRoll

/// What waits for a second person, decided: refused, or carried out in the same transaction.
package struct ApprovalDecision: StaffOperation {
    let context: OperationContext

    /// Of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// What a decision came to.
    package enum Outcome: Sendable, Equatable {
        /// A person refused the request: nothing was done, and the journal has the reason.
        case refusedRequest
        /// It was approved, and the action came to this; a refusal of the action still uses the request up.
        case carriedOut(SupportOutcome)
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
    ) throws(StoreError) -> Outcome {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Outcome in
            let waiting = try approvals.request(transaction.reading, id).flatMap { $0.state == .waiting ? $0 : nil }
            if approved, !leftOut.isEmpty, let waiting {
                let rows = try HeldRolls(context).file(transaction.reading, waiting)?.rows ?? []
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
                if let source = request.heldImport { try HeldRolls(context).forget(transaction, source) }
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
        if let file = try HeldRolls(context).file(transaction.reading, request) {
            return try HeldRolls(context).isForBureau(transaction, request, file, but: leftOut, by: asker)
        }
        if try TakeoverRule(context).isCompleted(transaction.reading, by: request) { return true }
        guard let voter = try context.voter(transaction.reading, request.subject) else { return false }
        return try ContactRules(context).isSuspicious(
            transaction, anyOf: request.given, voter: voter, by: asker,
            isChange: request.corrections.keys.contains(where: \.isContact), but: request.id)
    }

    /// Does what was approved, unless what it rests on is another by now.
    private func carryOut(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, but leftOut: Set<String>,
        approvedBy second: Principal
    ) throws(StoreError) -> Outcome {
        let check = VoterOrder.Check(rawValue: request.order["check"] ?? "") ?? .callBack
        let asker = Principal(text: request.askedBy) ?? second
        if let file = try HeldRolls(context).file(transaction.reading, request) {
            let why = "\(request.reason) (approved by \(second.text))"
            return try HeldRolls(context).carryOut(transaction, request, file, but: leftOut, why: why, by: asker)
        }
        guard let voter = try context.voter(transaction.reading, request.subject) else {
            return .carriedOut(.unknownVoter)
        }
        let why = "\(request.reason) (checked: \(check.rawValue); approved by \(second.text))"
        switch request.permission {
        case .changeRoll:
            let correction = RollCorrection(context)
            return .carriedOut(try correction.carryOut(transaction, request, voter, why: why, by: asker))
        case .resetPassphrase:
            let reset = PassphraseReset(context)
            return .carriedOut(try reset.carryOut(transaction, request, voter, why: why, by: asker))
        default:
            let reissue = IdentifierReissue(context)
            return .carriedOut(try reissue.carryOut(transaction, request, voter, why: why, by: asker))
        }
    }

    /// Takes one's own request back; false when it does not wait any more.
    package func takeBack(request id: Int, by actor: Actor) throws(StoreError) -> Bool {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            let request = try approvals.request(transaction.reading, id)
            guard try approvals.takeBack(transaction, request: id, by: actor.principal) else { return false }
            if let source = request?.heldImport { try HeldRolls(context).forget(transaction, source) }
            return true
        }
    }
}
