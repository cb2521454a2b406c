import Access
import Crypto
package import Delivery
import Elections
package import Issuance
import Journal
import Passphrases
package import Staff
package import Store
import VoterRoll

/// What is to be done for a voter who lost something.
package struct VoterOrder: Sendable, Equatable {
    /// How the person on the phone was recognised.
    package enum Check: String, Sendable, CaseIterable { case question, callBack, inPerson, colleague }

    package let voter: Int
    /// The way of the new identifier.
    package let route: Route
    /// A contact given on the phone; nil for the roll's.
    package let contact: String?
    package let reason: String
    package let check: Check
    /// The voter's answer to the election's question, as it was said on the phone.
    package let answer: String?

    package init(
        voter: Int, route: Route, contact: String?, reason: String, check: Check, answer: String?
    ) {
        (self.voter, self.route, self.contact) = (voter, route, contact)
        (self.reason, self.check, self.answer) = (reason, check, answer)
    }

    /// Why, as the journal keeps it.
    var why: String { "\(reason) (checked: \(check.rawValue))" }
}

extension VoterDesk {
    /// Seconds within which a new contact and a passphrase reset of one voter are two halves of one takeover.
    package static let takeoverSeconds = 48 * 3600
    /// New contacts that one person may give in an hour; further ones need a member of the bureau.
    package static let mostGivenAnHour = 20

    /// What an order came to. Whether the voter has voted never shows in it.
    package enum Outcome: Sendable, Equatable {
        case done(noticeBy: Route?, sheets: [Issuer.Sheet])
        /// A second person must approve; only one of the bureau where `byBureau`.
        case asked(request: Int, byBureau: Bool)
        case unknownVoter
        /// The contact, the channel or a value is refused, in words.
        case refused(String)
        /// The answer to the question is missing.
        case answerMissing
        case answerWrong
        /// Too many wrong answers: the next one may be given in so many seconds.
        case wait(seconds: Int)
        case busy(seconds: Int)
        /// The same request waits already.
        case already(request: Int)
    }

