import Foundation

/// The one form in which secrets and answers are compared, whoever wrote them: a voter, a console, or a roll's file.
package enum SecretForm {
    /// Quotes that telephones put in the place of what was typed.
    private static let quotes: [Unicode.Scalar: Unicode.Scalar] = [
        "\u{2018}": "'", "\u{2019}": "'", "\u{02BC}": "'", "\u{201C}": "\"", "\u{201D}": "\"", "\u{AB}": "\"",
        "\u{BB}": "\"",
    ]

    /// What is over the limit stays as it is: nobody's secret is so long, and nothing is lost by comparing its bytes.
    package static func normalised(_ typed: String) -> String {
        guard TextLimit.secret.admits(typed) else { return typed }
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

    /// The answer to a roll's question: in the form of a secret, without what draws nothing. Copied out of a page or a table, such
    /// characters come along unseen.
    package static func answer(_ text: String) -> String {
        guard TextLimit.secret.admits(text) else { return text }
        let drawn = text.unicodeScalars.filter { $0.properties.isWhitespace || !Invisible.isBlank($0) }
        return normalised(String(String.UnicodeScalarView(drawn)))
    }
}
