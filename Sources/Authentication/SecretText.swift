package import Crypto
import Foundation
package import Inputs

/// The one form in which a typed secret is compared: NFC, ends trimmed, every run of any Unicode space one space,
/// typographic quotes plain. Case and everything else count: folding is for identifiers and codes only.
package enum SecretText {
    /// Longest secret in characters.
    package static let longest = TextLimit.longestSecret
    /// What is looked at at all.
    package static let limit = TextLimit.secret
    /// Quotes that telephones put in the place of what was typed.
    private static let quotes: [Unicode.Scalar: Unicode.Scalar] = [
        "\u{2018}": "'", "\u{2019}": "'", "\u{02BC}": "'", "\u{201C}": "\"", "\u{201D}": "\"", "\u{AB}": "\"",
        "\u{BB}": "\"",
    ]

    /// What is over the limit stays as it is: nobody's secret is so long, and nothing is lost by comparing its bytes.
    package static func normalised(_ typed: String) -> String {
        guard limit.admits(typed) else { return typed }
        var result = String.UnicodeScalarView()
        var hasSpace = false
        for scalar in typed.unicodeScalars {
            if scalar.properties.isWhitespace {
                hasSpace = !result.isEmpty
                continue
            }
            if hasSpace { result.append(" ") }
            hasSpace = false
            result.append(quotes[scalar] ?? scalar)
        }
        return String(result).precomposedStringWithCanonicalMapping
    }

    /// The secret that is hashed.
    package static func secret(_ typed: String) -> Secret { Secret(normalised(typed)) }
}
