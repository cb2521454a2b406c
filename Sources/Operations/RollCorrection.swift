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

extension VoterSupport {
    /// The order in which columns are corrected: an envelope is written with the corrected name, and a number without + is read
    /// where the corrected address is.
    private static let order: [Column] = [
        .civility, .lastName, .firstName, .college, .site, .weight, .language, .channel, .address1, .phone, .email,
        .challenge,
    ]

    /// Carries out corrections of one voter, all of them or none; messages that wait follow the contact, and the old one is
    /// told. Once the poll is sealed, only contacts, channel and language change: who may vote, and under what name, stands in
    /// the seal.
    func correct(
        _ transaction: borrowing Transaction, _ voter: Voter, _ values: [Column: String], reason: String,
        by principal: Principal
    ) throws(StoreError) -> RollService.Change {
        try transaction.trial { transaction throws(StoreError) in
            let change = try change(transaction, voter, values, reason: reason, by: principal)
            if case .done = change { return (change, true) }
            return (change, false)
        }
    }

    /// The same, without taking back what was done before a refusal.
    func change(
        _ transaction: borrowing Transaction, _ voter: Voter, _ values: [Column: String], reason: String,
        by principal: Principal
    ) throws(StoreError) -> RollService.Change {
        if !values.keys.allSatisfy(\.changesAfterSeal), try isSealed(transaction.reading) { return .sealed }
        let hasIdentifier = try !issuer.history(transaction.reading, voter: voter.id).isEmpty
        // Before the contact is another: whoever has the old one learns of it.
        if values.keys.contains(where: \.isContact), hasIdentifier { try tellOld(transaction, voter) }
        var (refused, notes): ([Column: String], [String]) = ([:], [])
        for column in VoterSupport.order + values.keys.filter({ !VoterSupport.order.contains($0) }) {
            guard let value = values[column] else { continue }
            let outcome = try registrar.corrections.correct(
                transaction, election,
                FieldCorrection(reference: voter.reference, column: column, value: value, reason: reason), key: key,
                randomness: randomness, by: principal)
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
            sheets: isOnPaper ? try sheets(transaction.reading, of: [voter.id]) : [], notes: notes)
    }

    // MARK: What stands

