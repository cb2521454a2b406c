import Contacts
package import Crypto
package import Elections
import Inputs
package import Journal
package import Store

/// Corrects one field of one voter.
package struct RollCorrections: Sendable {
    /// Its journal and hasher are used.
    let registrar: Registrar

    /// What a correction came to.
    package enum Outcome: Sendable, Equatable {
        case done
        case unknownVoter
        /// The value is refused, for this reason.
        case refused(CorrectionRefusal)
    }

    /// Values to correct, once what takes long is done.
    package enum Prepared: Sendable {
        /// In the place of an answer stands its hash.
        case ready([Column: String])
        /// The answer is refused, for this reason.
        case refused(CorrectionRefusal)
    }

    /// Puts the hash of an answer to the election's question in the answer's place: from here on nothing has the answer, no request,
    /// no journal. Hashing takes long on purpose: never call this in a transaction.
    /// - Throws: `.busy` when an answer cannot be hashed now.
    package func prepare(
        _ election: StoredElection, _ values: [Column: String]
    ) throws(StoreError) -> Prepared {
        guard let value = values[.challenge], !value.isEmpty else { return .ready(values) }
        guard election.election.access.challenge != nil else { return .refused(.asksNothing) }
        guard TextLimit(scalars: RollLimits.cell.scalars).admits(value) else {
            return .refused(.tooLong)
        }
        let answer = Array(SecretForm.answer(value).utf8)
        if Challenge.refusal(answer) != nil { return .refused(answer.isEmpty ? .emptyAnswer : .guessableAnswer) }
        guard case .done(let hash) = registrar.hasher.hash(Secret(answer)) else {
            throw StoreError(.busy, "The answer could not be hashed now.", cure: "Run this again.")
        }
        return .ready(values.merging([.challenge: hash]) { $1 })
    }

    /// Corrects one field of one voter; the journal keeps who, what and why.
    ///
    /// A later import of the same unchanged row leaves the correction; an import in which the row changed replaces it.
    /// - Returns: with `.refused` the voter is as before.
    /// - Throws: an error of the store; `.damaged` when a contact does not open.
    package func correct(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ correction: FieldCorrection,
        key: ElectionKey, randomness: Randomness, by principal: Principal
    ) throws(StoreError) -> Outcome {
        let (reference, column, value) = (correction.reference, correction.column, correction.value)
        guard let voter = try registrar.voter(transaction.reading, election, reference: reference) else {
            return .unknownVoter
        }
        let keys = RollKeys(key, randomness: randomness)
        let isName = [.lastName, .firstName].contains(column)
        if isName { try registrar.search.forgetWords(transaction, voter: voter.id) }
        let refusal = try apply(transaction, election, voter, column, value, keys)
        if isName { try registrar.search.learnWords(transaction, voter: voter.id) }
        if let refusal { return .refused(refusal) }
        if isName { try registrar.names.note(transaction, voter: voter.id) }
        if [.email, .phone, .address1].contains(column) {
            try registrar.contactChanges.note(transaction, voter: voter.id, by: principal)
        }
        if [.civility, .lastName, .firstName].contains(column) {
            try renameRecipient(transaction, election, voter, keys)
        }
        try registrar.journal.record(
            transaction, election: election.election.id, by: principal, .rollCorrect,
            ["reference": reference, "column": column.rawValue, "reason": correction.reason],
            // An answer is a secret: not even its hash is anybody's to read.
            personal: column == .challenge ? nil : .init(["value": value], key: key))
        return .done
    }

    /// Stores the checked value; returns why it is refused.
    /// - Returns: nil when the value was stored.
    func apply(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ voter: Voter, _ column: Column,
        _ value: String, _ keys: RollKeys
    ) throws(StoreError) -> CorrectionRefusal? {
        // An address is all of its lines.
        guard TextLimit(scalars: 6 * RollLimits.cell.scalars).admits(value) else {
            return .tooLong
        }
        switch column {
        case .lastName, .firstName:
            let bytes = Array(value.utf8)
            var plain: [UInt8] = []
            if let reason = PersonName.append(bytes.span, bytes.indices, onto: &plain) {
                return .value(value, reason)
            }
            let name = Invisible.trimmed(String(decoding: plain, as: UTF8.self))
            guard !name.isEmpty else { return .emptyName }
            if column == .lastName {
                try transaction.execute("UPDATE roll_voter SET last_name = ? WHERE id = ?", name, voter.id)
            } else {
                try transaction.execute("UPDATE roll_voter SET first_name = ? WHERE id = ?", name, voter.id)
            }
        case .civility:
            var words = Synonyms.civilities
            let bytes = Array(value.utf8)
            guard bytes.isEmpty || words.meaning(bytes.span, bytes.indices) != nil else {
                return .noCivility(value)
            }
            let civility = bytes.isEmpty ? [] : words.meaning(bytes.span, bytes.indices) ?? []
            try transaction.execute(
                "UPDATE roll_voter SET civility = ? WHERE id = ?", String(decoding: civility, as: UTF8.self), voter.id)
        case .weight:
            let bytes = Array(value.utf8)
            guard let weight = Weight.read(bytes.span, bytes.indices) else {
                return .noWeight(value)
            }
            try transaction.execute("UPDATE roll_voter SET weight = ? WHERE id = ?", weight, voter.id)
        case .challenge: return try correctChallenge(transaction, election, voter, value)
        case .college:
            guard let college = RollCorrections.named(value, election.election.colleges) else {
                return .noCollege(value)
            }
            try transaction.execute("UPDATE roll_voter SET college = ? WHERE id = ?", college, voter.id)
        case .site:
            guard let site = RollCorrections.named(value, election.election.sites) else {
                return .noSite(value)
            }
            try transaction.execute("UPDATE roll_voter SET site = ? WHERE id = ?", site, voter.id)
        case .language:
            guard let language = election.election.language(named: value) else {
                return .noLanguage(value, of: election.election.languageNames)
            }
            try transaction.execute("UPDATE roll_voter SET language = ? WHERE id = ?", language, voter.id)
        case .channel:
            var words = Synonyms.channels
            let channel = words.meaning(value)
            guard value.isEmpty || channel != nil else { return .noChannel(value) }
            try transaction.execute(
                "UPDATE roll_voter SET channel = ? WHERE id = ?", value.isEmpty ? nil : channel, voter.id)
        case .email: return try correctMail(transaction, election, voter, value, keys)
        case .phone: return try correctPhone(transaction, election, voter, value, keys)
        case .address1: return try correctAddress(transaction, election, voter, value, keys)
        default:
            return .byFileAlone(column)
        }
        return nil
    }

    /// The college or site that a value names, by its key or by its title in either language.
    private static func named(_ value: String, _ names: [String: LocalText]) -> String? {
        if names[value] != nil { return value }
        var words = Synonyms(names.mapValues { [$0.fr, $0.en] })
        return words.meaning(value)
    }

    /// A contact's value bound to its voter and column.
    private func sealed(
        _ value: [UInt8], _ column: SealedColumn, _ election: StoredElection, _ voter: Voter, _ keys: RollKeys
    ) -> [UInt8] {
        var place: [UInt8] = []
        column.place(election: election.number, voter: voter.id, into: &place)
        return keys.sealer().seal(value, associated: place)
    }

    /// Stores a mail address and its blind index; an empty value removes both. Returns why it is refused.
    private func correctMail(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ voter: Voter, _ value: String,
        _ keys: RollKeys
    ) throws(StoreError) -> CorrectionRefusal? {
        guard !value.isEmpty else {
            try transaction.execute("UPDATE roll_voter SET mail = NULL, mail_index = NULL WHERE id = ?", voter.id)
            return nil
        }
        var mail: [UInt8] = []
        do throws(EmailAddress.Fault) {
            mail = Array(try EmailAddress(EmailAddress.bare(Invisible.trimmed(value))).text.utf8)
        } catch {
            return .value(value, Invisible.fault(value.utf8, allowingSpaces: false) ?? error.reason)
        }
        let folded = EmailAddress.folded(mail)
        try transaction.execute(
            "UPDATE roll_voter SET mail = ?, mail_index = ? WHERE id = ?",
            sealed(mail, .mail, election, voter, keys), keys.index.index(folded.span), voter.id)
        return nil
    }

    /// Puts a corrected name on the envelope too, where the first line was the old name.
    private func renameRecipient(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ before: Voter, _ keys: RollKeys
    ) throws(StoreError) {
        guard let after = try registrar.voter(transaction.reading, id: before.id),
            let address = try registrar.contacts(transaction.reading, election, voter: before.id, keys: keys).address
        else { return }
        // What is not printed from the name was written by somebody, and stays.
        let old = Recipient(before)
        guard
            let printed = [old.lines(room: 2), old.lines(room: 1)].first(where: { lines in
                address.lines.count > lines.count
                    && zip(lines, address.lines).allSatisfy { Recipient.words($0) == Recipient.words($1) }
            })
        else { return }
        let rest = address.lines.dropFirst(printed.count)
        let lines = Recipient(after).lines(room: PostalAddress.mostLines - rest.count) + rest
        let stored = Array(([address.postcode ?? ""] + lines).joined(separator: "\n").utf8)
        try transaction.execute(
            "UPDATE roll_voter SET address = ? WHERE id = ?", sealed(stored, .address, election, after, keys), after.id)
    }

    /// Stores the hash of an answer. Returns why it is refused.
    private func correctChallenge(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ voter: Voter, _ value: String
    ) throws(StoreError) -> CorrectionRefusal? {
        guard election.election.access.challenge != nil else { return .asksNothing }
        if value.isEmpty { return .emptyAnswer }
        // Of a request that an earlier version wrote down: its answer stands there in clear.
        guard PassphraseHasher.isHash(value) else { return .answerNotKept }
        // The digest is of the file's answer, which this one is not any more.
        try transaction.execute(
            "UPDATE roll_voter SET challenge = ?, digest = substr(digest, 1, ?) WHERE id = ?", value,
            RowSealer.digestBytes, voter.id)
        return nil
    }

    /// Stores a number and its blind index; an empty value removes both. Returns why it is refused.
    private func correctPhone(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ voter: Voter, _ value: String,
        _ keys: RollKeys
    ) throws(StoreError) -> CorrectionRefusal? {
        guard !value.isEmpty else {
            try transaction.execute(
                "UPDATE roll_voter SET phone = NULL, phone_index = NULL, mobile = 0 WHERE id = ?", voter.id)
            return nil
        }
        // A number without + is at home where its voter is.
        let home = try registrar.contacts(transaction.reading, election, voter: voter.id, keys: keys).phoneHome
        let phone: PhoneNumber
        do throws(PhoneNumber.Fault) { phone = try PhoneNumber(Invisible.trimmed(value), home: home) } catch {
            return .value(value, Invisible.fault(value.utf8, allowingSpaces: true) ?? error.reason)
        }
        try transaction.execute(
            "UPDATE roll_voter SET phone = ?, phone_index = ?, mobile = ? WHERE id = ?",
            sealed(Array(phone.text.utf8), .phone, election, voter, keys), keys.index.index(phone.text),
            phone.isMobile, voter.id)
        return nil
    }

    /// Stores a postal address and forgets that a letter came back; an empty value removes it. Returns why it is
    /// refused.
    private func correctAddress(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ voter: Voter, _ value: String,
        _ keys: RollKeys
    ) throws(StoreError) -> CorrectionRefusal? {
        guard !value.isEmpty else {
            try transaction.execute("UPDATE roll_voter SET address = NULL, returned_at = NULL WHERE id = ?", voter.id)
            return nil
        }
        if let reason = Invisible.fault(value.utf8, allowingSpaces: true) ?? Mojibake.fault(value.utf8)
            ?? ProgramMarks.fault(value.utf8)
        {
            return .value(value, reason)
        }
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        let given = value.split { $0 == "|" || $0.isNewline }.map { Invisible.trimmed(String($0)) }.filter {
            !$0.isEmpty
        }
        // As at the import, the voter's name comes first where it is not there yet.
        let recipient = Recipient(voter)
        let (own, rest) = recipient.above(given)
        let lines = own + rest
        for line in lines {
            let start = bytes.count
            bytes.append(contentsOf: Array(line.utf8))
            ranges.append(start..<bytes.count)
        }
        // A last line without a postcode is a country, as on the envelope.
        let hasCountry = given.last.map { !$0.contains(where: \.isNumber) } ?? false
        var stored: [UInt8] = []
        do throws(PostalAddress.Fault) {
            try PostalAddress.normalise(
                bytes.span, hasCountry ? ranges.dropLast() : ranges[...],
                country: hasCountry ? ranges[ranges.count - 1] : 0..<0,
                onto: &stored)
        } catch {
            return .value(value, error.reason)
        }
        try transaction.execute(
            "UPDATE roll_voter SET address = ?, returned_at = NULL WHERE id = ?",
            sealed(stored, .address, election, voter, keys), voter.id)
        return nil
    }
}
