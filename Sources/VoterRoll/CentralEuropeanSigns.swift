/// Signs that a text which can be read as Windows-1252 or ISO-8859-15 was written in an encoding of central Europe: Windows-1250 or
/// ISO-8859-2. Both have the same bytes for most letters, so that Walesa with its strokes becomes `Wa³êsa`, and only some of these
/// bytes are what no French text has there.
enum CentralEuropeanSigns {
    /// The earliest of them.
    struct Finding {
        /// From 1.
        let line: Int
        /// As it is read.
        let sign: String
    }

    /// The first such sign; nil where everything may be French.
    /// - Parameter encoding: as which the text is read.
    static func first(in contexts: ByteContexts, readAs encoding: TextEncoding) -> Finding? {
        guard [.windows1252, .latin9].contains(encoding) else { return nil }
        let found = contexts.occurrences
        // Superscripts behind words are notes' numbers where there is another than the three.
        let hasNotes = found.contains {
            [0xB2, 0xB9].contains($0.byte + 0x80) && isLetter($0.before) && $0.after == .none
        }
        let signs = found.filter { isCertain($0) || !hasNotes && isFinalStroke($0) }
        guard let first = signs.min(by: { $0.line < $1.line }),
            let scalar = Unicode.Scalar(encoding.upper[first.byte])
        else { return nil }
        return Finding(line: first.line, sign: String(scalar))
    }

    /// Whether a byte stands where no French name or address has what it is in Windows-1252.
    private static func isCertain(_ place: ByteContexts.Occurrence) -> Bool {
        let isInside = isLetter(place.before) && isLetter(place.after)
        switch place.byte + 0x80 {
        // Money's signs, a bar, superscripts and plus-minus: strokes and hooks on letters there.
        case 0xA3, 0xAF: return isInside || place.before == .none && isLetter(place.after)
        case 0xA5, 0xB1, 0xB3, 0xB9: return isInside
        // Ordinals stand behind one letter: `Nº`.
        case 0xAA, 0xBA: return isInside && place.before != .special
        // No ligature of o follows a vowel: Kosciuszko has one there.
        case 0x8C, 0x9C: return place.before == .vowel
        // None of a does but in Danish, before a consonant; Petrovic with its accent ends with one.
        case 0xC6, 0xE6: return place.before == .vowel && [.none, .vowel, .unknown].contains(place.after)
        // Three quarters among small letters: Slovak's soft l. In ISO-8859-15 it is a capital.
        case 0xBE: return place.before != .none && isLetter(place.after) && [.small, .any].contains(place.shape)
        // A capital among small letters.
        case 0x9F: return isInside && place.shape == .small
        // A crossed o between a vowel and an accented letter, as in Jiri and Dvorak.
        case 0xD8, 0xF8: return place.before == .vowel && place.after == .unknown
        default: return false
        }
    }

    /// Whether a word, or a part of it before another accent, ends with a vowel and a three: Michal and Pawel end with a stroked l.
    private static func isFinalStroke(_ place: ByteContexts.Occurrence) -> Bool {
        place.byte + 0x80 == 0xB3 && place.before == .vowel && [.none, .unknown].contains(place.after)
    }

    private static func isLetter(_ neighbour: ByteContexts.Neighbour) -> Bool {
        [.vowel, .consonant, .special].contains(neighbour)
    }
}
