package import Contacts
import Crypto
package import Elections
import Store

/// A voter of the published roll, without contacts.
package struct Voter: Sendable, Equatable {
    /// Raw values stand in the store.
    package enum Civility: String, Sendable { case none = "", mister = "M", madam = "F" }

    /// The row in the store: unique over all elections, and never another voter's.
    package let id: Int
    /// The organiser's own name for the voter: unique in the election, at most 64 characters.
    package let reference: String
    /// As the roll says; nobody is addressed by a guess.
    package let civility: Civility
    /// The usage name where the roll has one, at most 80 characters.
    package let lastName: String
    /// At most 80 characters.
    package let firstName: String
    /// The college's key in the election; empty where there are none.
    package let college: String
    /// The site's key in the election; empty where there are none.
    package let site: String
    /// Votes that the voter holds, from 1 to a million.
    package let weight: Int
    /// The language of messages and letters to the voter.
    package let language: Language
    /// The channel the voter prefers, where the roll says so.
    package let channel: Channel?
    /// Whether the post returned a letter, and the address did not change since.
    package let hasReturnedLetter: Bool

    /// `Madame Jeanne Dupont`, `Ms Jeanne Dupont`, or the name alone, in the voter's language.
    package var courteousName: String { courteousName(language) }

    /// What of an address is the place and not this voter's own line: the postcode, empty abroad, and the lines below.
    package func place(_ address: PostalAddress) -> [String] { Recipient(self).place(address) }

    /// The same in the language of the page that says it.
    package func courteousName(_ language: Language) -> String {
        let title =
            switch (civility, language) {
            case (.none, _): ""
            case (.mister, .fr): "Monsieur "
            case (.madam, .fr): "Madame "
            case (.mister, .en): "Mr "
            case (.madam, .en): "Ms "
            }
        return title + "\(firstName) \(lastName)"
    }
}
