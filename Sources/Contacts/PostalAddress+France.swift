import Foundation

extension PostalAddress {
    /// Names of France and of its territories: their addresses are French ones, with a French postcode. Words of
    /// ornament are left out, as they are of what is compared. Numbers are postcodes' beginnings overseas, and France's by ISO 3166, by
    /// its telephone and in INSEE's list of countries; other countries' stand in the same columns.
    private static let france: Set<String> = [
        "F", "FR", "FRA", "FX", "FRANCE", "METROPOLITAINE", "METROPOLE", "REPUBLIQUEFRANCAISE", "FRANCAIS", "FRANCAISE",
        "GP", "GLP", "GUADELOUPE", "MQ", "MTQ", "MARTINIQUE", "GF", "GUF", "GUYANE", "FRENCHGUIANA", "RE", "REU",
        "REUNION", "YT", "MYT", "MAYOTTE", "PM", "SPM", "SAINTPIERREMIQUELON", "BL", "BLM", "SAINTBARTHELEMY",
        "SAINTBARTH", "MF", "MAF", "SAINTMARTIN", "NC", "NCL", "NOUVELLECALEDONIE", "NCALEDONIE", "NLLECALEDONIE",
        "NEWCALEDONIA", "PF", "PYF", "POLYNESIE", "FRENCHPOLYNESIA", "TAHITI", "WF", "WLF", "WALLISFUTUNA", "TF",
        "TERRESAUSTRALES", "DOM", "TOM", "DOMTOM", "DROM", "DROMCOM", "OUTREMER", "971", "972", "973", "974", "975",
        "976", "977", "978", "986", "987", "988", "250", "33", "99100",
    ]

    /// Words that stand before, between and behind names.
    private static let ornaments: Set<String> = [
        "A", "AND", "COLLECTIVITE", "D", "DE", "DEPARTEMENT", "DES", "DU", "ET", "ILE", "ILES", "ISLAND", "ISLANDS",
        "L",
        "LA", "LE", "LES", "PARTIE", "PART", "THE",
    ]

    /// Whether a country's name is France's, or that of a territory whose addresses are French, however it is adorned:
    /// `La R\u{E9}union`, `Guadeloupe (FR)`, `St Pierre & Miquelon`.
    package static func isFrance(_ name: String) -> Bool {
        let bytes = name.utf8Span.span
        return isFrance(bytes, bytes.indices)
    }

    /// The same of a name in UTF-8, which lies at `range` of `bytes`.
    package static func isFrance(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count <= longestCountry, mayBeFrance(bytes, range) else { return false }
        return isFranceInWords(String(decoding: range.map { bytes[$0] }, as: UTF8.self))
    }

    /// Whether all words of a name may be France's, looked at without making texts of them: nearly every line of an address has one
    /// that is not.
    private static func mayBeFrance(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var (word, count, isNumber, isRead) = (UInt64(0), 0, true, true)
        var index = range.lowerBound
        while index <= range.upperBound {
            var byte = index < range.upperBound ? bytes[index] : 32
            index += 1
            if byte == 0xC3, index < range.upperBound, let capital = Capitals.ofLatin1(bytes[index]) {
                byte = capital
                index += 1
            }
            switch byte {
            case 97...122: byte -= 32
            case 48...57, 65...90: break
            case 0x80...:
                isRead = false
                continue
            default:
                guard count == 0 || isNumber || !isRead || partsOfNames.contains(word) else { return false }
                (word, count, isNumber, isRead) = (0, 0, true, true)
                continue
            }
            if byte > 57 { isNumber = false }
            if count < longestPart { word = word << 8 | UInt64(byte) }
            count += 1
        }
        return true
    }

    /// Letters of a word that `mayBeFrance` looks at: as many as a number of 64 bits holds.
    private static let longestPart = 8

    /// Every run of up to `longestPart` letters in the names and words that count, as one number: people part words as they like.
    private static let partsOfNames: Set<UInt64> = {
        var parts: Set<UInt64> = []
        for name in france.union(ornaments).union(ownNames).union(["ST"]) {
            let letters = Array(name.utf8)
            for start in letters.indices {
                var part: UInt64 = 0
                for letter in letters[start...].prefix(longestPart) {
                    part = part << 8 | UInt64(letter)
                    parts.insert(part)
                }
            }
        }
        return parts
    }()

    /// What may stand beside a territory's name.
    private static let ownNames: Set<String> = ["FR", "FRA", "FRANCE", "FRANCAISE", "FRANCAISES", "FRENCH"]

