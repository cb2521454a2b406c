/// Finds the encoding in which the bytes above 7F are letters of French names and addresses where such letters stand.
enum EncodingGuess {
    /// Occurrences of a byte that count: a word that comes back in every row says no more than in a thousand.
    private static let mostCounted = 1000
    /// How much more French one reading must be than the next before it is believed.
    private static let margin = 3

    /// The letters with carons that Windows-1252 and Latin-9 have.
    private static let carons: Set<UInt32> = [0x160, 0x161, 0x17D, 0x17E]

    /// How French a reading is.
    private struct Score {
        let encoding: TextEncoding
        var total = 0
        /// Characters where none such belongs.
        var odd = 0
        /// Those of them that are letters with carons.
        var carons = 0

        /// Adds up what each occurrence says for an encoding; every byte counts `mostCounted` times at most.
        init(_ encoding: TextEncoding, _ found: [ByteContexts.Occurrence]) {
            self.encoding = encoding
            let upper = encoding.upper
            for place in found {
                let value = upper[place.byte]
                let count = min(place.count, mostCounted)
                let base = weight(value, place)
                total += count * base
                if base < 0 { odd += count }
                if EncodingGuess.carons.contains(value) { carons += count }
                if !fits(value, place) {
                    total -= count * margin
                    odd += count
                }
            }
        }
    }

    /// The encoding; nil when two are about as likely, so that somebody must be asked.
    /// - Parameter contexts: of the whole file.
    static func of(_ contexts: ByteContexts) -> TextEncoding? {
        let found = contexts.occurrences
        let (windows, latin) = (Score(.windows1252, found), Score(.latin9, found))
        let usual = latin.total >= windows.total + margin ? latin : windows
        let others = [Score(.macRoman, found), Score(.codePage850, found)].sorted { $0.total > $1.total }
        guard let best = others.first, let next = others.last else { return usual.encoding }
        guard best.total >= usual.total + margin else {
            // The usual one, unless another is as likely and this one has letters where none belong, or none is likelier.
            if usual.odd > 0, best.total >= usual.total { return nil }
            let isAsLikely = best.odd == 0 && best.total > 0 && usual.total < best.total + margin
            return isAsLikely ? nil : usual.encoding
        }
        // Names such as Zizka with its carons are no French, and no mistake either.
        guard usual.carons == 0 || usual.odd > usual.carons else { return nil }
        return best.total >= next.total + margin ? best.encoding : nil
    }

    /// How well a character fits into French names and addresses, wherever it stands there.
    private static func weight(_ value: UInt32, _ place: ByteContexts.Occurrence) -> Int {
        let isBetween = place.before != .none && place.after != .none
        switch value {
        case 0xE9: return 4
        // Before a vowel, as in coeur and oeuvre, hardly another sign than the ligature can stand.
        case 0x152, 0x153: return place.after == .vowel ? 4 : 2
        case 0xE0, 0xE2, 0xE7, 0xE8, 0xEA, 0xEB, 0xEE, 0xEF, 0xF4, 0xF9, 0xFB, 0xC0, 0xC7, 0xC8, 0xC9, 0xCA, 0xCB, 0xCE,
            0xCF, 0xD4:
            return 2
        // An apostrophe behind a single letter: d', l'.
        case 0x2019: return place.before == .special && place.after != .none ? 3 : 1
        case 0x2013: return isBetween || place.before == .none && place.after == .none ? 1 : -2
        // Between letters a no-break space is rare, and a quotation mark or a degree never stands.
        case 0xA0: return isBetween ? -1 : 1
        case 0xAA, 0xAB, 0xB0, 0xBA, 0xBB: return isBetween ? -2 : 1
        case 0xC1...0xF6, 0xF8...0xFF: return 0
        case 0x80..<0xA0: return -5
        default: return -2
        }
    }

    /// Whether a character may stand where it does: its case is that of its neighbours, and French writes it between such letters.
    private static func fits(_ value: UInt32, _ place: ByteContexts.Occurrence) -> Bool {
        guard let properties = Unicode.Scalar(value)?.properties else { return true }
        guard properties.isUppercase || properties.isLowercase else {
            // An apostrophe stands behind a consonant, hardly behind a vowel.
            return value != 0x2019 || place.before != .vowel
        }
        switch place.shape {
        case .capital where properties.isLowercase, .small where properties.isUppercase, .neither: return false
        default: break
        }
        let small = properties.lowercaseMapping.unicodeScalars.first?.value ?? value
        return isWritten(small, between: place.before, place.after)
    }

    /// Whether French writes a letter, given in its small form, behind and before such letters.
    private static func isWritten(
        _ letter: UInt32, between before: ByteContexts.Neighbour, _ after: ByteContexts.Neighbour
    ) -> Bool {
        // Words of one letter are `a` with its accent and `o` with its hat.
        if before == .none, after == .none { return letter == 0xE0 || letter == 0xF4 }
        switch letter {
        // a and u with a grave accent end their word.
        case 0xE0, 0xF9: return after == .none || after == .unknown
        // ile and ilot alone begin with their hat; no vowel follows one.
        case 0xEE: return after != .vowel && (before != .none || after == .special || after == .unknown)
        // Two dots part two vowels.
        case 0xEF, 0xEB, 0xFF: return before == .vowel || before == .unknown
        case 0x153, 0xE6: return before != .vowel && after != .none
        case 0xE8: return after != .vowel
        case 0xEA: return before != .vowel && after != .vowel
        // Portuguese: Simoes, Camoes.
        case 0xF5: return before == .consonant && after == .vowel
        default: return true
        }
    }
}
