package import VoterRoll

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
