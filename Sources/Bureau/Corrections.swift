import Access
import Crypto
import Delivery
import Elections
import Issuance
import Journal
import Staff
import Store
import VoterRoll

extension VoterDesk {
    /// Carries out a correction; messages that wait follow the contact, and the old one is told.
    func correct(
        _ transaction: borrowing Transaction, _ voter: Voter, _ column: Column, _ value: String, reason: String,
        by principal: Principal
    ) throws(StoreError) -> RollDesk.Change {
        let isContact = [.email, .phone, .address1].contains(column)
        let hasIdentifier = try !issuer.history(transaction.reading, voter: voter.id).isEmpty
        // Before the contact is another: whoever has the old one learns of it.
        if isContact, hasIdentifier { try tellOld(transaction, voter) }
        let outcome = try registrar.correct(
            transaction, election, reference: voter.reference, column: column, value: value, reason: reason, key: key,
            randomness: randomness, by: principal)
        switch outcome {
        case .unknownVoter: return .unknownVoter
        case .refused(let reason): return .refused(reason)
        case .done: return .done(messages: try issuer.readdress(transaction, election, key: key, voter: voter.id))
        }
    }

    /// Sends word of a changed contact by the channels that were known until now.
    private func tellOld(_ transaction: borrowing Transaction, _ voter: Voter) throws(StoreError) {
        let principal = Principal.voter(voter.id)
        for route in try directory.routes(transaction.reading, principal) {
            let generation = clock.now
            let note = VoterNote(.contactChanged, by: route, priority: .recovery, generation: generation)
            _ = try directory.send(transaction, principal, note)
        }
    }

    /// Why a correction would be refused; nil when it would not. Nothing of it stays.
    func trial(
        _ transaction: borrowing Transaction, _ voter: Voter, _ column: Column, _ value: String
    ) throws(StoreError) -> String? {
        try registrar.refusal(transaction.reading, column, value)
    }

    func carryOutCorrection(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, _ voter: Voter, why: String,
        by principal: Principal
    ) throws(StoreError) -> Outcome {
        guard let column = Column(rawValue: request.order["column"] ?? "") else { return .refused("") }
        let change = try correct(
            transaction, voter, column, request.order["contact"] ?? "", reason: why, by: principal)
        switch change {
        case .done: return .done(noticeBy: nil, sheets: [])
        case .refused(let reason): return .refused(reason)
        default: return .unknownVoter
        }
    }
}