    /// Gives a voter a new identifier, or asks a second person for it. Hashes an answer: runs outside any transaction.
    package func reissue(_ order: VoterOrder, by viewer: Viewer) throws(StoreError) -> Outcome {
        if let stop = try checkAnswer(order.answer, voter: order.voter, by: viewer) { return stop }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Outcome in
            guard let voter = try voter(transaction.reading, order.voter) else { return .unknownVoter }
            var byBureau = false
            var needsSecond = false
            if let text = order.contact {
                let contact: GivenContact
                do throws(GivenContact.Fault) { contact = try GivenContact(text, by: order.route) } catch {
                    return .refused(error.description)
                }
                byBureau = try isSuspicious(transaction, contact, voter: voter, by: viewer.principal)
                let reset = try keeper.resetAt(
                    transaction.reading, election: election.number, .voter(voter.id))
                needsSecond =
                    byBureau || election.election.access.fourEyes
                    || reset.map { $0 > clock.now - VoterDesk.takeoverSeconds } ?? false
            }
            guard needsSecond else { return try carryOut(transaction, order, voter, by: viewer.principal) }
            let deed = Deed.reissueElsewhere
            if let known = try waiting(transaction.reading, deed, voter.id) { return .already(request: known) }
            let id = try approvals.ask(
                transaction, deed, subject: voter.id,
                order: [
                    "route": order.route.rawValue, "contact": order.contact ?? "", "check": order.check.rawValue,
                ], reason: order.reason, needsBureau: byBureau, by: viewer.principal)
            return .asked(request: id, byBureau: byBureau)
        }
    }

    func waiting(_ reading: borrowing Reading, _ deed: Deed, _ voter: Int) throws(StoreError) -> Int? {
        try approvals.waiting(reading).first { $0.subject == voter && $0.deed == deed }?.id
    }

    /// Whether a member of the bureau must look at a contact: another voter has it, it is a member of the staff's own, or
    /// one person gives out many. What waits for approval counts as what was done.
    func isSuspicious(
        _ transaction: borrowing Transaction, _ contact: GivenContact, voter: Voter, by principal: Principal,
        deciding: Bool = false
    ) throws(StoreError) -> Bool {
        var isOwn = false
        if case .mail = contact {
            for member in try register.members(transaction.reading)
            where GivenContact.isSame(contact.bytes, Array(try register.mail(transaction.reading, member).utf8)) {
                isOwn = true
            }
        }
        let others =
            try issuer.otherHolders(transaction.reading, election, key: key, contact, voter: voter.id)
            + waitingElsewhere(transaction.reading, contact, voter: voter.id)
        let hour = clock.now - 3600
        let given =
            try issuer.givenSince(transaction.reading, election, by: principal.text, since: hour)
            + registrar.contactChanges(transaction.reading, election, since: hour).count { $0.by == principal.text }
            + approvals.waitingContacts(transaction.reading, by: principal.text) - (deciding ? 1 : 0)
        if isOwn { try alert(transaction, "contactOfStaff", principal.text) }
        if others > 0 { try alert(transaction, "contactShared", principal.text) }
        if given >= VoterDesk.mostGivenAnHour { try alert(transaction, "manyContacts", principal.text) }
        return isOwn || others > 0 || given >= VoterDesk.mostGivenAnHour
    }

    /// How many requests that wait would give this contact to another voter.
    private func waitingElsewhere(
        _ reading: borrowing Reading, _ contact: GivenContact, voter: Int
    ) throws(StoreError) -> Int {
        try approvals.waiting(reading).count { request in
            guard request.subject != voter, let text = request.order["contact"], !text.isEmpty,
                let route = Route(rawValue: request.order["route"] ?? ""),
                let other = try? GivenContact(text, by: route)
            else { return false }
            return GivenContact.isSame(other.bytes, contact.bytes)
        }
    }

    /// When a contact of a voter was given or corrected by hand last.
    func contactMoved(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> Int? {
        let times = [
            try issuer.lastGiven(reading, voter: voter), try registrar.contactChanged(reading, voter: voter),
        ]
        return times.compactMap(\.self).max()
    }

    func carryOut(
        _ transaction: borrowing Transaction, _ order: VoterOrder, _ voter: Voter, by principal: Principal
    ) throws(StoreError) -> Outcome {
        let outcome = try issuer.reissue(
            transaction, election, key: key, office: directory.office, reference: voter.reference, by: order.route,
            contact: order.contact, reason: order.why, principal: principal)
        switch outcome {
        case .done(_, let notice, let sheets): return .done(noticeBy: notice, sheets: sheets)
        case .unknownVoter: return .unknownVoter
        case .refused(let reason): return .refused(reason)
        }
    }

    // MARK: Passphrase

    /// Lets a voter choose a new passphrase at the next sign-in, or asks a second person for it.
    package func resetPassphrase(
        voter id: Int, reason: String, check: VoterOrder.Check, answer: String?, by viewer: Viewer
    ) throws(StoreError) -> Outcome {
        if election.election.access.secretKind == .generated {
            return .refused("this election sends passwords: give the voter a new identifier")
        }
        if let stop = try checkAnswer(answer, voter: id, by: viewer) { return stop }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Outcome in
            guard let voter = try voter(transaction.reading, id) else { return .unknownVoter }
            let given = try contactMoved(transaction.reading, voter: id)
            let meets = given.map { $0 > clock.now - VoterDesk.takeoverSeconds } ?? false
            guard election.election.access.fourEyes || meets else {
                try carryOutReset(
                    transaction, voter, why: "\(reason) (checked: \(check.rawValue))", by: viewer.principal)
                return .done(noticeBy: nil, sheets: [])
            }
            if let known = try waiting(transaction.reading, .resetPassphrase, id) { return .already(request: known) }
            let request = try approvals.ask(
                transaction, .resetPassphrase, subject: id, order: ["check": check.rawValue], reason: reason,
                needsBureau: false, by: viewer.principal)
            return .asked(request: request, byBureau: false)
        }
    }

    /// Ends the passphrase, the waits, and a reset under way; tells the voter by every channel.
    func carryOutReset(
        _ transaction: borrowing Transaction, _ voter: Voter, why: String, by principal: Principal
    ) throws(StoreError) {
        let subject = Principal.voter(voter.id)
        if let message = try keeper.cancelReset(transaction, election: election.number, subject) {
            try outbox.withdraw(transaction, message: message)
        }
        try door.unlock(transaction, subject, subjects: try issuer.hashes(transaction.reading, voter: voter.id))
        try keeper.clear(
            transaction, election: election.number, named: election.election.id, subject, by: principal, why: why)
        let generation = try keeper.record(transaction.reading, election: election.number, subject).generation
        for route in try directory.routes(transaction.reading, subject) {
            _ = try directory.send(
                transaction, subject, VoterNote(.secretChanged, by: route, priority: .code, generation: generation))
        }
    }

    // MARK: The question

    /// Checks the answer that a caller gave; nil when there is nothing to ask, or it is right.
    private func checkAnswer(
        _ answer: String?, voter id: Int, by viewer: Viewer
    ) throws(StoreError) -> Outcome? {
        guard election.election.access.challenge != nil else { return nil }
        let stored = try store.read { (reading: borrowing Reading) throws(StoreError) -> String? in
            try voter(reading, id) == nil ? nil : try registrar.challenge(reading, voter: id)
        }
        guard let stored else { return nil }
        guard let answer = answer?.trimmed, !answer.isEmpty else { return .answerMissing }
        // Counted for the voter, whoever asks: two persons do not have twice as many guesses.
        let subject = Array("desk:\(id)".utf8)
        let wait = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Int? in
            if try keeper.begin(transaction, election: election.number, subject: subject) { return nil }
            return try keeper.wait(transaction.reading, election: election.number, subject: subject)
        }
        if let wait { return .wait(seconds: wait) }
        switch keeper.check(SecretText.secret(answer), against: stored) {
        case .busy(let seconds):
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try keeper.giveBack(transaction, election: election.number, subject: subject)
            }
            return .busy(seconds: seconds)
        case .done(false):
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try logbook.record(
                    transaction, election: election.election.id, by: viewer.principal, "voter.answerWrong",
                    ["voter": "\(id)"])
            }
            return .answerWrong
        case .done(true):
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try keeper.succeed(transaction, election: election.number, subject: subject)
            }
            return nil
        }
    }

    // MARK: The second person

    /// What a decision came to.
    package enum Decided: Sendable, Equatable {
        case refusedRequest
        case carriedOut(Outcome)
        case denied(Approvals.Denial)
    }

    /// Approves or refuses a request; an approved one is carried out in the same transaction.
    package func decide(
        request id: Int, approved: Bool, answer: String, by viewer: Viewer
    ) throws(StoreError) -> Decided {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Decided in
            // What became suspicious since it was asked for is the bureau's too.
            if approved, !viewer.may(.decideForBureau),
                let request = try approvals.request(transaction.reading, id), request.state == .waiting,
                let text = request.order["contact"], !text.isEmpty,
                let route = Route(rawValue: request.order["route"] ?? ""),
                let contact = try? GivenContact(text, by: route),
                let voter = try voter(transaction.reading, request.subject),
                let asker = Principal(text: request.askedBy),
                try isSuspicious(transaction, contact, voter: voter, by: asker, deciding: true)
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
                try carryOutReset(transaction, voter, why: why, by: asker)
                return .carriedOut(.done(noticeBy: nil, sheets: []))
            }
            let contact = request.order["contact"] ?? ""
            let outcome = try issuer.reissue(
                transaction, election, key: key, office: directory.office, reference: voter.reference,
                by: Route(rawValue: request.order["route"] ?? "") ?? .email, contact: contact.isEmpty ? nil : contact,
                reason: why, principal: asker)
            switch outcome {
            case .done(_, let notice, let sheets): return .carriedOut(.done(noticeBy: notice, sheets: sheets))
            case .unknownVoter: return .carriedOut(.unknownVoter)
            case .refused(let reason): return .carriedOut(.refused(reason))
            }
        }
    }

    // MARK: Further deeds

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
