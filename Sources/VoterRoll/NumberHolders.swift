import Contacts
import Crypto
package import Elections
package import Store

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
