import Contacts
package import Crypto
package import Elections
package import Journal
package import Store

extension Registrar {
    /// What a correction came to.
    package enum Correction: Sendable, Equatable {
        case done
        case unknownVoter
        /// The value is refused, for this reason.
        case refused(String)
    }

    /// Corrects one field of one voter; the journal keeps who, what and why.
    ///
    /// A later import of the same unchanged row leaves the correction; an import in which the row changed replaces it.
    /// - Parameter value: as it would stand in the roll; address lines are separated by `|`; empty removes a contact.
    package func correct(
        _ transaction: borrowing Transaction, _ election: StoredElection, reference: String, column: Column,
        value: String, reason: String, key: ElectionKey, randomness: Randomness, by principal: Principal
    ) throws(StoreError) -> Correction {
        guard let voter = try voter(transaction.reading, election, reference: reference) else { return .unknownVoter }
        let keys = RollKeys(key, randomness: randomness)
        if let refusal = try apply(transaction, election, voter, column, value, keys) { return .refused(refusal) }
        try logbook.record(
            transaction, election: election.election.id, by: principal, "roll.correct",
            ["reference": reference, "column": column.rawValue, "reason": reason], personal: ["value": value], key: key)
        return .done
    }

    /// Marks a voter's letters as returned by the post; false when there is no such voter.
    package func markReturned(
        _ transaction: borrowing Transaction, _ election: StoredElection, voter: Int, by principal: Principal
    ) throws(StoreError) -> Bool {
        let changed = try transaction.execute(
            "UPDATE roll_voter SET returned_at = ? WHERE id = ? AND election = ?", clock.now, voter, election.number)
        guard changed == 1 else { return false }
        try logbook.record(
            transaction, election: election.election.id, by: principal, "roll.letterReturned", ["voter": "\(voter)"])
        return true
    }

    /// Stores the checked value; returns why it is refused.
    private func apply(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ voter: Voter, _ column: Column,
        _ value: String, _ keys: RollKeys
    ) throws(StoreError) -> String? {
        switch column {
        case .lastName, .firstName:
            guard !value.isEmpty, value.count <= 80, value.first?.isLetter == true,
                !value.unicodeScalars.contains(where: { $0.value < 32 || $0.properties.numericType != nil })
            else { return "\"\(value)\" is no name" }
            if column == .lastName {
                try transaction.execute("UPDATE roll_voter SET last_name = ? WHERE id = ?", value, voter.id)
            } else {
                try transaction.execute("UPDATE roll_voter SET first_name = ? WHERE id = ?", value, voter.id)
            }
        case .college:
            guard election.election.colleges[value] != nil else { return "\"\(value)\" is no college of this election" }
            try transaction.execute("UPDATE roll_voter SET college = ? WHERE id = ?", value, voter.id)
        case .site:
            guard election.election.sites[value] != nil else { return "\"\(value)\" is no site of this election" }
            try transaction.execute("UPDATE roll_voter SET site = ? WHERE id = ?", value, voter.id)
        case .language:
            guard Language(rawValue: value) != nil else { return "\"\(value)\" is no language (fr, en)" }
            try transaction.execute("UPDATE roll_voter SET language = ? WHERE id = ?", value, voter.id)
        case .channel:
            guard value.isEmpty || Channel(rawValue: value) != nil else {
                return "\"\(value)\" is no channel (email, sms, letter)"
            }
            try transaction.execute(
                "UPDATE roll_voter SET channel = ? WHERE id = ?", value.isEmpty ? nil : value, voter.id)
        case .email: return try correctMail(transaction, election, voter, value, keys)
        case .phone: return try correctPhone(transaction, election, voter, value, keys)
        case .address1: return try correctAddress(transaction, election, voter, value, keys)
        default:
            return "\(column.rawValue) cannot be corrected one by one; correct email, phone, address1 (lines separated by |), "
                + "last_name, first_name, college, site, language or channel, or import the roll again"
        }
        return nil
    }

    private func sealed(
        _ value: [UInt8], _ column: SealedColumn, _ election: StoredElection, _ voter: Voter, _ keys: RollKeys
    ) -> [UInt8] {
        var place: [UInt8] = []
        column.place(election: election.number, voter: voter.id, into: &place)
        return keys.sealer().seal(value, associated: place)
    }

    private func correctMail(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ voter: Voter, _ value: String,
        _ keys: RollKeys
    ) throws(StoreError) -> String? {
        guard !value.isEmpty else {
            try transaction.execute("UPDATE roll_voter SET mail = NULL, mail_index = NULL WHERE id = ?", voter.id)
            return nil
        }
        var mail: [UInt8] = []
        do throws(EmailAddress.Fault) { mail = Array(try EmailAddress(value).text.utf8) } catch {
            return "\"\(value)\" \(error.reason)"
        }
        let folded = EmailAddress.folded(mail)
        try transaction.execute(
            "UPDATE roll_voter SET mail = ?, mail_index = ? WHERE id = ?",
            sealed(mail, .mail, election, voter, keys), keys.index.index(folded.span), voter.id)
        return nil
    }

    private func correctPhone(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ voter: Voter, _ value: String,
        _ keys: RollKeys
    ) throws(StoreError) -> String? {
        guard !value.isEmpty else {
            try transaction.execute(
                "UPDATE roll_voter SET phone = NULL, phone_index = NULL, mobile = 0 WHERE id = ?", voter.id)
            return nil
        }
        let phone: PhoneNumber
        do throws(PhoneNumber.Fault) { phone = try PhoneNumber(value) } catch { return "\"\(value)\" \(error.reason)" }
        try transaction.execute(
            "UPDATE roll_voter SET phone = ?, phone_index = ?, mobile = ? WHERE id = ?",
            sealed(Array(phone.text.utf8), .phone, election, voter, keys), keys.index.index(phone.text),
            phone.isMobile, voter.id)
        return nil
    }

    private func correctAddress(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ voter: Voter, _ value: String,
        _ keys: RollKeys
    ) throws(StoreError) -> String? {
        guard !value.isEmpty else {
            try transaction.execute("UPDATE roll_voter SET address = NULL, returned_at = NULL WHERE id = ?", voter.id)
            return nil
        }
        var bytes: [UInt8] = []
        var ranges: [Range<Int>] = []
        for line in value.split(separator: "|") {
            let start = bytes.count
            bytes.append(contentsOf: Array(line.utf8))
            ranges.append(start..<bytes.count)
        }
        // A last line without a postcode is a country, as on the envelope.
        let hasCountry = value.split(separator: "|").last.map { !$0.contains(where: \.isNumber) } ?? false
        var stored: [UInt8] = []
        do throws(PostalAddress.Fault) {
            try PostalAddress.normalise(
                bytes.span, hasCountry ? ranges.dropLast() : ranges[...], country: hasCountry ? ranges[ranges.count - 1] : 0..<0,
                onto: &stored)
        } catch {
            return "\"\(value)\" \(error.reason)"
        }
        try transaction.execute(
            "UPDATE roll_voter SET address = ?, returned_at = NULL WHERE id = ?",
            sealed(stored, .address, election, voter, keys), voter.id)
        return nil
    }
}
