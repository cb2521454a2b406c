import Authentication
import Contacts
import Crypto
import Delivery
import Elections
import Issuance
import Journal
import Staff
package import Store
package import VoterRoll

/// Corrections of one voter on the roll.
package struct RollCorrection: StaffOperation {
    let context: OperationContext

    /// Of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// Corrects fields of a voter, all of them or none; messages that wait go to the corrected contact. A contact or an answer of
    /// somebody who has an identifier is a new contact: the same rules hold as for one that is given on the phone, and what is corrected
    /// beside it waits for the second person with it; the command line, which knows one person, corrects at once and says so. Console,
    /// interface for programs and command line all come here. Hashes an answer: runs outside any transaction.
    /// - Parameter seen: what stood in some columns when the values were typed: where it is another by now nothing is corrected.
    package func correct(
        voter id: Int, _ given: [Column: String], seen: [Column: String] = [:], reason: String, by actor: Actor
    ) throws(StoreError) -> RollChangeOutcome {
        let values: [Column: String]
        switch try registrar.corrections.prepare(election, given) {
        case .ready(let ready): values = ready
        case .refused(let reason): return .refusedColumns([.challenge: reason])
        }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> RollChangeOutcome in
            guard let voter = try context.voter(transaction.reading, id) else { return .unknownVoter }
            if try isOvertaken(transaction.reading, voter, seen: seen) { return .overtaken }
            guard values.keys.contains(where: { $0.isGuarded || $0.isName }),
                try issuer.hasIssued(transaction.reading, election: election.number)
            else { return try correct(transaction, voter, values, reason: reason, by: actor.principal) }
            // A value that would be refused is refused now, not when the second person has come; and what is looked at is what the
            // roll would keep, however it was typed.
            let trial = try trial(transaction, voter, values, by: actor.principal)
            guard case .done = trial.change else { return trial.change }
            let replacing = try ReplacementSearch(context).replacements(
                transaction, correcting: voter, values, by: actor.principal)
            let second = try secondPerson(
                transaction, voter, values, given: trial.given, isReplacing: replacing.contains(voter.id),
                by: actor.principal)
            if let second, !actor.actsAlone {
                let correction = Correction(values: values, given: trial.given, replacing: replacing, reason: reason)
                return try ask(transaction, voter, correction, second, by: actor.principal)
            }
            let change = try correct(transaction, voter, values, reason: reason, by: actor.principal)
            guard case .done(let messages, let sheets, _, let notes) = change else { return change }
            try ContactNotices(context).notifyReplaced(
                transaction, replacing.voters(of: [voter.id]).subtracting([voter.id]))
            let takeover = TakeoverRule(context)
            if values.keys.contains(where: \.isGuarded), try takeover.wasReset(transaction.reading, voter: voter.id) {
                try takeover.raise(transaction, by: actor)
            }
            return .done(messages: messages, sheets: sheets, without: second, notes: notes)
        }
    }

    /// The order in which columns are corrected: an envelope is written with the corrected name, and a number without + is read
    /// where the corrected address is.
    private static let order: [Column] = [
        .civility, .lastName, .firstName, .college, .site, .weight, .language, .channel, .address1, .phone, .email,
        .challenge,
    ]

    // MARK: What is done

    /// Carries out corrections of one voter, all of them or none; messages that wait follow the contact, and the old one is
    /// told. Once the poll is sealed, only contacts, channel and language change: who may vote, and under what name, stands in
    /// the seal.
    private func correct(
        _ transaction: borrowing Transaction, _ voter: Voter, _ values: [Column: String], reason: String,
        by principal: Principal
    ) throws(StoreError) -> RollChangeOutcome {
        try transaction.trial { transaction throws(StoreError) in
            let change = try attempt(transaction, voter, values, reason: reason, by: principal)
            if case .done = change { return (change, true) }
            return (change, false)
        }
    }

    /// The same, without taking back what was done before a refusal.
    func attempt(
        _ transaction: borrowing Transaction, _ voter: Voter, _ values: [Column: String], reason: String,
        by principal: Principal
    ) throws(StoreError) -> RollChangeOutcome {
        if !values.keys.allSatisfy(\.changesAfterSeal), try context.isSealed(transaction.reading) { return .sealed }
        let hasIdentifier = try !issuer.history(transaction.reading, voter: voter.id).isEmpty
        // Before the contact is another: whoever has the old one learns of it.
        if values.keys.contains(where: \.isContact), hasIdentifier {
            try ContactNotices(context).notifyOld(transaction, voter)
        }
        var (refused, notes): ([Column: CorrectionRefusal], [String]) = ([:], [])
        for column in RollCorrection.order + values.keys.filter({ !RollCorrection.order.contains($0) }) {
            guard let value = values[column] else { continue }
            let outcome = try registrar.corrections.correct(
                transaction, election,
                FieldCorrection(reference: voter.reference, column: column, value: value, reason: reason), key: key,
                randomness: context.randomness, by: principal)
            switch outcome {
            case .unknownVoter: return .unknownVoter
            case .refused(let reason): refused[column] = reason
            case .done where column == .phone:
                notes = try directory.contacts(transaction.reading, voter).notes(of: value)
            case .done: continue
            }
        }
        guard refused.isEmpty else { return .refusedColumns(refused) }
        let isOnPaper = values.keys.contains(where: \.isOnPaper)
        return .done(
            messages: try issuer.readdress(transaction, election, key: key, voter: voter.id),
            sheets: isOnPaper ? try issuer.sheets(transaction.reading, of: [voter.id]) : [], notes: notes)
    }

    // MARK: What stands

    /// What the roll holds of a voter now, by column, as a correction is typed; of an answer its hash, of an address the place
    /// without the recipient's own line.
    package func standing(_ reading: borrowing Reading, _ voter: Voter) throws(StoreError) -> [Column: String] {
        let contacts = try registrar.contacts(reading, election, voter: voter.id, keys: context.keys)
        let civility =
            switch voter.civility {
            case .none: ""
            case .mister: "M"
            case .madam: "Mme"
            }
        return [
            .civility: civility, .lastName: voter.lastName, .firstName: voter.firstName, .college: voter.college,
            .site: voter.site, .weight: "\(voter.weight)", .language: voter.language.rawValue,
            .channel: voter.channel?.rawValue ?? "", .email: contacts.mail?.text ?? "",
            .phone: contacts.phone?.text ?? "",
            .address1: contacts.address.map { voter.place($0).joined(separator: "|") } ?? "",
            .challenge: try registrar.challenge(reading, voter: voter.id) ?? "",
        ]
    }

    /// Whether something that is to be corrected is another by now than what was seen.
    /// - Parameter seen: what stood where somebody looked, of some columns.
    func isOvertaken(
        _ reading: borrowing Reading, _ voter: Voter, seen: [Column: String]
    ) throws(StoreError) -> Bool {
        if seen.isEmpty { return false }
        let today = try standing(reading, voter)
        return seen.contains { today[$0.key] != $0.value }
    }

    /// What corrections would come to, and the mail address and mobile number that the voter would be given, as the roll would
    /// keep them. Nothing of it stays.
    func trial(
        _ transaction: borrowing Transaction, _ voter: Voter, _ values: [Column: String], by principal: Principal
    ) throws(StoreError) -> (change: RollChangeOutcome, given: [PhoneGivenContact]) {
        try transaction.trial { transaction throws(StoreError) in
            let change = try attempt(transaction, voter, values, reason: "", by: principal)
            let contacts = try registrar.contacts(
                transaction.reading, election, voter: voter.id, keys: context.keys)
            var given: [PhoneGivenContact] = []
            if values[.email] != nil, let mail = contacts.mail { given.append(.mail(mail)) }
            if values[.phone] != nil, let phone = contacts.mobile { given.append(.phone(phone)) }
            return ((change, given), false)
        }
    }

    /// Carries out a correction that a second person approved.
    /// - Parameter why: with who approved it, for the journal.
    func carryOut(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, _ voter: Voter, why: String,
        by principal: Principal
    ) throws(StoreError) -> SupportOutcome {
        let stood = request.stood
        guard Set(stood.keys) == Set(request.corrections.keys) else {
            return .refused(.earlierVersion)
        }
        if try isOvertaken(transaction.reading, voter, seen: stood) { return .changedMeanwhile }
        let change = try correct(transaction, voter, request.corrections, reason: why, by: principal)
        switch change {
        case .done(_, let sheets, _, _):
            try ContactNotices(context).notifyReplaced(
                transaction, request.replacements.voters(of: [voter.id]).subtracting([voter.id]))
            return .done(noticeBy: nil, sheets: sheets)
        case .refusedColumns(let reasons):
            return .refused(.correction(reasons.values.sorted { $0.description < $1.description }))
        case .sealed: return .refused(.sealed)
        default: return .unknownVoter
        }
    }

    /// Whom the rules want for the correction of a contact, an answer or a name.
    /// - Parameters:
    ///   - given: the mail address and mobile number that the voter would have.
    ///   - isReplacing: whether the voter would stand where somebody else stood.
    private func secondPerson(
        _ transaction: borrowing Transaction, _ voter: Voter, _ values: [Column: String], given: [PhoneGivenContact],
        isReplacing: Bool, by principal: Principal
    ) throws(StoreError) -> SecondPerson? {
        let hasIdentifier = try !issuer.history(transaction.reading, voter: voter.id).isEmpty
        let rules = ContactRules(context)
        let isSuspicious =
            hasIdentifier
            ? try rules.isSuspicious(
                transaction, anyOf: given, voter: voter, by: principal,
                isChange: values.keys.contains(where: \.isContact))
            : try rules.isOddForNewcomer(transaction, anyOf: given, voter: voter, by: principal)
        let isGuarded = values.keys.contains(where: \.isGuarded)
        let wasReset = try TakeoverRule(context).wasReset(transaction.reading, voter: voter.id)
        if isGuarded && (isSuspicious || wasReset) { return .bureau }
        return hasIdentifier && isGuarded || isReplacing ? .standard(election) : nil
    }

    /// What a second person is asked to agree to.
    private struct Correction {
        let values: [Column: String]
        let given: [PhoneGivenContact]
        let replacing: Replacements
        let reason: String
    }

    /// Asks a second person for a correction.
    private func ask(
        _ transaction: borrowing Transaction, _ voter: Voter, _ correction: Correction,
        _ second: SecondPerson, by principal: Principal
    ) throws(StoreError) -> RollChangeOutcome {
        if let known = try approvals.waiting(transaction.reading, .changeRoll, voter.id) {
            return .already(request: known)
        }
        let values = correction.values
        var order = Dictionary(uniqueKeysWithValues: values.map { ("value.\($0.key.rawValue)", $0.value) })
        if !correction.replacing.text.isEmpty { order[Replacements.entry] = correction.replacing.text }
        let stood = try standing(transaction.reading, voter)
        for column in values.keys { order["stood.\(column.rawValue)"] = stood[column] ?? "" }
        for contact in correction.given {
            order["contact.\(contact.route.rawValue)"] = String(decoding: contact.bytes, as: UTF8.self)
            // As it is read now: an address that changes meanwhile makes it no other number.
            if case .phone(let phone) = contact { order["value.\(Column.phone.rawValue)"] = phone.text }
        }
        let id = try approvals.ask(
            transaction,
            Approvals.Draft(
                .changeRoll, subject: voter.id, order: order, reason: correction.reason, needsBureau: second == .bureau),
            by: principal)
        return .asked(request: id, byBureau: second == .bureau)
    }
}

extension Approvals.Request {
    /// The corrections that it would make; of an answer its hash.
    package var corrections: [Column: String] { values("value") }

    /// What stood in the columns that it would correct when it was asked for.
    package var stood: [Column: String] { values("stood") }

    private func values(_ kind: String) -> [Column: String] {
        var values: [Column: String] = [:]
        for column in Column.allCases { values[column] = order["\(kind).\(column.rawValue)"] }
        return values
    }
}
