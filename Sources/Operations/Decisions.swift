import Authentication
import Delivery
import Elections
import Issuance
import Journal
package import Staff
package import Store
import VoterRoll

extension VoterDesk {
    /// What a decision came to.
    package enum Decided: Sendable, Equatable {
        /// A person refused the request: nothing was done, and the journal has the reason.
        case refusedRequest
        /// It was approved, and the deed came to this; a refusal of the deed still uses the request up.
        case carriedOut(Outcome)
        /// This person may not decide it, or not yet; it waits on where it waited.
        case denied(Approvals.Denial)
    }

    /// Approves or refuses a request; an approved one is carried out in the same transaction.
    package func decide(
        request id: Int, approved: Bool, answer: String, by viewer: Viewer
    ) throws(StoreError) -> Decided {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Decided in
            if approved, !viewer.may(.decideForBureau),
                let request = try approvals.request(transaction.reading, id), request.state == .waiting,
                try completesTakeover(transaction.reading, request)
            {
                return .denied(.bureauOnly)
            }
            // What became suspicious since it was asked for is the bureau's too.
            if approved, !viewer.may(.decideForBureau),
                let request = try approvals.request(transaction.reading, id), request.state == .waiting,
                let voter = try voter(transaction.reading, request.subject),
                let asker = Principal(text: request.askedBy),
                try isSuspicious(transaction, anyOf: request.given, voter: voter, by: asker, deciding: true)
            {
                return .denied(.bureauOnly)
            }
            let decision = try approvals.decide(
                transaction, request: id, approved: approved, answer: answer, by: viewer.principal, role: viewer.role)
            guard case .decided(let request) = decision else {
                if case .denied(let denial) = decision { return .denied(denial) }
                return .denied(.gone)
            }
            guard approved else { return .refusedRequest }
            guard let voter = try voter(transaction.reading, request.subject) else {
                return .carriedOut(.unknownVoter)
            }
            let check = VoterOrder.Check(rawValue: request.order["check"] ?? "") ?? .callBack
            let asker = Principal(text: request.askedBy) ?? viewer.principal
            let why = "\(request.reason) (checked: \(check.rawValue); approved by \(viewer.principal.text))"
            if request.deed == .changeRoll {
                return .carriedOut(try carryOutCorrection(transaction, request, voter, why: why, by: asker))
            }
            if request.deed == .resetPassphrase {
                try clearPassphrase(transaction, voter, why: why, by: asker)
                return .carriedOut(.done(noticeBy: nil, sheets: []))
            }
            let contact = request.order["contact"] ?? ""
            let outcome = try giveIdentifier(
                transaction, voter, by: Route(rawValue: request.order["route"] ?? "") ?? .email,
                contact: contact.isEmpty ? nil : contact, why: why, principal: asker)
            switch outcome {
            case .done(_, let notice, let sheets, _): return .carriedOut(.done(noticeBy: notice, sheets: sheets))
            case .unknownVoter: return .carriedOut(.unknownVoter)
            case .refused(let reason): return .carriedOut(.refused(reason))
            }
        }
    }

    /// Makes a slowed voter wait no longer; false when there is no such voter.
    package func unlock(voter id: Int, reason: String, by viewer: Viewer) throws(StoreError) -> Bool {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard let voter = try voter(transaction.reading, id) else { return false }
            try door.unlock(
                transaction, .voter(id), subjects: try issuer.hashes(transaction.reading, voter: id))
            try logbook.record(
                transaction, election: election.election.id, by: viewer.principal, "voter.unlock",
                ["reference": voter.reference, "reason": reason])
            return true
        }
    }
}
