import Contacts
import Crypto
import Delivery
import Elections
import Issuance
package import Journal
package import Store

/// What stands between a right connection code and a session: the roll's question, and the secret.
///
/// Its functions hash, and run on the pool that is for that; none of them runs inside a transaction.
package struct SignInFlow: Sendable {
    /// Each function opens its own transactions here, before and after hashing.
    package let store: Store
    /// The authenticator that checked the codes.
    package let authenticator: Authenticator
    private let common: CommonSecrets
    let presses = PressMemory()

    /// The election's number in the store.
    var election: Int { authenticator.election.number }
    /// The election's name, as the journal has it.
    var name: String { authenticator.election.election.id }
    var policy: AccessPolicy { authenticator.policy }
    var passphrases: PassphraseService { authenticator.passphrases }

    /// - Parameter common: what nobody may choose as a secret.
    package init(store: Store, authenticator: Authenticator, common: CommonSecrets) {
        (self.store, self.authenticator, self.common) = (store, authenticator, common)
    }

    /// What a browser has to do next.
    package enum Step: Sendable, Equatable {
        /// Type the connection code.
        case code
        /// Answer the roll's question.
        case challenge
        /// Choose a secret, for the first time or in place of a forgotten one.
        case choose(isReset: Bool)
        /// Type the secret.
        case enter
        /// Go on with the renewal of a password: who holds the address or number has shown it.
        case renew
        /// Begin again.
        case gone
    }

    /// What the browser with this cookie has to do next; nothing is changed.
    package func step(_ reading: borrowing Reading, token: String) throws(StoreError) -> Step {
        guard let request = try authenticator.request(reading, token: token) else { return .gone }
        if policy.codeChannel == .none { return .enter }
        guard request.state == .verified, let principal = request.principal else { return .code }
        return try step(reading, request, principal)
    }

    /// The step after a right code.
    private func step(
        _ reading: borrowing Reading, _ request: CodeRequest, _ principal: Principal
    ) throws(StoreError) -> Step {
        let isReset = request.purpose == .reset
        let isSet = try passphrases.record(reading, election: election, principal).isSet
        let mayChoose = policy.secretKind == .generated ? request.isProven || request.renews && !isSet : !isSet
        // Whoever renews a password is never asked for the one that is to be renewed.
        let otherwise = request.renews ? Step.renew : .enter
        guard isReset || mayChoose || request.wantsReset else { return otherwise }
        if policy.challenge != nil, !request.isAnswered,
            try authenticator.directory.challenge(reading, principal) != nil
        {
            return .challenge
        }
        guard isReset || mayChoose else { return otherwise }
        return .choose(isReset: isReset)
    }

    /// What an entered secret or answer came to.
    package enum Outcome: Sendable, Equatable {
        /// Signed in: the session's cookie.
        case opened(token: String)
        /// Right, and there is a further step.
        case next
        /// Right, and the reset of a forgotten secret goes on.
        case forgotten
        case wrong
        /// Too many wrong ones: the next attempt is due in so many seconds.
        case wait(seconds: Int)
        /// So many sign in at once that hashing must wait.
        case busy(seconds: Int)
        /// A chosen secret is refused, for these reasons; these words of it hardly count.
        case refused([PassphraseRules.Fault], uncounted: [String])
        /// The request has ended.
        case gone
    }

    // MARK: The secret that exists

    /// What is known of whoever types a secret.
    struct SignInAttempt {
        let request: CodeRequest
        let account: Account?
        let record: PassphraseService.Record
        /// Whether this is the first attempt of a browser.
        let isFirst: Bool
    }

    /// Checks a typed secret and opens the session. For an identifier that nobody holds it costs the same and is wrong.
    /// - Parameter hasWorked: whether, where no code is asked for, a browser's first attempt is made however many there were
    ///   before: one that has done hard work, or read a picture, keeps nobody waiting.
    package func enter(
        token: String, _ typed: String, on device: Device, hasWorked: Bool = true
    ) throws(StoreError) -> Outcome {
        let secret = SecretText.secret(typed)
        let digest = authenticator.hash(generated: secret)
        let begun = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try begin(transaction, token: token, hasWorked: hasWorked, digest: digest)
        }
        if case .gone = begun { return try enterAgain(token: token, secret) }
        guard case .go(let visitor) = begun else { return SignInFlow.outcome(begun) }
        let match: Match
        var upgrade: (old: String, new: String)?
        switch self.match(visitor, secret) {
        case .busy(let seconds):
            try giveBack(visitor.request.subject, of: visitor)
            return .busy(seconds: seconds)
        case .done(let found): match = found
        }
        guard let matched = match.generation, let account = visitor.account else {
            presses.fail(token, digest)
            return .wrong
        }
        let isSent = match.isSent
        if !isSent, let old = visitor.record.hash, passphrases.isOutdated(old),
            case .done(let new) = passphrases.hash(secret)
        {
            upgrade = (old, new)
        }
        let opened = authenticator.sessionToken(visitor.request.id, token: token)
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            // Of two presses at once the first has done all that follows, and its session is this one's.
            if try authenticator.sessions.find(transaction.reading, token: opened) != nil {
                try passphrases.attempts.succeed(transaction, election: election, subject: visitor.request.subject)
                return .opened(token: opened)
            }
            // Ended, or the secret changed, while this one was hashed: it opens nothing any more.
            guard let request = try authenticator.request(transaction.reading, token: token),
                request.id == visitor.request.id,
                try passphrases.record(transaction.reading, election: election, account.principal) == visitor.record
            else { return .gone }
            if let upgrade {
                try passphrases.upgrade(
                    transaction, election: election, account.principal, from: upgrade.old, to: upgrade.new)
            }
            if isSent, policy.secretMustChange {
                try transaction.execute(
                    "UPDATE access_request SET proven = 1, generation = ? WHERE id = ?", matched, visitor.request.id)
                try passphrases.attempts.succeed(transaction, election: election, subject: visitor.request.subject)
                return .next
            }
            // A secret that was sent anew takes the place of the one that was chosen.
            if policy.secretKind == .generated, visitor.record.isSet, isSent {
                try passphrases.clear(
                    transaction, election: election, named: name, account.principal, by: account.principal,
                    why: "a new one was sent")
            }
            try passphrases.cancelReset(transaction, election: election, account.principal)
            return try open(
                transaction, token: token, visitor.request, account.principal, generation: matched, on: device)
        }
    }

    /// Whether an attempt may be checked: counted already, put off, or of no request.
    private enum Begun {
        case go(SignInAttempt)
        case wait(Int)
        case gone
    }

    /// The answer to an attempt that is not checked.
    private static func outcome(_ begun: Begun) -> Outcome {
        if case .wait(let seconds) = begun { .wait(seconds: seconds) } else { .gone }
    }

    /// Gives back an attempt that could not be checked now.
    /// - Parameter visitor: whose browser's first one it may have been: that is never put off.
    func giveBack(_ subject: [UInt8], of visitor: SignInAttempt) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try passphrases.attempts.giveBack(transaction, election: election, subject: subject)
            guard visitor.isFirst else { return }
            try transaction.execute(
                "UPDATE access_request SET attempts = max(0, attempts - 1) WHERE id = ?", visitor.request.id)
        }
    }

    /// - Parameters:
    ///   - subject: what the attempt is counted for; nil for the identifier.
    ///   - digest: of the typed secret. Two presses of one button type the same: they are one guess, for which one work is done.
    private func begin(
        _ transaction: borrowing Transaction, token: String, for subject: [UInt8]? = nil, hasWorked: Bool = true,
        digest: [UInt8]? = nil
    ) throws(StoreError) -> Begun {
        guard let request = try authenticator.request(transaction.reading, token: token),
            request.state == .verified || policy.codeChannel == .none
        else { return .gone }
        // Without a code anybody may try: the first attempt of a browser is never put off, so that nobody keeps its owner out.
        // Noted here alone: for a sign-in that is there, and in the order in which the store counts attempts.
        let most =
            policy.codeChannel == .none ? presses.attempts(of: request, token, digest, now: authenticator.clock.now) : 1
        let tried = try transaction.execute(
            "UPDATE access_request SET attempts = attempts + 1 WHERE id = ? AND attempts < ?", request.id, most)
        let always = policy.codeChannel == .none && tried == 1 && hasWorked
        let subject = subject ?? request.subject
        guard try passphrases.attempts.begin(transaction, election: election, subject: subject, always: always) else {
            return .wait(try passphrases.attempts.wait(transaction.reading, election: election, subject: subject))
        }
        return .go(try visitor(transaction.reading, request, isFirst: tried == 1))
    }

    /// Who holds the identifier of a request, and the secret.
    /// - Parameter isFirst: whether it is the first attempt of a browser.
    func visitor(
        _ reading: borrowing Reading, _ request: CodeRequest, isFirst: Bool
    ) throws(StoreError) -> SignInAttempt {
        let account = try authenticator.directory.account(reading, hash: request.subject)
        let principal = account?.principal ?? .voter(0)
        return SignInAttempt(
            request: request, account: account,
            record: try passphrases.record(reading, election: election, principal), isFirst: isFirst)
    }

    /// What a typed secret opens.
    struct Match: Sendable {
        /// The generation that a secret opens; nil when it opens none.
        let generation: Int?
        /// Whether it is the secret that was sent with it.
        let isSent: Bool
    }

    /// Compares with what was sent and with what was chosen. Hashes once, whether anybody is there or not.
    func match(_ visitor: SignInAttempt, _ secret: Secret) -> PassphraseHasher.Outcome<Match> {
        var matched: Int?
        if policy.secretKind == .generated {
            let typed = Secret(authenticator.hash(generated: secret))
            // A secret that its owner chose takes the place of the one that was sent; a renewal brings another, and so does a
            // manager's reissue.
            let record = visitor.record
            for generation in visitor.account?.generations ?? []
            where matched == nil
                && (generation.isPending || !record.isSet || generation.createdAt > record.setAt)
            {
                if let sent = generation.secretHash, typed.matches(Secret(sent)) { matched = generation.number }
            }
        }
        // The chosen one is checked in any case, so that every attempt costs the same.
        switch passphrases.check(secret, against: visitor.record.hash) {
        case .busy(let seconds): return .busy(retryAfterSeconds: seconds)
        case .done(let isRight):
            // With `keep` a sign-in uses up the renewal that was asked for.
            let chosen = isRight ? visitor.account?.generation : nil
            return .done(Match(generation: matched ?? chosen, isSent: matched != nil))
        }
    }

    /// Ends the request and opens the session; `gone` when the identifier ended meanwhile.
    private func open(
        _ transaction: borrowing Transaction, token: String, _ request: CodeRequest, _ principal: Principal,
        generation: Int, on device: Device
    ) throws(StoreError) -> Outcome {
        guard try authenticator.directory.isLive(transaction.reading, principal, generation: generation) else {
            return .gone
        }
        try authenticator.cancel(transaction, token: token)
        return .opened(
            token: try authenticator.sessions.open(
                transaction, principal, generation: generation,
                from: SessionOrigin(
                    subject: request.subject, route: request.route, device: device,
                    token: authenticator.sessionToken(request.id, token: token))))
    }

    // MARK: The roll's question

    /// Checks the answer to the roll's question. Its attempts are counted apart from the secret's.
    package func answer(token: String, _ typed: String) throws(StoreError) -> Outcome {
        let begun = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Begun in
            guard try step(transaction.reading, token: token) == .challenge,
                let request = try authenticator.request(transaction.reading, token: token)
            else { return .gone }
            return try begin(transaction, token: token, for: SignInFlow.challengeSubject(request))
        }
        guard case .go(let visitor) = begun else { return SignInFlow.outcome(begun) }
        guard let principal = visitor.request.principal else { return .gone }
        let stored = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try authenticator.directory.challenge(reading, principal)
        }
        let subject = SignInFlow.challengeSubject(visitor.request)
        switch passphrases.check(SecretText.answer(typed), against: stored) {
        case .busy(let seconds):
            try giveBack(subject, of: visitor)
            return .busy(seconds: seconds)
        case .done(false): return .wrong
        case .done(true):
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try passphrases.attempts.succeed(transaction, election: election, subject: subject)
                try transaction.execute("UPDATE access_request SET answered = 1 WHERE id = ?", visitor.request.id)
            }
            return visitor.request.wantsReset ? .forgotten : .next
        }
    }

    /// What wrong answers are counted for: apart from the secret of the same identifier.
    private static func challengeSubject(_ request: CodeRequest) -> [UInt8] { request.subject + [1] }

    // MARK: The secret that is chosen

    /// The rules for somebody's new secret.
    package func rules(
        _ reading: borrowing Reading, _ principal: Principal, canonical: String?
    ) throws(StoreError) -> PassphraseRules {
        let election = authenticator.election.election
        let names = try authenticator.directory.names(reading, principal)
        return PassphraseRules(
            policy, common: common,
            context: names + [election.title.fr, election.title.en, election.organiser.name, canonical ?? ""])
    }

    /// The election's rules, before anybody is known.
    package var rules: PassphraseRules { PassphraseRules(policy, common: common, context: []) }

    /// Stores a chosen secret and opens the session.
    package func choose(
        token: String, _ typed: String, again: String, on device: Device
    ) throws(StoreError) -> Outcome {
        let ready = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (CodeRequest, Principal, PassphraseRules)? in
            guard let request = try authenticator.request(reading, token: token), request.state == .verified,
                let principal = request.principal, case .choose = try step(reading, request, principal)
            else { return nil }
            return (request, principal, try rules(reading, principal, canonical: authenticator.canonical(request)))
        }
        guard let (request, principal, rules) = ready else {
            return try enterAgain(token: token, SecretText.secret(typed))
        }
        let faults = rules.faults(typed, again: again)
        guard faults.isEmpty else { return .refused(faults, uncounted: rules.uncounted(typed)) }
        switch passphrases.hash(SecretText.secret(typed)) {
        case .busy(let seconds): return .busy(seconds: seconds)
        case .done(let hash):
            let outcome = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Outcome in
                // Looked at again: the same form sent twice stores one secret.
                guard let now = try authenticator.request(transaction.reading, token: token), now.id == request.id,
                    case .choose = try step(transaction.reading, now, principal), let generation = request.generation,
                    try mayStillReset(transaction.reading, now, principal),
                    // Of an identifier that has ended nobody chooses a secret.
                    try authenticator.directory.isLive(transaction.reading, principal, generation: generation)
                else { return .gone }
                let hadSecret =
                    try passphrases.record(transaction.reading, election: election, principal).generation > 0
                let secret = try passphrases.set(
                    transaction, election: election, named: name, principal, hash: hash,
                    why: request.purpose == .reset ? "forgotten" : now.renews ? "renewed" : "first")
                // One that was sent, and is renewed without having been typed, was somebody's too.
                if hadSecret || now.renews && policy.secretKind == .generated {
                    try tell(transaction, principal, .secretChanged, generation: secret)
                }
                try authenticator.endOthers(transaction, principal, but: request.id)
                return try open(
                    transaction, token: token, request, principal, generation: generation, on: device)
            }
            return outcome == .gone ? try enterAgain(token: token, SecretText.secret(typed)) : outcome
        }
    }

    /// Whether a reset after a delay was not called off meanwhile: whoever remembered has ended it.
    private func mayStillReset(
        _ reading: borrowing Reading, _ request: CodeRequest, _ principal: Principal
    ) throws(StoreError) -> Bool {
        guard request.purpose == .reset, request.avoid == nil else { return true }
        let ready = try passphrases.resetReady(reading, election: election, principal)
        return ready.map { $0 <= authenticator.clock.now } ?? false
    }

    /// Sends a word by every channel that reaches a principal; returns the channels.
    @discardableResult
    func tell(
        _ transaction: borrowing Transaction, _ principal: Principal, _ kind: MessageKind, generation: Int,
        values: [String: String] = [:]
    ) throws(StoreError) -> [Channel] {
        let routes = try authenticator.directory.routes(transaction.reading, principal)
        for route in routes {
            // A warning that waits for tomorrow's budget would warn of nothing.
            var note = VoterNotification(kind, by: route, priority: .code, generation: generation)
            note.values = values
            _ = try authenticator.directory.send(transaction, principal, note)
        }
        return routes
    }
}
