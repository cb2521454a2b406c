import Authentication
import Crypto
import Elections
import Journal
import Store
import VoterRoll

/// The answer to the election's question, as somebody on the phone gave it.
struct CallerAnswer: StaffOperation {
    let context: OperationContext

    init(_ context: OperationContext) { self.context = context }

    /// Checks the answer that a caller gave; nil when there is nothing to ask, or it is right. The command line does not ask for it:
    /// whoever runs it says in the reason how the person was recognised.
    func check(
        _ answer: String?, voter id: Int, by actor: Actor
    ) throws(StoreError) -> SupportOutcome? {
        guard election.election.access.challenge != nil, !actor.actsAlone else { return nil }
        let stored = try store.read { (reading: borrowing Reading) throws(StoreError) -> String? in
            try context.voter(reading, id) == nil ? nil : try registrar.challenge(reading, voter: id)
        }
        guard let stored else { return nil }
        guard let answer = answer?.trimmed, !answer.isEmpty else { return .answerMissing }
        // Counted for the voter, whoever asks: two persons do not have twice as many guesses.
        let subject = AttemptLimiter.Subject.callerAnswer(voter: id).bytes
        let wait = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Int? in
            if try passphrases.attempts.begin(transaction, election: election.number, subject: subject) { return nil }
            return try passphrases.attempts.wait(transaction.reading, election: election.number, subject: subject)
        }
        if let wait { return .wait(seconds: wait) }
        switch passphrases.check(SecretText.answer(answer), against: stored) {
        case .busy(let seconds):
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try passphrases.attempts.giveBack(transaction, election: election.number, subject: subject)
            }
            return .busy(seconds: seconds)
        case .done(false):
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try journal.record(
                    transaction, election: election.election.id, by: actor.principal, .voterAnswerWrong,
                    ["voter": "\(id)"])
            }
            return .answerWrong
        case .done(true):
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try passphrases.attempts.succeed(transaction, election: election.number, subject: subject)
            }
            return nil
        }
    }
}
