import Authentication
import Delivery
import Elections
import Issuance
import Journal
import Staff
package import Store
import VoterRoll

/// A passphrase that a voter has forgotten ends, and they choose a new one.
package struct PassphraseReset: StaffOperation {
    let context: OperationContext

    /// Of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// Lets a voter choose a new passphrase at the next sign-in, or asks a second person for it; the command line, which knows one
    /// person, does it and says so. Console, interface for programs and command line all come here. Hashes an answer: runs outside
    /// any transaction.
    /// - Parameters:
    ///   - check: how the caller was recognised; nil at the command line, whose reason says it.
    ///   - answer: to the election's question, as it was said on the phone; the command line is not asked for one.
    package func reset(
        voter id: Int, reason: String, check: VoterOrder.Check?, answer: String?, by actor: Actor
    ) throws(StoreError) -> SupportOutcome {
        if election.election.access.secretKind == .generated { return PassphraseReset.sendsPasswords }
        if let stop = try CallerAnswer(context).check(answer, voter: id, by: actor) { return stop }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> SupportOutcome in
            guard let voter = try context.voter(transaction.reading, id) else { return .unknownVoter }
            let takeover = TakeoverRule(context)
            let meets = try takeover.hasContactMoved(transaction.reading, voter: id)
            let second = meets ? .bureau : SecondPerson.standard(election)
            guard second != nil, !actor.actsAlone else {
                try clear(transaction, voter, why: VoterOrder.why(reason, check), by: actor.principal)
                if meets { try takeover.raise(transaction, by: actor) }
                return .done(noticeBy: nil, sheets: [], without: second)
            }
            if let known = try approvals.waiting(transaction.reading, .resetPassphrase, id) {
                return .already(request: known)
            }
            let request = try approvals.ask(
                transaction,
                Approvals.Draft(
                    .resetPassphrase, subject: id,
                    order: [
                        "check": check?.rawValue ?? "",
                        PassphraseReset.stoodSecret: try latestSecret(transaction.reading, id),
                    ], reason: reason, needsBureau: meets), by: actor.principal)
            return .asked(request: request, byBureau: meets)
        }
    }

    private static let sendsPasswords = SupportOutcome.refused(.sendsPasswords)

    /// Carries out a reset that a second person approved.
    /// - Parameter why: with who approved it, for the journal.
    func carryOut(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, _ voter: Voter, why: String,
        by asker: Principal
    ) throws(StoreError) -> SupportOutcome {
        if election.election.access.secretKind == .generated { return PassphraseReset.sendsPasswords }
        if let stood = request.order[PassphraseReset.stoodSecret],
            try stood != latestSecret(transaction.reading, voter.id)
        {
            return .changedMeanwhile
        }
        try clear(transaction, voter, why: why, by: asker)
        return .done(noticeBy: nil, sheets: [])
    }

    /// Ends the passphrase, the waits, and a reset under way; tells the voter by every channel.
    private func clear(
        _ transaction: borrowing Transaction, _ voter: Voter, why: String, by principal: Principal
    ) throws(StoreError) {
        let subject = Principal.voter(voter.id)
        try context.authenticator.limits.unlock(
            transaction, subject, subjects: try issuer.hashes(transaction.reading, voter: voter.id))
        try passphrases.clear(
            transaction, election: election.number, named: election.election.id, subject, by: principal, why: why)
        let generation = try passphrases.record(transaction.reading, election: election.number, subject).generation
        for route in try directory.routes(transaction.reading, subject) {
            _ = try directory.send(
                transaction, subject,
                VoterNotification(.secretChanged, by: route, priority: .code, generation: generation))
        }
    }

    /// The order's entry of what stood when it was asked for.
    private static let stoodSecret = "stood.secret"

    /// By which a voter's secret is told from the one before.
    private func latestSecret(_ reading: borrowing Reading, _ voter: Int) throws(StoreError) -> String {
        "\(try passphrases.record(reading, election: election.number, .voter(voter)).generation)"
    }
}
