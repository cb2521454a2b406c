import Foundation

/// Spellings of one thing made equal.
package enum Folding {
    /// Letters and digits alone, lower case, without accents or ligatures.
    package static func plain(_ text: String) -> String {
        let bytes = text.utf8Span.span
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var letters = PlainLetters(bytes.indices)
        while let letter = letters.next(in: bytes) { plain.append(letter) }
        return letters.isBeyond ? plainOfAny(text) : String(decoding: plain, as: UTF8.self)
    }

    /// Whether two texts are the same as `plain` gives them, compared without making texts of them.
    static func isSame(_ one: Span<UInt8>, _ range: Range<Int>, _ other: Span<UInt8>, _ otherRange: Range<Int>) -> Bool
    {
        var (letters, others) = (PlainLetters(range), PlainLetters(otherRange))
        while true {
            let (letter, another) = (letters.next(in: one), others.next(in: other))
            if letters.isBeyond || others.isBeyond {
                return plainOfAny(String(decoding: Array(one, range), as: UTF8.self))
                    == plainOfAny(String(decoding: Array(other, otherRange), as: UTF8.self))
            }
            guard let letter, letter == another else { return letter == another }
        }
    }

    /// `plain` for letters of every kind, which takes a hundred times as long as what `PlainLetters` reads.
    private static func plainOfAny(_ text: String) -> String {
        let expanded = text.replacing("\u{153}", with: "oe").replacing("\u{152}", with: "oe")
            .replacing("\u{E6}", with: "ae").replacing("\u{C6}", with: "ae").replacing("\u{DF}", with: "ss")
        let bare = expanded.decomposedStringWithCanonicalMapping.lowercased()
        return String(
            String.UnicodeScalarView(bare.unicodeScalars.filter { 97...122 ~= $0.value || 48...57 ~= $0.value }))
    }

    /// A number that two names share when they are the same or nearly the same: accents, case, hyphens, doubled
    /// letters, mute h, y for i and ph for f do not count, nor does the order of the words.
    /// - Parameters:
    ///   - last: the family name, in UTF-8.
    ///   - first: the first name, in UTF-8.
    ///   - scratch: room that is used again from row to row.
    static func nameKey(_ last: Span<UInt8>, _ first: Span<UInt8>, _ scratch: inout [UInt8]) -> UInt64 {
        var key: UInt64 = 0
        for name in 0..<2 {
            let bytes = name == 0 ? last : first
            scratch.removeAll(keepingCapacity: true)
            var index = 0
            while index < bytes.count {
                let byte = bytes[index]
                index += 1
                var letter: UInt8
                switch byte {
                case 65...90, 97...122: letter = byte | 32
                case 0xC3 where index < bytes.count:
                    letter = latin1[Int(bytes[index] & 0x1F)]
                    index += 1
                case 0x80...: letter = byte
                default:
                    key = mix(key, &scratch)
                    continue
                }
                if letter == UInt8(ascii: "y") { letter = UInt8(ascii: "i") }
                if letter == UInt8(ascii: "h") {
                    if scratch.last == UInt8(ascii: "p") { scratch[scratch.count - 1] = UInt8(ascii: "f") }
                    continue
                }
                if scratch.last != letter { scratch.append(letter) }
            }
            key = mix(key, &scratch)
        }
        return key
    }

    /// Appends the letters of a text in lower case without the accents of Latin-1; letters beyond it as they are.
    /// - Parameters:
    ///   - bytes: a text in UTF-8.
    ///   - out: gets the letters; what is no letter falls away.
    static func appendLetters(_ bytes: [UInt8], _ range: Range<Int>, onto out: inout [UInt8]) {
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            index += 1
            switch byte {
            case 65...90, 97...122: out.append(byte | 32)
            case 0xC3 where index < range.upperBound:
                switch bytes[index] | 0x20 {
                case 0xA6: out.append(contentsOf: "ae".utf8)
                case 0xBF: out.append(contentsOf: bytes[index] == 0x9F ? "ss".utf8 : "y".utf8)
                default: out.append(latin1[Int(bytes[index] & 0x1F)])
                }
                index += 1
            case 0xC5 where index < range.upperBound && bytes[index] | 1 == 0x93:
                out.append(contentsOf: "oe".utf8)
                index += 1
            // Combining accents, and typographic marks.
            case 0xCC, 0xCD, 0xE2: index += byte == 0xE2 ? 2 : 1
            case 0x80...: out.append(byte)
            default: continue
            }
        }
    }

    /// FNV-1a, 64 bits.
    static func hash(_ bytes: Span<UInt8>) -> UInt64 {
        var hash = start
        for index in bytes.indices { hash = add(bytes[index], hash) }
        return hash
    }

    /// Where FNV-1a begins.
    static let start: UInt64 = 0xcbf2_9ce4_8422_2325

    /// One step of FNV-1a.
    static func add(_ byte: UInt8, _ hash: UInt64) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }

    /// Adds a word's hash: a sum, so that the words' order does not matter.
    private static func mix(_ key: UInt64, _ word: inout [UInt8]) -> UInt64 {
        guard !word.isEmpty else { return key }
        let hash = hash(word.span)
        word.removeAll(keepingCapacity: true)
        return key &+ (hash ^ hash >> 29) &* 0x9E37_79B9_7F4A_7C15
    }

    /// The plain letters of U+00C0 to U+00DF and, 32 further, of U+00E0 to U+00FF.
    private static let latin1 = Array("aaaaaaaceeeeiiiidnooooo-ouuuuyts".utf8)
}