    private static func isFranceInWords(_ name: String) -> Bool {
        var words = Capitals.plain(name.uppercased()).split { !$0.isLetter && !$0.isNumber }.map(String.init)
        if france.contains(words.joined()) { return true }
        words = words.filter { !ornaments.contains($0) }.map { $0 == "ST" ? "SAINT" : $0 }
        if france.contains(words.joined()) { return true }
        // The state beside its territory, or beside its own code.
        let codes = words.filter { !$0.allSatisfy(\.isNumber) }
        if codes.count < words.count, france.contains(codes.joined()) { return true }
        let rest = codes.filter { !ownNames.contains($0) }
        return rest.isEmpty ? !codes.isEmpty : rest.count < words.count && france.contains(rest.joined())
    }

    /// Codes beside those of two letters that people write in place of a country's name: mostly its three letters in ISO 3166.
    package static let otherCodes = [
        "BEL": "BE", "CHE": "CH", "LUX": "LU", "DEU": "DE", "ESP": "ES", "ITA": "IT", "PRT": "PT", "GBR": "GB",
        "UK": "GB",
        "NLD": "NL", "AUT": "AT", "CAN": "CA", "USA": "US", "MAR": "MA", "DZA": "DZ", "TUN": "TN", "MCO": "MC",
        "IRL": "IE",
    ]

    /// French names of countries by their codes.
    private static let namesByCode: [String: String] = {
        let french = Locale(identifier: "fr")
        var names: [String: String] = [:]
        for region in Locale.Region.isoRegions where region.identifier.count == 2 {
            // Longer names than a line are few islands'; their codes stay.
            guard let name = french.localizedString(forRegionCode: region.identifier)?.uppercased(),
                name.count <= longestLine
            else { continue }
            names[region.identifier] = name
        }
        for (code, region) in otherCodes { names[code] = names[region] }
        return names
    }()

    /// The French name of the country whose code a line in capitals is; nil where it is none.
    static func countryName(_ line: ArraySlice<UInt8>) -> String? {
        guard line.count <= 3 else { return nil }
        return namesByCode[String(decoding: line, as: UTF8.self)]
    }

    /// The lines with the French name of the country in place of its code, which addresses of earlier versions have.
    package var linesWithCountry: [String] {
        guard let last = lines.last, let name = PostalAddress.countryName(Array(last.utf8)[...]) else { return lines }
        return lines.dropLast() + [Capitals.plain(name)]
    }

    /// Bytes of the longest name of a country, with room for what is written beside it.
    private static let longestCountry = 100

    /// Appends the last line of a French address: `59 000 Lille`, `F-59000 Lille` and `59000Lille` are `59000 LILLE`.
    /// - Returns: the line's length in characters.
    static func appendTownLine(_ bytes: Span<UInt8>, _ range: Range<Int>, onto out: inout [UInt8]) -> Int {
        guard let (code, rest) = postcode(bytes, range) else {
            return appendLine(bytes, range, capitals: true, bare: true, onto: &out)
        }
        out.append(contentsOf: code)
        let start = out.count
        out.append(32)
        let length = appendLine(bytes, rest, capitals: true, bare: true, onto: &out)
        if out.count == start + 1 { out.removeLast() }
        return code.count + 1 + length
    }

    /// The five digits at the beginning of a line, and what follows them; nil when it does not begin with them.
    private static func postcode(_ bytes: Span<UInt8>, _ range: Range<Int>) -> ([UInt8], Range<Int>)? {
        var index = range.lowerBound
        func skip(_ wanted: (UInt8) -> Bool) { while index < range.upperBound, wanted(bytes[index]) { index += 1 } }
        skip(isSpace)
        let isPrefixed = index + 1 < range.upperBound && bytes[index] | 32 == UInt8(ascii: "f")
        if isPrefixed {
            index += 1
            if bytes[index] | 32 == UInt8(ascii: "r") { index += 1 }
            skip { isSpace($0) || $0 == UInt8(ascii: "-") }
        }
        var code: [UInt8] = []
        while index < range.upperBound, code.count < 5 {
            let byte = bytes[index]
            // `59 000`, with a plain or a no-break space.
            let isGap = code.count == 2 && (isSpace(byte) || byte == 0xC2 || byte == 0xA0)
            if !isGap {
                guard 48...57 ~= byte else { return nil }
                code.append(byte)
            }
            index += 1
        }
        guard code.count == 5, index == range.upperBound || !(48...57 ~= bytes[index]) else { return nil }
        return (code, index..<range.upperBound)
    }
}
