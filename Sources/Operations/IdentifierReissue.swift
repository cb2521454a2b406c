import Authentication
import Contacts
import Delivery
import Elections
import Issuance
import Journal
import Staff
package import Store
import VoterRoll

/// A new identifier in place of a lost one, in these rooms: the voter is found, the caller's answer and the new contact are looked
/// at, a second person is asked where the rules want one, and the old identifier ends with the new one's giving.
package struct IdentifierReissue: StaffOperation {
    let context: OperationContext

    /// Of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// Gives a voter a new identifier, or asks a second person for it; the command line, which knows one person, gives it and says
    /// so. Console, interface for programs and command line all come here. Hashes an answer: runs outside any transaction.
    package func reissue(_ order: VoterOrder, by actor: Actor) throws(StoreError) -> SupportOutcome {
        if let stop = try CallerAnswer(context).check(order.answer, voter: order.voter, by: actor) { return stop }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> SupportOutcome in
            guard let voter = try context.voter(transaction.reading, order.voter) else { return .unknownVoter }
            let takeover = TakeoverRule(context)
            var second: SecondPerson?
            var order = order
            let home = try directory.contacts(transaction.reading, voter).phoneHome
            if let fault = order.readContact(home: home) { return .refused(.reissue(.contact(fault))) }
            if let contact = order.given {
                let needsBureau = try ContactRules(context).needsBureau(
                    transaction, contact, voter: voter, by: actor.principal)
                second = needsBureau ? .bureau : .standard(election)
            }
            guard let second, !actor.actsAlone else {
                if order.contact != nil, try takeover.wasReset(transaction.reading, voter: voter.id) {
                    try takeover.raise(transaction, by: actor)
                }
                return try carryOut(transaction, order, voter, without: second, by: actor.principal)
            }
            let permission = Permission.reissueElsewhere
            if let known = try approvals.waiting(transaction.reading, permission, voter.id) {
                return .already(request: known)
            }
            let id = try approvals.ask(
                transaction,
                Approvals.Draft(
                    permission, subject: voter.id,
                    order: [
                        "route": order.route.rawValue, "contact": order.contact ?? "",
                        "check": order.check?.rawValue ?? "",
                        IdentifierReissue.stoodIdentifier: try latestIdentifier(transaction.reading, voter.id),
                    ], reason: order.reason, needsBureau: second == .bureau), by: actor.principal)
            return .asked(request: id, byBureau: second == .bureau)
        }
    }

    /// Gives the identifier at once: nobody else has to agree, or nobody else can be asked.
    private func carryOut(
        _ transaction: borrowing Transaction, _ order: VoterOrder, _ voter: Voter, without second: SecondPerson?,
        by principal: Principal
    ) throws(StoreError) -> SupportOutcome {
        let outcome = try issuer.reissue(
            transaction, context.issuance, reference: voter.reference,
            ReissueOrder(
                by: order.route, contact: order.contact, reason: order.why, principal: principal,
                keepsOld: order.keepsOld))
        switch outcome {
        case .done(_, let notice, let sheets, let keepsOld):
            return .done(noticeBy: notice, sheets: sheets, keepsOld: keepsOld, without: second)
        case .unknownVoter: return .unknownVoter
        case .refused(let reason): return .refused(.reissue(reason))
        }
    }

    /// Gives the identifier that a second person approved.
    func carryOut(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, _ voter: Voter, why: String,
        by asker: Principal
    ) throws(StoreError) -> SupportOutcome {
        if let stood = request.order[IdentifierReissue.stoodIdentifier],
            try stood != latestIdentifier(transaction.reading, voter.id)
        {
            return .changedMeanwhile
        }
        // As it was read when it was asked for, whatever the voter's address says by now.
        let contact =
            request.given.first.map { String(decoding: $0.bytes, as: UTF8.self) } ?? request.contacts.first?.text
        let outcome = try issuer.reissue(
            transaction, context.issuance, reference: voter.reference,
            ReissueOrder(
                by: Channel(rawValue: request.order["route"] ?? "") ?? .email, contact: contact, reason: why,
                principal: asker))
        switch outcome {
        case .done(_, let notice, let sheets, _): return .done(noticeBy: notice, sheets: sheets)
        case .unknownVoter: return .unknownVoter
        case .refused(let reason): return .refused(.reissue(reason))
        }
    }

    /// The order's entry of what stood when it was asked for.
    private static let stoodIdentifier = "stood.identifier"

    /// By which a voter's latest identifier is told from the one before.
    private func latestIdentifier(_ reading: borrowing Reading, _ voter: Int) throws(StoreError) -> String {
        try issuer.history(reading, voter: voter).first.map { "\($0.generation)" } ?? ""
    }
}
