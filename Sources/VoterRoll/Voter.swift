package import Contacts
import Crypto
package import Elections
import Store

/// A voter of the published roll, without contacts.
package struct Voter: Sendable, Equatable {
    package enum Civility: String, Sendable { case none = "", mister = "M", madam = "F" }

    package let id: Int
    package let reference: String
    package let civility: Civility
    package let lastName: String
    package let firstName: String
    package let college: String
    package let site: String
    package let weight: Int
    package let language: Language
    /// The channel the voter prefers, where the roll says so.
    package let channel: Channel?
    package let hasReturnedLetter: Bool

    /// `Madame Jeanne Dupont`, `Ms Jeanne Dupont`, or the name alone.
    package var courteousName: String {
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

/// Where a voter can be reached.
package struct VoterContacts: Sendable, Equatable {
    package let mail: EmailAddress?
    package let phone: PhoneNumber?
    package let address: PostalAddress?

    package init(mail: EmailAddress?, phone: PhoneNumber?, address: PostalAddress?) {
        (self.mail, self.phone, self.address) = (mail, phone, address)
    }

    /// The number an SMS can be sent to.
    package var mobile: PhoneNumber? { phone.flatMap { $0.isMobile ? $0 : nil } }

    /// `j***t@example.org`, `+33 6 ** ** ** 07`: what may be shown.
    package static func masked(mail: String) -> String {
        let parts = mail.split(separator: "@", maxSplits: 1)
        guard parts.count == 2, let first = parts[0].first else { return "***" }
        return "\(first)***@\(parts[1])"
    }

    package static func masked(phone: String) -> String { "\(phone.prefix(4))******\(phone.suffix(2))" }
}
