/// What people write into a field that has nothing to say.
enum Placeholders {
    /// In lower case without accents.
    private static let words: [[UInt8]] = [
        "na", "n/a", "nc", "n.c.", "n.c", "n/c", "nd", "n.d.", "n/d", "nr", "n.r.", "n/r", "neant", "null",
        "nul", "none", "nan", "nil", "aucun", "aucune", "aucun mail", "aucune adresse", "non",
        "sans", "sans objet", "sans mail", "sans email", "sans e-mail", "sans adresse", "sans adresse mail",
        "sans telephone", "sans tel", "sans portable", "sans numero", "s.o.", "s/o", "inconnu", "inconnue",
        "inexistant", "inexistante", "indisponible", "non renseigne", "non renseignee", "non communique",
        "non communiquee", "non connu", "non connue", "non fourni", "non fournie", "non defini", "non definie",
        "non disponible", "non applicable", "pas de mail", "pas d'email", "pas d'e-mail", "pas d'adresse",
        "pas d'adresse mail", "pas de courriel", "pas de telephone", "pas de tel", "pas de portable", "pas de mobile",
        "pas de numero", "pas connu", "pas connue", "a completer", "a renseigner", "a definir", "a preciser",
        "a venir", "a fournir", "a demander", "en attente", "manquant", "manquante", "vide", "ras", "r.a.s.", "tbd",
        "unknown", "not available", "missing", "empty", "xx", "xxx", "xxxx", "xxxxx", "\\n", "so",
        "liste rouge", "confidentiel", "masque", "absent", "absente", "ne sait pas", "non transmis", "non transmise",
    ].map { Array($0.utf8) }

    /// Bytes of the longest of them, and some more.
    private static let longest = 20

    /// Words among them that somebody may be called.
    private static let names: Set<String> = [
        "na", "nc", "nd", "nr", "null", "nul", "none", "nan", "nil", "non", "sans", "so", "ras", "tbd", "vide", "xx",
        "masque", "absent",
    ]

    /// Whether a trimmed value stands for nothing where nothing else would be refused, such as a name or a reference.
    static func areCertain(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard contain(bytes, range), let bare = bare(bytes, range) else { return false }
        let word = String(decoding: bare.map { bytes[$0] | 32 }, as: UTF8.self)
        return !names.contains(word.hasSuffix(".") ? String(word.dropLast()) : word)
    }

    /// Whether a trimmed value stands for nothing.
    static func contain(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count <= longest, let range = bare(bytes, range), let first = letter(bytes[range.lowerBound]) else {
            return false
        }
        switch first {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "?"),
            UInt8(ascii: "*"), 0xE2:
            return holdsMarksAlone(bytes, range)
        default:
            for word in byInitial[Int(first)] where isWord(word, bytes, range) { return true }
            return false
        }
    }

    /// Whether a trimmed value stands for nothing in its column: words among those for nothing are people's names.
    static func stand(in column: Column, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        if column == .lastName || column == .firstName { return areCertain(bytes, range) }
        return contain(bytes, range) || column.isContact && areZeros(bytes, range)
    }

    /// Whether a field of a contact holds zeros alone: `0` is what a spreadsheet's look-up gives for an empty cell, and ten of them fill a
    /// field of a telephone number.
    static func areZeros(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard bytes[range.lowerBound] == UInt8(ascii: "0"), range.count <= longest else { return false }
        for index in range where !"0 .".utf8.contains(bytes[index]) { return false }
        return true
    }

    /// A value without the brackets around it, or the full stop behind it; nil where nothing is left.
    private static func bare(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int>? {
        let (first, last) = (bytes[range.lowerBound], bytes[range.upperBound - 1])
        let isBracketed =
            first == UInt8(ascii: "(") && last == UInt8(ascii: ")")
            || first == UInt8(ascii: "[") && last == UInt8(ascii: "]")
            || first == UInt8(ascii: "<") && last == UInt8(ascii: ">")
        guard isBracketed else { return range }
        return range.count > 2 ? range.lowerBound + 1..<range.upperBound - 1 : nil
    }

    /// The words by the byte with which they may begin, by which nearly every value is told.
    private static let byInitial: [[[UInt8]]] = {
        var found = [[[UInt8]]](repeating: [], count: 256)
        for word in words { found[Int(word[0])].append(word) }
        // An `a` with its accent.
        found[0xC3] = found[Int(UInt8(ascii: "a"))]
        return found
    }()

    /// A byte as a small letter where it is a capital of ASCII.
    private static func letter(_ byte: UInt8) -> UInt8? { 65...90 ~= byte ? byte | 32 : byte }

    /// Dashes and their like.
    private static func holdsMarksAlone(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            if "-./_?* ".utf8.contains(bytes[index]) {
                index += 1
                continue
            }
            // U+2010 to U+2015, and three dots.
            guard index + 2 < range.upperBound, bytes[index] == 0xE2, bytes[index + 1] == 0x80,
                0x90...0x95 ~= bytes[index + 2] || bytes[index + 2] == 0xA6
            else { return false }
            index += 3
        }
        return true
    }

    /// Whether a value is a word but for case and the accents of a and e.
    private static func isWord(_ word: [UInt8], _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        for wanted in word {
            guard index < range.upperBound else { return false }
            var found = letter(bytes[index])
            if bytes[index] == 0xC3, index + 1 < range.upperBound {
                index += 1
                let accented = bytes[index] | 0x20
                found = accented == 0xA0 ? UInt8(ascii: "a") : 0xA8...0xAB ~= accented ? UInt8(ascii: "e") : nil
            }
            guard found == wanted else { return false }
            index += 1
        }
        return index == range.upperBound || index == range.upperBound - 1 && bytes[index] == UInt8(ascii: ".")
    }
}

extension Placeholders {
    /// Whether a town's field is the town that is called like nothing: Aucun in the Hautes-Pyrenees (65400).
    static func areTown(_ town: String, postcode: String) -> Bool {
        town.lowercased() == "aucun" && postcode.filter(\.isNumber) == "65400"
    }
}
