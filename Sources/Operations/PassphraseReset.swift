import Authentication
import Delivery
import Elections
import Issuance
package import Journal
import Staff
package import Store
package import VoterRoll

extension VoterDesk {
    /// Lets a voter choose a new passphrase at the next sign-in, or asks a second person for it.
    package func resetPassphrase(
        voter id: Int, reason: String, check: VoterOrder.Check, answer: String?, by viewer: Viewer
    ) throws(StoreError) -> Outcome {
        if election.election.access.secretKind == .generated {
            return .refused(VoterDesk.sendsPasswords)
        }
        if let stop = try checkAnswer(answer, voter: id, by: viewer) { return stop }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Outcome in
            guard let voter = try voter(transaction.reading, id) else { return .unknownVoter }
            let meets = try hasContactMoved(transaction.reading, voter: id)
            guard election.election.access.fourEyes || meets else {
                try clearPassphrase(
                    transaction, voter, why: "\(reason) (checked: \(check.rawValue))", by: viewer.principal)
                return .done(noticeBy: nil, sheets: [])
            }
            if let known = try waiting(transaction.reading, .resetPassphrase, id) { return .already(request: known) }
            let request = try approvals.ask(
                transaction, .resetPassphrase, subject: id,
                order: [
                    "check": check.rawValue, VoterDesk.stoodSecret: try latestSecret(transaction.reading, id),
                ], reason: reason,
                needsBureau: meets, by: viewer.principal)
            return .asked(request: request, byBureau: meets)
        }
    }

    /// The same for the command line, which knows one person: true where a member of the bureau would have had to agree at the
    /// console, since a contact of the voter was changed a short while ago.
    package func resetAlone(
        _ transaction: borrowing Transaction, _ voter: Voter, reason: String, by principal: Principal
    ) throws(StoreError) -> Bool {
        let meets = try hasContactMoved(transaction.reading, voter: voter.id)
        try clearPassphrase(transaction, voter, why: reason, by: principal)
        return meets
    }

    static let sendsPasswords = "this election sends passwords: give the voter a new identifier"

    /// Ends the passphrase, the waits, and a reset under way; tells the voter by every channel. Console, interface for programs
    /// and command line all come here.
    package func clearPassphrase(
        _ transaction: borrowing Transaction, _ voter: Voter, why: String, by principal: Principal
    ) throws(StoreError) {
        let subject = Principal.voter(voter.id)
        try door.unlock(transaction, subject, subjects: try issuer.hashes(transaction.reading, voter: voter.id))
        try keeper.clear(
            transaction, election: election.number, named: election.election.id, subject, by: principal, why: why)
        let generation = try keeper.record(transaction.reading, election: election.number, subject).generation
        for route in try directory.routes(transaction.reading, subject) {
            _ = try directory.send(
                transaction, subject, VoterNote(.secretChanged, by: route, priority: .code, generation: generation))
        }
    }
}
