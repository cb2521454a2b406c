import Authentication
import Delivery
import Elections
import Issuance
import Journal
import Staff
package import Store
import VoterRoll

extension VoterSupport {
    /// Lets a voter choose a new passphrase at the next sign-in, or asks a second person for it; the command line, which knows one
    /// person, does it and says so. Console, interface for programs and command line all come here. Hashes an answer: runs outside
    /// any transaction.
    /// - Parameters:
    ///   - check: how the caller was recognised; nil at the command line, whose reason says it.
    ///   - answer: to the election's question, as it was said on the phone; the command line is not asked for one.
    package func resetPassphrase(
        voter id: Int, reason: String, check: VoterOrder.Check?, answer: String?, by actor: Actor
    ) throws(StoreError) -> Outcome {
        if election.election.access.secretKind == .generated {
            return .refused(VoterSupport.sendsPasswords)
        }
        if let stop = try checkAnswer(answer, voter: id, by: actor) { return stop }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Outcome in
            guard let voter = try voter(transaction.reading, id) else { return .unknownVoter }
            let meets = try hasContactMoved(transaction.reading, voter: id)
            let second = meets ? .bureau : fourEyes
            guard second != nil, !actor.actsAlone else {
                try clearPassphrase(transaction, voter, why: VoterOrder.why(reason, check), by: actor.principal)
                if meets { try noteTakeover(transaction, by: actor) }
                return .done(noticeBy: nil, sheets: [], without: second)
            }
            if let known = try waiting(transaction.reading, .resetPassphrase, id) { return .already(request: known) }
            let request = try approvals.ask(
                transaction,
                Approvals.Draft(
                    .resetPassphrase, subject: id,
                    order: [
                        "check": check?.rawValue ?? "",
                        VoterSupport.stoodSecret: try latestSecret(transaction.reading, id),
                    ], reason: reason, needsBureau: meets), by: actor.principal)
            return .asked(request: request, byBureau: meets)
        }
    }

    static let sendsPasswords = "this election sends passwords: give the voter a new identifier"

    /// Ends the passphrase, the waits, and a reset under way; tells the voter by every channel.
    func clearPassphrase(
        _ transaction: borrowing Transaction, _ voter: Voter, why: String, by principal: Principal
    ) throws(StoreError) {
        let subject = Principal.voter(voter.id)
        try door.limits.unlock(transaction, subject, subjects: try issuer.hashes(transaction.reading, voter: voter.id))
        try passphrases.clear(
            transaction, election: election.number, named: election.election.id, subject, by: principal, why: why)
        let generation = try passphrases.record(transaction.reading, election: election.number, subject).generation
        for route in try directory.routes(transaction.reading, subject) {
            _ = try directory.send(
                transaction, subject,
                VoterNotification(.secretChanged, by: route, priority: .code, generation: generation))
        }
    }
}
