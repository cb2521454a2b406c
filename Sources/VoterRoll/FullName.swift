/// A voter's two names.
package struct FullName: Sendable, Equatable {
    /// The family name.
    package let lastName: String
    /// The first name.
    package let firstName: String

    /// Both as the roll writes them.
    package init(lastName: String, firstName: String) { (self.lastName, self.firstName) = (lastName, firstName) }

    /// Whether two names are one but for what people write in several ways: capitals, accents, hyphens.
    package func isNearly(_ other: FullName) -> Bool {
        var scratch: [UInt8] = []
        return key(&scratch) == other.key(&scratch)
    }

    /// What names that are nearly the same share.
    func key(_ scratch: inout [UInt8]) -> UInt64 {
        let (last, first) = (Array(lastName.utf8), Array(firstName.utf8))
        return Folding.nameKey(last.span, first.span, &scratch)
    }
}
