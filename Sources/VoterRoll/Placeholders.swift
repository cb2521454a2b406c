/// What people write into a field that has nothing to say.
enum Placeholders {
    /// In lower case without accents.
    private static let words: [[UInt8]] = [
        "na", "n/a", "#n/a", "nc", "n.c.", "n.c", "nd", "nr", "neant", "null", "none", "(null)", "aucun", "aucune",
        "sans objet", "inconnu", "inconnue", "non renseigne", "non renseignee", "non communique", "non communiquee",
        "pas de mail", "pas d'email", "pas d'adresse", "a completer", "a renseigner",
    ].map { Array($0.utf8) }

    private static let longest = 20

    /// Whether a trimmed value stands for nothing.
    static func contain(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count <= longest, let first = letter(bytes[range.lowerBound]) else { return false }
        switch first {
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: "_"), UInt8(ascii: "?"), 0xE2:
            return holdsMarksAlone(bytes, range)
        case UInt8(ascii: "n"), UInt8(ascii: "#"), UInt8(ascii: "("), UInt8(ascii: "a"), UInt8(ascii: "s"),
            UInt8(ascii: "i"), UInt8(ascii: "p"), 0xC3:
            return words.contains { isWord($0, bytes, range) }
        default: return false
        }
    }

    private static func letter(_ byte: UInt8) -> UInt8? { 65...90 ~= byte ? byte | 32 : byte }

    /// Dashes and their like.
    private static func holdsMarksAlone(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var index = range.lowerBound
        while index < range.upperBound {
            if "-./_? ".utf8.contains(bytes[index]) {
                index += 1
                continue
            }
            // U+2010 to U+2015.
            guard index + 2 < range.upperBound, bytes[index] == 0xE2, bytes[index + 1] == 0x80,
                0x90...0x95 ~= bytes[index + 2]
            else { return false }
            index += 3
        }
        return true
    }

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
        return index == range.upperBound
    }
}
