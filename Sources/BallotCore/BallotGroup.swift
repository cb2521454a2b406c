/// Arithmetic in the group of an election: the generator g and the election's public key y are fixed.
/// What an `Element` is inside is each implementation's own: `CoreGroup` for the browser, GMP's for the server. Texts
/// and results are the same for both.
package protocol BallotGroup {
    /// A number below p; whether it is a member of the group is asked where it matters.
    associatedtype Element

    /// g^exponent, in time that does not depend on the exponent.
    func generatorPower(_ exponent: Scalar) -> Element
    /// y^exponent, in time that does not depend on the exponent.
    func keyPower(_ exponent: Scalar) -> Element
    /// g^exponent of a public exponent.
    func openGeneratorPower(_ exponent: Scalar) -> Element
    /// y^exponent of a public exponent.
    func openKeyPower(_ exponent: Scalar) -> Element
    /// base^exponent for each public exponent; nil when membership is asked for and the base is not in the group.
    func openPowers(_ base: Element, _ exponents: [Scalar], member: Bool) -> [Element]?
    /// The product modulo p.
    func product(_ left: Element, _ right: Element) -> Element
    /// The number of canonical decimal digits, nil when they are none below p. Membership is not checked.
    func element(_ decimal: Span<UInt8>) -> Element?
    /// Appends the decimal digits.
    func append(_ element: Element, to text: inout [UInt8])
}

/// The group by BallotCore's own arithmetic, with tables for g and y.
/// What the browser seals with: making it costs two tables, some 3,300 products.
package struct CoreGroup: BallotGroup {
    private let generator: PowerTable
    private let key: PowerTable

    /// - Parameter key: the election's public key, a member of the group.
    package init(key: Residue) {
        generator = PowerTable(.generator)
        self.key = PowerTable(key)
    }

    /// By the table of g, in time that does not depend on the exponent.
    package func generatorPower(_ exponent: Scalar) -> Residue { generator.power(exponent) }
    /// By the table of y, in time that does not depend on the exponent.
    package func keyPower(_ exponent: Scalar) -> Residue { key.power(exponent) }
    /// The same as for secrets: there is one table.
    package func openGeneratorPower(_ exponent: Scalar) -> Residue { generator.power(exponent) }
    /// The same as for secrets: there is one table.
    package func openKeyPower(_ exponent: Scalar) -> Residue { key.power(exponent) }

    /// - Parameter member: asks a power more, by q.
    package func openPowers(_ base: Residue, _ exponents: [Scalar], member: Bool) -> [Residue]? {
        if member, !base.isMember { return nil }
        var powers: [Residue] = []
        for exponent in exponents { powers.append(base.power(exponent)) }
        return powers
    }

    /// One Montgomery product.
    package func product(_ left: Residue, _ right: Residue) -> Residue { left * right }
    /// - Parameter decimal: 617 digits at most.
    package func element(_ decimal: Span<UInt8>) -> Residue? { Residue(decimal: decimal) }
    /// Appends 617 digits at most, without leading zeros.
    package func append(_ element: Residue, to text: inout [UInt8]) { element.appendDecimal(to: &text) }
}

/// Random numbers modulo q.
/// The browser's, the operating system's and, in tests, one that repeats itself.
package protocol ScalarSource {
    /// Every number below q is as likely as every other.
    mutating func next() -> Scalar
}
