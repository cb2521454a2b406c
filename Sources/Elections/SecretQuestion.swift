import Foundation

/// What a secret question must not ask: what colleagues, an employer's files or an envelope tell. The recommendation of the French
/// data-protection authority names birth date, postcode and department; the number of social security holds two of them.
package enum SecretQuestion: CaseIterable {
    case birthDate, postcode, department, socialSecurity

    /// What a question asks, of these; nil where it asks none.
    /// - Parameter text: in French or English, however it is spelt: both are looked for in either, as elections mix them up.
    package static func asks(_ text: String) -> SecretQuestion? {
        let words = words(text)
        return allCases.first { $0.isAsked(words) }
    }

    /// What stands in place of the question: why, and what to ask.
    package var cure: String {
        "a secret question must not ask for \(subject): colleagues and files know it. Ask for something that the voter alone has told, "
            + "as \"Le nom de votre premier outil ?\", or leave \"challenge\" out"
    }

    /// In words that follow "ask for".
    private var subject: String {
        switch self {
        case .birthDate: "a date of birth or an age"
        case .postcode: "a postcode"
        case .department: "a department"
        case .socialSecurity: "a number of social security"
        }
    }

    /// Whether words ask for it. Accents still stand where they tell: `ne` is no `né`.
    private func isAsked(_ words: [String]) -> Bool {
        let plain = words.map(SecretQuestion.plain)
        func holds(_ phrases: String...) -> Bool {
            let text = " \(plain.joined(separator: " ")) "
            return phrases.contains { text.contains(" \($0) ") }
        }
        let some = Set(plain)
        switch self {
        case .birthDate:
            let isBorn =
                !Set(words).isDisjoint(with: ["né", "née", "nés", "nées"])
                || holds("etes vous ne", "etes vous nee", "es tu ne", "es tu nee", "vous etes ne", "vous etes nee")
                || !some.isDisjoint(with: ["naissance", "naitre", "naquis", "naquit", "birth", "born", "naissances"])
            let isWhen = !some.isDisjoint(with: [
                "date", "dates", "jour", "jours", "mois", "annee", "quand", "day", "month", "year", "when", "jj", "dd",
            ])
            return isBorn && isWhen || !some.isDisjoint(with: ["birthdate", "birthday", "dob", "age", "ages", "ddn"])
                || holds("how old", "ne le", "ne e le", "nee le", "nes le", "born on")
                || some.contains("anniversaire") && some.isDisjoint(with: ["mariage", "rencontre"])
        case .postcode:
            return holds(
                "code postal", "codes postaux", "post code", "postal code", "zip code", "code commune", "code insee")
                || !some.isDisjoint(with: ["postcode", "postcodes", "zip", "zipcode", "cp"])
        case .department:
            return !some.isDisjoint(with: ["departement", "departements", "department", "departments", "dept"])
        case .socialSecurity:
            return holds(
                "securite sociale", "social security", "national insurance", "carte vitale", "de secu", "no secu",
                "numero secu",
                "numero d assure social", "numero insee", "n insee", "insurance number", "n i r", "s s n")
                || !some.isDisjoint(with: ["nir", "nirpp", "ssn", "niss", "nino"])
        }
    }

    /// The words of a text in small letters, accents kept; `né(e)` is `né` and `e`.
    private static func words(_ text: String) -> [String] {
        text.precomposedStringWithCompatibilityMapping.lowercased().split { !$0.isLetter && !$0.isNumber }.map(
            String.init)
    }

    /// Without accents.
    private static func plain(_ word: String) -> String {
        String(
            String.UnicodeScalarView(
                word.decomposedStringWithCanonicalMapping.unicodeScalars.filter {
                    $0.properties.generalCategory != .nonspacingMark
                }))
    }
}
