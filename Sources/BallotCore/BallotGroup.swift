/// Arithmetic in the group of an election: the generator g and the election's public key y are fixed.
package protocol BallotGroup {
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
    func product(_ left: Element, _ right: Element) -> Element
    /// The number of canonical decimal digits, nil when they are none below p. Membership is not checked.
    func element(_ decimal: Span<UInt8>) -> Element?
    /// Appends the decimal digits.
    func append(_ element: Element, to text: inout [UInt8])
}

/// The group by BallotCore's own arithmetic, with tables for g and y.
package struct CoreGroup: BallotGroup {
    private let generator: PowerTable
    private let key: PowerTable

    /// - Parameter key: the election's public key, a member of the group.
    package init(key: Residue) {
        generator = PowerTable(.generator)
        self.key = PowerTable(key)
    }

    package func generatorPower(_ exponent: Scalar) -> Residue { generator.power(exponent) }
    package func keyPower(_ exponent: Scalar) -> Residue { key.power(exponent) }
    package func openGeneratorPower(_ exponent: Scalar) -> Residue { generator.power(exponent) }
    package func openKeyPower(_ exponent: Scalar) -> Residue { key.power(exponent) }

    package func openPowers(_ base: Residue, _ exponents: [Scalar], member: Bool) -> [Residue]? {
        if member, !base.isMember { return nil }
        var powers: [Residue] = []
        for exponent in exponents { powers.append(base.power(exponent)) }
        return powers
    }

    package func product(_ left: Residue, _ right: Residue) -> Residue { left * right }
    package func element(_ decimal: Span<UInt8>) -> Residue? { Residue(decimal: decimal) }
    package func append(_ element: Residue, to text: inout [UInt8]) { element.appendDecimal(to: &text) }
}

/// Random numbers modulo q.
package protocol ScalarSource {
    mutating func next() -> Scalar
}
