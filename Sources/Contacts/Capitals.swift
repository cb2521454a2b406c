import Foundation

/// Capitals as sorting machines read them.
package enum Capitals {
    /// The capitals without accents of U+00C0 to U+00DF and, 32 further, of U+00E0 to U+00FF; 0 where it takes more than that.
    private static let latin1: [UInt8] = Array("AAAAAA\0CEEEEIIII\0NOOOOO\0\0UUUUY\0Y".utf8)

    /// The capital without accent of a letter from U+00C0 to U+00FF.
    /// - Parameter low: the last of its two bytes in UTF-8.
    /// - Returns: nil where it takes more than leaving the accent out, as for ligatures, and for what is no letter.
    package static func ofLatin1(_ low: UInt8) -> UInt8? {
        // The sharp s stands where the table has the capital of its neighbour 32 further.
        let capital = latin1[Int(low & 0x1F)]
        return capital == 0 || low == 0x9F ? nil : capital
    }

    /// Without accents, cedillas and ligatures.
    static func plain(_ capitals: String) -> String {
        let open = capitals.replacing("\u{152}", with: "OE").replacing("\u{C6}", with: "AE")
        let bare = open.decomposedStringWithCanonicalMapping.unicodeScalars.filter {
            $0.properties.generalCategory != .nonspacingMark
        }
        return String(String.UnicodeScalarView(bare))
    }
}
