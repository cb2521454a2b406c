package import Contacts
import Crypto
package import Elections
package import Store

/// Contacts, opened, and the voters who have them.
extension Registrar {
    /// Opens a voter's contacts.
    /// - Throws: `.missing` when there is no such voter, `.damaged` when a contact does not open.
    package func contacts(
        _ reading: borrowing Reading, _ election: StoredElection, voter: Int, keys: RollKeys
    ) throws(StoreError) -> VoterContacts {
        try ContactOpener(election: election.number, keys: keys).open(
            try sealedContacts(reading, voter: voter), voter: voter)
    }

    /// A voter's contacts as they lie in the store.
    /// - Throws: `.missing` when there is no voter with this number.
    package func sealedContacts(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> SealedContacts {
        let sealed = try reading.first("SELECT mail, phone, mobile, address FROM roll_voter WHERE id = ?", voter) {
            (row: borrowing Row) throws(StoreError) in
            SealedContacts(mail: try row[0], phone: try row[1], isMobile: try row[2], address: try row[3])
        }
        guard let sealed else { throw StoreError(.missing, "There is no voter number \(voter).") }
        return sealed
    }

    /// The voters of an election who have this mail address, case aside. The blind index finds them; opening confirms it.
    /// - Throws: an error of the store; `.damaged` when a contact does not open with these keys.
    package func voters(
        _ reading: borrowing Reading, _ election: StoredElection, mail: EmailAddress, keys: RollKeys
    ) throws(StoreError) -> [Voter] {
        let folded = EmailAddress.folded(Array(mail.text.utf8))
        let found = try reading.all(
            "SELECT id FROM roll_voter WHERE mail_index = ? AND election = ? ORDER BY id",
            keys.index.index(folded.span),
            election.number
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        return try confirmed(reading, election, found, keys) { contacts in
            contacts.mail.map { EmailAddress.folded(Array($0.text.utf8)) == folded } ?? false
        }
    }

    /// The voters of an election who have this number.
    /// - Throws: an error of the store; `.damaged` when a contact does not open with these keys.
    package func voters(
        _ reading: borrowing Reading, _ election: StoredElection, phone: PhoneNumber, keys: RollKeys
    ) throws(StoreError) -> [Voter] {
        let found = try reading.all(
            "SELECT id FROM roll_voter WHERE phone_index = ? AND election = ? ORDER BY id",
            keys.index.index(phone.text),
            election.number
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        return try confirmed(reading, election, found, keys) { $0.phone?.text == phone.text }
    }

    /// Of the voters that a blind index found, those on the roll whose opened contact is the one asked for.
    private func confirmed(
        _ reading: borrowing Reading, _ election: StoredElection, _ found: [Int], _ keys: RollKeys,
        _ isRight: (VoterContacts) -> Bool
    ) throws(StoreError) -> [Voter] {
        let opener = ContactOpener(election: election.number, keys: keys)
        var voters: [Voter] = []
        for id in found {
            // Nobody who left the roll, or of an import that is not published.
            guard let voter = try voter(reading, id: id) else { continue }
            let contacts = try opener.open(try sealedContacts(reading, voter: id), voter: id, wantsAddress: false)
            if isRight(contacts) { voters.append(voter) }
        }
        return voters
    }
}
