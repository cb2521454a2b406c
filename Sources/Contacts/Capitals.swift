import Foundation

/// Capitals as sorting machines read them.
enum Capitals {
    /// The capitals without accents of U+00C0 to U+00DF and, 32 further, of U+00E0 to U+00FF; 0 where it takes more than that.
    static let ofLatin1: [UInt8] = Array("AAAAAA\0CEEEEIIII\0NOOOOO\0\0UUUUY\0Y".utf8)

    /// Without accents, cedillas and ligatures.
    static func plain(_ capitals: String) -> String {
        let open = capitals.replacing("\u{152}", with: "OE").replacing("\u{C6}", with: "AE")
        let bare = open.decomposedStringWithCanonicalMapping.unicodeScalars.filter {
            $0.properties.generalCategory != .nonspacingMark
        }
        return String(String.UnicodeScalarView(bare))
    }
}
