package import Crypto
package import Inputs

/// The one form in which a typed secret is compared: NFC, ends trimmed, every run of any Unicode space one space,
/// typographic quotes plain. Case and everything else count: folding is for identifiers and codes only.
package enum SecretText {
    /// Longest secret in characters.
    package static let longest = TextLimit.longestSecret
    /// What is looked at at all.
    package static let limit = TextLimit.secret

    /// What is over the limit stays as it is.
    package static func normalised(_ typed: String) -> String { SecretForm.normalised(typed) }

    /// The answer to the roll's question, as it is hashed.
    package static func answer(_ typed: String) -> Secret { Secret(SecretForm.answer(typed)) }

    /// The secret that is hashed.
    package static func secret(_ typed: String) -> Secret { Secret(normalised(typed)) }
}
