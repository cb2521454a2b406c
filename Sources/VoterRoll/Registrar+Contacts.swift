package import Contacts
import Crypto
package import Elections
package import Store

extension Registrar {
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

/// The voters of an election whose number a text without a country's code may be.
package struct NumberHolders: Sendable {
    /// Voters for whose home country the text is this number, and all who share it.
    package private(set) var atHome: [Voter] = []
    /// Those who keep a number of another country.
    package private(set) var elsewhere: [Voter] = []

    /// The numbers that are looked up follow from the text alone; contacts are opened for whoever is found.
    /// - Parameter text: as it was typed; with the code it is one number, and whoever holds it is found.
    /// - Throws: an error of the store; `.damaged` when a contact does not open with these keys.
    package init(
        of text: String, _ reading: borrowing Reading, _ election: StoredElection, _ registrar: Registrar,
        keys: RollKeys
    ) throws(StoreError) {
        let opener = ContactOpener(election: election.number, keys: keys)
        for number in PhoneNumber.readings(of: text) {
            let holders = try registrar.voters(reading, election, phone: number, keys: keys)
            var isHome = false
            for voter in holders {
                let contacts = try opener.open(
                    try registrar.sealedContacts(reading, voter: voter.id), voter: voter.id)
                if (try? PhoneNumber(text, home: contacts.phoneHome))?.text == number.text { isHome = true }
            }
            if isHome { atHome += holders } else { elsewhere += holders }
        }
    }
}
