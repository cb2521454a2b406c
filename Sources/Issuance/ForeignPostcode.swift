/// The postcode in the town's line of an address abroad (Universal Postal Union, S42): one word for most countries, two for some.
enum ForeignPostcode {
    /// The countries whose code is four digits and two letters: elsewhere two letters behind four digits begin the town (4720 LA
    /// CALAMINE).
    private static let dutch: Set<String> = [
        "PAYS-BAS", "PAYS BAS", "NETHERLANDS", "THE NETHERLANDS", "NEDERLAND", "HOLLANDE", "HOLLAND",
    ]

    /// - Parameters:
    ///   - line: in capitals.
    ///   - country: in capitals, without accents.
    /// - Returns: nil where the line has no digit.
    static func find(in line: String, country: String) -> String? {
        let words = line.split { $0.isWhitespace || $0 == "," }.map(String.init)
        for (first, second) in zip(words, words.dropFirst()) where isPair(first, second, country) {
            return "\(first) \(second)"
        }
        return words.first { $0.contains(where: \.isNumber) }
    }

    /// Whether two words are the halves of one code.
    private static func isPair(_ first: String, _ second: String, _ country: String) -> Bool {
        let (before, behind) = (shape(first), shape(second))
        switch behind {
        // SW1A 1AA, M1 1AE, GX11 1AA: the United Kingdom and what follows its rules.
        case "9AA": return ["A9", "A99", "AA9", "AA99", "A9A", "AA9A"].contains(before)
        // K1A 0B1: Canada.
        case "9A9": return before == "A9A"
        // 114 55, 110 00: Sweden, Czechia, Slovakia, Greece.
        case "99": return before == "999"
        // 1012 AB.
        case "AA": return before == "9999" && dutch.contains(country)
        // VLT 1117: Malta; elsewhere the letters are a state's.
        case "9999": return before == "AAA" && ["MALTE", "MALTA"].contains(country)
        // D02 X285, D6W XY00: Ireland.
        default:
            return ["A99", "A9A"].contains(before) && behind.count == 4 && behind.contains("9") && !behind.contains("-")
        }
    }

    /// `A` for each letter, `9` for each digit, `-` for anything else.
    private static func shape(_ word: String) -> String {
        String(
            word.unicodeScalars.map { scalar in
                switch scalar {
                case "A"..."Z": "A"
                case "0"..."9": "9"
                default: "-"
                }
            } as [Character])
    }
}