    /// What the roll holds of a voter now, by column, as a correction is typed; of an answer its hash, of an address the place
    /// without the recipient's own line.
    package func standing(_ reading: borrowing Reading, _ voter: Voter) throws(StoreError) -> [Column: String] {
        let keys = RollKeys(key, randomness: randomness)
        let contacts = try registrar.contacts(reading, election, voter: voter.id, keys: keys)
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

    /// Sends word of a changed contact by the channels that were used until now: where nothing has left yet, a mistyped address
    /// may be a stranger's.
    func tellOld(_ transaction: borrowing Transaction, _ voter: Voter) throws(StoreError) {
        let principal = Principal.voter(voter.id)
        let generation = try outbox.nextGeneration(
            transaction.reading, election: election.number, subject: voter.id, .contactChanged)
        for route in try directory.routes(transaction.reading, principal)
        where try outbox.hasLeft(transaction.reading, election: election.number, subject: voter.id, by: route) {
            let note = VoterNotification(.contactChanged, by: route, priority: .recovery, generation: generation)
            _ = try directory.send(transaction, principal, note)
        }
    }

    /// What corrections would come to, and the mail address and mobile number that the voter would be given, as the roll would
    /// keep them. Nothing of it stays.
    func trial(
        _ transaction: borrowing Transaction, _ voter: Voter, _ values: [Column: String], by principal: Principal
    ) throws(StoreError) -> (change: RollService.Change, given: [PhoneGivenContact]) {
        try transaction.trial { transaction throws(StoreError) in
            let change = try change(transaction, voter, values, reason: "", by: principal)
            let contacts = try registrar.contacts(
                transaction.reading, election, voter: voter.id, keys: RollKeys(key, randomness: randomness))
            var given: [PhoneGivenContact] = []
            if values[.email] != nil, let mail = contacts.mail { given.append(.mail(mail)) }
            if values[.phone] != nil, let phone = contacts.mobile { given.append(.phone(phone)) }
            return ((change, given), false)
        }
    }

    /// Carries out a correction that a second person approved.
    /// - Parameter why: with who approved it, for the journal.
    func carryOutCorrection(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, _ voter: Voter, why: String,
        by principal: Principal
    ) throws(StoreError) -> Outcome {
        let stood = request.stood
        guard Set(stood.keys) == Set(request.corrections.keys) else {
            return .refused("this was asked for in an earlier version of the program: ask again")
        }
        if try isOvertaken(transaction.reading, voter, seen: stood) { return .refused(VoterSupport.changedMeanwhile) }
        let change = try correct(transaction, voter, request.corrections, reason: why, by: principal)
        switch change {
        case .done(_, let sheets, _, _):
            try tellReplaced(transaction, request.replacements.voters(of: [voter.id]).subtracting([voter.id]))
            return .done(noticeBy: nil, sheets: sheets)
        case .refusedColumns(let reasons): return .refused(reasons.values.sorted().joined(separator: "; "))
        case .sealed: return .refused("the poll is sealed since")
        default: return .unknownVoter
        }
    }

    /// Why what was approved is not done any more.
    static let changedMeanwhile =
        "what this would change was changed by somebody else meanwhile: look at the voter's page and ask again"
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

extension RollService {
    /// Corrects fields of a voter, all of them or none; messages that wait go to the corrected contact. A contact or an answer of
    /// somebody who has an identifier is a new contact: the same rules hold as for one that is given on the phone, and what is corrected
    /// beside it waits for the second person with it; the command line, which knows one person, corrects at once and says so. Console,
    /// interface for programs and command line all come here. Hashes an answer: runs outside any transaction.
    /// - Parameter seen: what stood in some columns when the values were typed: where it is another by now nothing is corrected.
    package func correct(
        voter id: Int, _ given: [Column: String], seen: [Column: String] = [:], reason: String, by actor: Actor
    ) throws(StoreError) -> Change {
        let values: [Column: String]
        switch try desk.registrar.corrections.prepare(election, given) {
        case .ready(let ready): values = ready
        case .refused(let reason): return .refusedColumns([.challenge: reason])
        }
        return try desk.store.write { (transaction: borrowing Transaction) throws(StoreError) -> Change in
            guard let voter = try desk.voter(transaction.reading, id) else { return .unknownVoter }
            if try desk.isOvertaken(transaction.reading, voter, seen: seen) { return .overtaken }
            guard values.keys.contains(where: { $0.isGuarded || $0.isName }),
                try desk.issuer.hasIssued(transaction.reading, election: election.number)
            else { return try desk.correct(transaction, voter, values, reason: reason, by: actor.principal) }
            // A value that would be refused is refused now, not when the second person has come; and what is looked at is what the
            // roll would keep, however it was typed.
            let trial = try desk.trial(transaction, voter, values, by: actor.principal)
            guard case .done = trial.change else { return trial.change }
            let replacing = try desk.replacements(transaction, correcting: voter, values, by: actor.principal)
            let second = try secondPerson(
                transaction, voter, values, given: trial.given, isReplacing: replacing.contains(voter.id),
                by: actor.principal)
            if let second, !actor.actsAlone {
                let correction = Correction(values: values, given: trial.given, replacing: replacing, reason: reason)
                return try ask(transaction, voter, correction, second, by: actor.principal)
            }
            let change = try desk.correct(transaction, voter, values, reason: reason, by: actor.principal)
            guard case .done(let messages, let sheets, _, let notes) = change else { return change }
            try desk.tellReplaced(transaction, replacing.voters(of: [voter.id]).subtracting([voter.id]))
            if values.keys.contains(where: \.isGuarded), try desk.wasReset(transaction.reading, voter: voter.id) {
                try desk.noteTakeover(transaction, by: actor)
            }
            return .done(messages: messages, sheets: sheets, without: second, notes: notes)
        }
    }

    /// Whom the rules want for the correction of a contact, an answer or a name.
    /// - Parameters:
    ///   - given: the mail address and mobile number that the voter would have.
    ///   - isReplacing: whether the voter would stand where somebody else stood.
    private func secondPerson(
        _ transaction: borrowing Transaction, _ voter: Voter, _ values: [Column: String], given: [PhoneGivenContact],
        isReplacing: Bool, by principal: Principal
    ) throws(StoreError) -> VoterSupport.SecondPerson? {
        let hasIdentifier = try !desk.issuer.history(transaction.reading, voter: voter.id).isEmpty
        let isSuspicious =
            hasIdentifier
            ? try desk.isSuspicious(
                transaction, anyOf: given, voter: voter, by: principal,
                isChange: values.keys.contains(where: \.isContact))
            : try desk.isOddForNewcomer(transaction, anyOf: given, voter: voter, by: principal)
        let isGuarded = values.keys.contains(where: \.isGuarded)
        let wasReset = try desk.wasReset(transaction.reading, voter: voter.id)
        if isGuarded && (isSuspicious || wasReset) { return .bureau }
        return hasIdentifier && isGuarded || isReplacing ? desk.fourEyes : nil
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
        _ second: VoterSupport.SecondPerson, by principal: Principal
    ) throws(StoreError) -> Change {
        if let known = try desk.waiting(transaction.reading, .changeRoll, voter.id) { return .already(request: known) }
        let values = correction.values
        var order = Dictionary(uniqueKeysWithValues: values.map { ("value.\($0.key.rawValue)", $0.value) })
        if !correction.replacing.text.isEmpty { order[VoterSupport.replacing] = correction.replacing.text }
        let stood = try desk.standing(transaction.reading, voter)
        for column in values.keys { order["stood.\(column.rawValue)"] = stood[column] ?? "" }
        for contact in correction.given {
            order["contact.\(contact.route.rawValue)"] = String(decoding: contact.bytes, as: UTF8.self)
            // As it is read now: an address that changes meanwhile makes it no other number.
            if case .phone(let phone) = contact { order["value.\(Column.phone.rawValue)"] = phone.text }
        }
        let id = try desk.approvals.ask(
            transaction,
            Approvals.Draft(
                .changeRoll, subject: voter.id, order: order, reason: correction.reason, needsBureau: second == .bureau),
            by: principal)
        return .asked(request: id, byBureau: second == .bureau)
    }
}

extension Column {
    /// Whether it holds a voter's contact: the rules of new contacts hold for it.
    var isContact: Bool { Column.contacts.contains(self) }

    /// Whether a second person sees it change once an identifier was sent: a contact, or the answer that is asked for before a
    /// secret is chosen or taken away.
    var isGuarded: Bool { isContact || self == .challenge }

    /// Whether it is one of the two names: with them somebody may stand where another stood.
    var isName: Bool { self == .lastName || self == .firstName }

    /// Whether a printed sheet is wrong once it changed.
    var isOnPaper: Bool {
        isContact && ![.email, .phone].contains(self)
            || [.civility, .lastName, .firstName, .language, .college, .site].contains(self)
    }

    private static let contacts: Set<Column> = [
        .email, .phone, .address1, .address2, .address3, .address4, .address5, .address6, .postcode, .town, .country,
    ]

    /// Whether it may change once the poll is sealed.
    package var changesAfterSeal: Bool { isContact || [.channel, .language].contains(self) }
}
