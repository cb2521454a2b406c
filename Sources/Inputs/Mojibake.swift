/// Text that was written in one encoding and read in another: UTF-8 taken for Windows-1252 turns one letter into two or three
/// that no word has side by side.
package enum Mojibake {
    /// What the bytes 80 to 9F are in Windows-1252, where they are no control.
    private static let marks: Set<UInt32> = [
        0x20AC, 0x201A, 0x192, 0x201E, 0x2026, 0x2020, 0x2021, 0x2C6, 0x2030, 0x160, 0x2039, 0x152, 0x17D, 0x2018,
        0x2019,
        0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x2DC, 0x2122, 0x161, 0x203A, 0x153, 0x17E, 0x178,
    ]

    /// Why a value is suspect, in words that stand after it; nil when it is not.
    package static func fault(_ bytes: some Collection<UInt8>) -> String? {
        guard bytes.contains(where: { $0 >= 0xC2 }) else { return nil }
        guard let piece = piece(String(decoding: bytes, as: UTF8.self)) else { return nil }
        if piece == "\u{FFFD}" {
            return "holds the sign of a lost letter (U+FFFD): its accents were lost before this file was made"
        }
        return "holds '\(piece)', as text does that was read in the wrong encoding: save the file again as UTF-8"
    }

    /// The letters that one letter became; nil when there are none such.
    private static func piece(_ text: String) -> String? {
        let scalars = Array(text.unicodeScalars)
        for (index, scalar) in scalars.enumerated() {
            if scalar.value == 0xFFFD { return "\u{FFFD}" }
            let next = index + 1 < scalars.count ? scalars[index + 1] : nil
            switch scalar.value {
            case 0xC2...0xC5:
                if let next, isTrail(next) { return String(scalar) + String(next) }
                // A no-break space may have followed it, and was trimmed or is a space now.
                if scalar.value == 0xC3, index > 0, isSmallLetter(scalars[index - 1]), next.map(isSmallLetter) != true {
                    return String(scalar)
                }
            case 0xE2 where next.map(isTrail) == true && index + 2 < scalars.count && isTrail(scalars[index + 2]):
                return scalars[index...index + 2].map { String($0) }.joined()
            // No sign stands between two letters: of DOS, of a Mac, of Latin-9.
            case let value where signs.contains(value) && index > 0:
                if let next, scalars[index - 1].properties.isAlphabetic, next.properties.isAlphabetic {
                    return String(scalar)
                }
            default: continue
            }
        }
        return nil
    }

    /// Signs of trade, money and measure, and fractions.
    private static let signs: Set<UInt32> = [
        0x192, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7, 0xA8, 0xA9, 0xAC, 0xAE, 0xAF, 0xB1, 0xB6, 0xBC, 0xBD, 0xBE, 0x2020,
        0x2021, 0x2030, 0x2122,
    ]

    /// Whether a byte from 80 to BF could have been read as this scalar, by Latin-1 or Windows-1252.
    private static func isTrail(_ scalar: Unicode.Scalar) -> Bool {
        0x80..<0xC0 ~= scalar.value || marks.contains(scalar.value)
    }

    private static func isSmallLetter(_ scalar: Unicode.Scalar) -> Bool { 97...122 ~= scalar.value }
}
