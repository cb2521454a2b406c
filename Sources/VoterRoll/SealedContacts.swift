import Contacts

/// A voter's contacts as they lie in the store.
package struct SealedContacts: Sendable {
    /// Whether the voter can get mail.
    package var hasMail: Bool { mail != nil }
    /// Whether the voter can get letters, as far as their address was right.
    package var hasAddress: Bool { address != nil }
    /// How many of mail and mobile there are.
    package var reaches: Int { (mail == nil ? 0 : 1) + (phone != nil && isMobile ? 1 : 0) }

    /// The address, sealed for `SealedColumn.mail`.
    let mail: [UInt8]?
    /// The number in E.164, sealed for `SealedColumn.phone`.
    let phone: [UInt8]?
    /// Whether SMS may go to the number; in clear, so that a list need not open it.
    let isMobile: Bool
    /// The postal address as `PostalAddress` stores it, sealed.
    let address: [UInt8]?
}
