/// The powers of a fixed base, prepared: base^(d * 32^i) for each digit d of 5 bits and each of 52 places, so that a power of
/// a secret exponent takes 52 products and no squaring. Each product reads the whole row of its place, so that no address
/// depends on the exponent.
package struct PowerTable: Sendable {
    private static let (bits, places, row) = (5, 52, 32)
    /// Row after row, the power by digit 0 first.
    private let entries: [Residue]

    /// Takes 1,664 products, and about 430 kB for as long as the table is kept.
    package init(_ base: Residue) {
        var entries: [Residue] = []
        entries.reserveCapacity(PowerTable.places * PowerTable.row)
        var unit = base
        for _ in 0..<PowerTable.places {
            var power = Residue.one
            for _ in 0..<PowerTable.row {
                entries.append(power)
                power = power * unit
            }
            unit = power
        }
        self.entries = entries
    }

    /// base^exponent.
    /// In time and by addresses that do not depend on the exponent.
    package func power(_ exponent: Scalar) -> Residue {
        var result = entry(PowerTable.digit(exponent, 0), at: 0)
        for place in 1..<PowerTable.places {
            result = result * entry(PowerTable.digit(exponent, place), at: place)
        }
        return result
    }

    /// The five bits of an exponent at a place.
    private static func digit(_ exponent: Scalar, _ place: Int) -> UInt32 {
        let bit = place &* bits
        let (word, shift) = (bit >> 5, UInt32(bit & 31))
        let low = exponent.words[word] &>> shift
        let high = shift > 27 && word < 7 ? exponent.words[word + 1] &<< (32 &- shift) : 0
        return (low | high) & 31
    }

    /// The base's power at a place, read by mask from the whole row.
    @inline(never)
    private func entry(_ digit: UInt32, at place: Int) -> Residue {
        var words = Residue.Words(repeating: 0)
        let row = entries.span.extracting(place &* PowerTable.row..<(place &+ 1) &* PowerTable.row)
        for number in 0..<PowerTable.row {
            let mask = UInt32(bitPattern: (Int32(bitPattern: UInt32(number) ^ digit) &- 1) &>> 31)
            for index in 0..<64 {
                unsafe words[unchecked: index] |= row[unchecked: number].words[unchecked: index] & mask
            }
        }
        return Residue(words)
    }
}
