import Contacts

/// What tells a country in an address from a place in France that has its name.
enum CountryPlace {
    /// Letters of the shortest country's name, `Mali`.
    static let shortest = 4

    /// Whether letters may be a country's name where anything else may stand.
    static func isLongEnough(_ line: ArraySlice<UInt8>) -> Bool {
        let text = Folding.plain(String(decoding: line, as: UTF8.self))
        return text.count >= shortest || Countries.shortForms.contains(text)
    }

    /// What is said where a country was found in the lines of an address.
    static let readAsCountry = "is read as the country of the address"
    /// The same where it may be a place of this name.
    static let mayBePlace =
        "is read as the country of the address: if it is a place in France, write France in a column for the country"
    /// What is said where it cannot be one: without a column for the country nobody else would look.
    static let keptAsPlace =
        "is a country's name beside a postcode that is not of its kind, and is kept as a place: if the address is abroad, write the "
        + "country in a column of its own"

    /// Whether a town's field begins with a postcode, as a number of four or five digits.
    static func beginsWithCode(_ bytes: Span<UInt8>, _ town: Range<Int>) -> Bool {
        var digits = 0
        for index in town {
            guard 48...57 ~= bytes[index] else { return 4...5 ~= digits && bytes[index] == 32 }
            digits += 1
        }
        return false
    }

    /// What is said of a code without a country that France has not.
    static let noDepartment =
        "begins with no French department's number, and is printed as a French postcode: if the address is abroad, write the country "
        + "in a column of its own"

    /// The departments, by which French postcodes begin; overseas and Monaco included.
    static func isDepartment(_ number: Int) -> Bool { 1...95 ~= number || 97...98 ~= number }

    /// Whether a French address, as it is stored, has the code of no department, and is not the armies', whose codes begin with 00.
    static func hasNoDepartment(_ stored: ArraySlice<UInt8>) -> Bool {
        guard stored.count > 5, let first = stored.first, 48...57 ~= first else { return false }
        let second = stored[stored.startIndex + 1]
        guard !isDepartment(Int(first & 15) * 10 + Int(second & 15)) else { return false }
        return !String(decoding: stored, as: UTF8.self).contains(" ARMEES")
    }

    /// Whether a line that bears the name of a territory overseas stands for a place elsewhere in France, beside a postcode and a
    /// town of their own: Saint-Martin is a hamlet in Savoie too.
    static func isHamlet(
        _ address: Span<UInt8>, _ line: Range<Int>, _ bytes: Span<UInt8>, _ postcode: Range<Int>?
    ) -> Bool {
        !isOverseas(bytes, postcode) && PostalAddress.isFrance(address, line)
            && !plainFrance.contains(Folding.plain(String(decoding: Array(address, line), as: UTF8.self)))
    }

    /// What says nothing but that an address is in France, as `Folding.plain` gives it.
    private static let plainFrance: Set<String> = [
        "france", "fr", "fra", "france metropolitaine", "republique francaise",
    ]

    /// The digits with which a town's field begins, where they are a code; nil otherwise.
    static func leadingCode(_ bytes: Span<UInt8>, _ town: Range<Int>) -> Range<Int>? {
        guard beginsWithCode(bytes, town) else { return nil }
        let end = town.first { !(48...57 ~= bytes[$0]) } ?? town.upperBound
        return town.lowerBound..<end
    }

    /// Whether a postcode is one of the territories overseas.
    private static func isOverseas(_ bytes: Span<UInt8>, _ postcode: Range<Int>?) -> Bool {
        guard let postcode else { return false }
        let digits = postcode.filter { 48...57 ~= bytes[$0] }.prefix(2).map { bytes[$0] }
        return digits == Array("97".utf8) || digits == Array("98".utf8)
    }

    /// Whether a postcode's field holds the five digits of a French one, whatever stands between them: beside them `Canada` or
    /// `Suisse` is a place in France.
    static func isFiveDigits(_ bytes: Span<UInt8>, _ postcode: Range<Int>?) -> Bool {
        guard let postcode else { return false }
        var (digits, department, letters) = (0, 0, "")
        for index in WholeNumber.bare(bytes, postcode) {
            if 48...57 ~= bytes[index] {
                digits += 1
                if digits <= 2 { department = department * 10 + Int(bytes[index] & 15) }
            }
            // `F-59000` is France's own writing.
            if 97...122 ~= bytes[index] | 32 { letters.unicodeScalars.append(Unicode.Scalar(bytes[index] | 32)) }
            guard ["", "f", "fr"].contains(letters) else { return false }
        }
        return digits == 5 && isDepartment(department)
    }

    /// Whether the postcodes of a country may be five digits.
    /// - Parameter region: its ISO 3166 code.
    static func mayHaveFiveDigits(_ region: some Collection<UInt8>) -> Bool {
        let code = String(decoding: region, as: UTF8.self)
        return Countries.fiveDigits.contains(code) || PostalAddress.isFrance(code)
    }
}
