import Contacts
import Crypto
import Delivery
import Elections
import Issuance
import Journal
package import Store

extension SignInFlow {
    /// Changes the secret of somebody who is signed in: the present one is asked, the other sessions end, and word is sent.
    package func change(
        _ session: Session, present: String, _ typed: String, again: String
    ) throws(StoreError) -> Outcome {
        let subject = Array(session.principal.text.utf8)
        let found = try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (PassphraseService.Record, PassphraseRules)? in
            guard try passphrases.attempts.begin(transaction, election: election, subject: subject) else { return nil }
            return (
                try passphrases.record(transaction.reading, election: election, session.principal),
                try rules(transaction.reading, session.principal, canonical: nil)
            )
        }
        guard let (record, rules) = found else {
            return .wait(
                seconds: try store.read { (reading: borrowing Reading) throws(StoreError) in
                    try passphrases.attempts.wait(reading, election: election, subject: subject)
                })
        }
        let secret = SecretText.secret(present)
        var isRight = false
        if record.hash == nil, policy.secretKind == .generated {
            let sent = try store.read { (reading: borrowing Reading) throws(StoreError) in
                try authenticator.sentSecret(reading, session)
            }
            isRight = sent.map { Secret(authenticator.hash(generated: secret)).matches(Secret($0)) } ?? false
        } else {
            switch passphrases.check(secret, against: record.hash) {
            case .busy(let seconds):
                try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                    try passphrases.attempts.giveBack(transaction, election: election, subject: subject)
                }
                return .busy(seconds: seconds)
            case .done(let right): isRight = right
            }
        }
        guard isRight else { return try changedAgain(session, record, typed, again: again) }
        // Right, whatever comes of the new one: its attempts are forgotten.
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try passphrases.attempts.succeed(transaction, election: election, subject: subject)
        }
        let faults = rules.faults(typed, again: again)
        guard faults.isEmpty else {
            return .refused(faults, uncounted: rules.uncounted(typed))
        }
        switch passphrases.hash(SecretText.secret(typed)) {
        case .busy(let seconds): return .busy(seconds: seconds)
        case .done(let hash):
            let now = try store.write {
                (transaction: borrowing Transaction) throws(StoreError) -> PassphraseService.Record? in
                // Looked at again: of two presses at once the first changes it.
                let now = try passphrases.record(transaction.reading, election: election, session.principal)
                guard now == record else { return now }
                let generation = try passphrases.set(
                    transaction, election: election, named: name, session.principal, hash: hash, why: "changed")
                try authenticator.sessions.keep(transaction, session)
                try authenticator.endOthers(transaction, session.principal, but: 0)
                try tell(transaction, session.principal, .secretChanged, generation: generation)
                return nil
            }
            guard let now else { return .next }
            return try changedAgain(session, now, typed, again: again)
        }
    }

    /// What a press comes to whose present secret is not the one in force: the second of two, of which the first has just changed it,
    /// leads where the first led. The attempt is counted before.
    private func changedAgain(
        _ session: Session, _ record: PassphraseService.Record, _ typed: String, again: String
    ) throws(StoreError) -> Outcome {
        let secret = SecretText.secret(typed)
        // One that was chosen at the first sign-in was changed by nobody yet.
        guard record.generation > (policy.secretKind == .generated ? 0 : 1),
            0..<Authenticator.pressSeconds ~= authenticator.clock.now - record.setAt,
            secret.matches(SecretText.secret(again))
        else { return .wrong }
        let subject = Array(session.principal.text.utf8)
        switch passphrases.check(secret, against: record.hash) {
        case .busy(let seconds):
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try passphrases.attempts.giveBack(transaction, election: election, subject: subject)
            }
            return .busy(seconds: seconds)
        case .done(false): return .wrong
        case .done(true):
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try passphrases.attempts.succeed(transaction, election: election, subject: subject)
            }
            return .next
        }
    }

    // MARK: The secret that is forgotten

    /// What asking for a reset came to.
    package enum ResetOutcome: Sendable, Equatable {
        /// The roll's question comes first.
        case challenge
        /// A further code was sent by the other channel.
        case codeSent
        /// It may be done from this time on.
        case waits(until: Int)
        /// Now: choose.
        case ready
        /// The election manager does it.
        case manager
        case gone
    }

    /// Begins, or goes on with, the reset of a forgotten secret, by the election's `secret.reset`.
    package func forgotten(token: String) throws(StoreError) -> ResetOutcome {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            guard let request = try authenticator.request(transaction.reading, token: token) else { return .gone }
            // Pressed twice: the first did it.
            if request.purpose == .reset { return request.state == .verified ? .ready : .codeSent }
            guard request.state == .verified, let principal = request.principal else { return .gone }
            // A password that was sent, and one that nobody chose yet, is renewed by the code alone.
            if policy.secretRenew, try !passphrases.record(transaction.reading, election: election, principal).isSet {
                try transaction.execute("UPDATE access_request SET renews = 1 WHERE id = ?", request.id)
                return .ready
            }
            // A contact that somebody changed a short while ago proves nobody: the other half of such a takeover is the bureau's.
            if let moved = try authenticator.directory.contactMoved(transaction.reading, principal),
                moved > authenticator.clock.now - PassphraseService.takeoverSeconds
            {
                return .manager
            }
            let routes = try authenticator.directory.routes(transaction.reading, principal)
            if policy.secretReset == .manager || request.route == .letter && routes.isEmpty { return .manager }
            if policy.challenge != nil, !request.isAnswered,
                try authenticator.directory.challenge(transaction.reading, principal) != nil
            {
                try transaction.execute("UPDATE access_request SET wants_reset = 1 WHERE id = ?", request.id)
                return .challenge
            }
            if policy.secretReset == .otherChannel, routes.contains(where: { $0 != request.route }) {
                try authenticator.askReset(transaction, token: token, of: request)
                return .codeSent
            }
            return try delayed(transaction, request, principal)
        }
    }

    /// Begins the wait of an hour before a reset, and warns by every channel; or says how long it still is.
    private func delayed(
        _ transaction: borrowing Transaction, _ request: CodeRequest, _ principal: Principal
    ) throws(StoreError) -> ResetOutcome {
        let now = authenticator.clock.now
        if let ready = try passphrases.resetReady(transaction.reading, election: election, principal) {
            if ready > now { return .waits(until: ready) }
            try transaction.execute("UPDATE access_request SET purpose = 'reset' WHERE id = ?", request.id)
            return .ready
        }
        let ready = now + PassphraseService.resetDelay
        let definition = authenticator.election.election
        let language =
            try authenticator.directory.language(transaction.reading, principal) ?? definition.languages.first ?? .fr
        let phrase = LocalTime.phrase(ready, zone: definition.timeZone, language)
        let words = "\(phrase) (\(definition.zoneWords([ready], language)))"
        try tell(transaction, principal, .resetAsked, generation: request.id, values: ["ready": words])
        var note = VoterNotification(
            .resetReady, by: request.route ?? .email, priority: .recovery, generation: request.id)
        note.dueAt = ready
        let message = try authenticator.directory.send(transaction, principal, note)
        try passphrases.askReset(
            transaction, election: election, named: name, principal, readyAt: ready, message: message)
        return .waits(until: ready)
    }
}

extension Authenticator {
    /// The hash of the secret that was sent with the identifier a session was opened with.
    func sentSecret(_ reading: borrowing Reading, _ session: Session) throws(StoreError) -> [UInt8]? {
        try directory.sentSecret(reading, session.principal)
    }
}
