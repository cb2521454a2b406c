package import Contacts

/// Where a voter can be reached.
package struct VoterContacts: Sendable, Equatable {
    /// Nil where the roll has none.
    package let mail: EmailAddress?
    /// Nil where the roll has none; it may be a landline.
    package let phone: PhoneNumber?
    /// Nil where the roll has none that can be printed.
    package let address: PostalAddress?

    /// Contacts as the roll has them, or with one that was given on the phone in their place.
    package init(mail: EmailAddress?, phone: PhoneNumber?, address: PostalAddress?) {
        (self.mail, self.phone, self.address) = (mail, phone, address)
    }

    /// The number an SMS can be sent to.
    package var mobile: PhoneNumber? { phone.flatMap { $0.isMobile ? $0 : nil } }

    /// `j***@example.org`: the first character and the domain; three stars alone for what is no address.
    package static func masked(mail: String) -> String {
        let parts = mail.split(separator: "@", maxSplits: 1)
        guard parts.count == 2, let first = parts[0].first else { return "***" }
        return "\(first)***@\(parts[1])"
    }

    /// The country's first digits and the last two, six stars between them whatever its length.
    package static func masked(phone: String) -> String { "\(phone.prefix(4))******\(phone.suffix(2))" }
}
