import Crypto
import Elections
import Store

/// The second of two presses of a secret.
extension SignInFlow {
    /// Whether the same secret was typed with a sign-in's press a moment ago, and was wrong.
    package func wasWrong(token: String, _ typed: String) -> Bool {
        presses.wasWrong(
            token, authenticator.hash(generated: SecretText.secret(typed)), now: authenticator.clock.now)
    }

    /// Whether the same secret was typed with a sign-in's press a moment ago.
    package func wasTyped(token: String, _ typed: String) -> Bool {
        presses.wasTyped(
            token, authenticator.hash(generated: SecretText.secret(typed)), now: authenticator.clock.now)
    }

    /// Forgets the presses of which no second one can follow any more.
    package func forgetPresses() { presses.tidy(now: authenticator.clock.now) }

    /// Checks the secret of a second press; the attempt is counted first.
    /// - Returns: `gone` for every other press, as for a wrong secret.
    func enterAgain(token: String, _ secret: Secret) throws(StoreError) -> Outcome {
        let begun = try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (SignInAttempt, String)? in
            // Never put off: whoever holds this token has typed the right secret a moment ago.
            guard let (request, session) = try FirstPress(authenticator).justOpened(transaction.reading, token: token),
                try passphrases.attempts.begin(transaction, election: election, subject: request.subject, always: true)
            else { return nil }
            return (try visitor(transaction.reading, request, isFirst: false), session)
        }
        guard let (visitor, session) = begun else { return .gone }
        switch match(visitor, secret) {
        case .busy(let seconds):
            try giveBack(visitor.request.subject, of: visitor)
            return .busy(seconds: seconds)
        case .done(let match):
            guard match.generation != nil else { return .gone }
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try passphrases.attempts.succeed(transaction, election: election, subject: visitor.request.subject)
            }
            return .opened(token: session)
        }
    }
}
