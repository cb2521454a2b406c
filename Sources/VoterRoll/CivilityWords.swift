/// Forms of address as people and programs write them.
enum CivilityWords {
    /// One word for each sex, in French and English.
    static let plain: [String: [String]] = [
        "F": [
            "Mme", "Mmes", "Madame", "Mlle", "Melle", "Mle", "Mademoiselle", "Mrs", "Ms", "Miss", "F", "Femme",
            "Mesdames", "Female", "Feminin", "Feminine", "Woman", "Veuve", "Vve", "Mde", "Mdme", "Mm e", "Fille",
            "Dame",
            "Sra", "Frau",
        ],
        "M": [
            "M", "Monsieur", "Mr", "H", "Homme", "Mister", "Male", "Masculin", "Msieur", "Mons", "Messieurs", "MM",
            "Man",
            "Veuf", "Garcon", "Herr",
        ],
    ]

    /// The sex by each folded word of `plain`.
    private static let sexes: [String: String] = {
        var found: [String: String] = [:]
        for (sex, words) in plain { for word in words { found[Folding.plain(word)] = sex } }
        return found
    }()

    /// Titles that both sexes have, and small words between them.
    private static let both: Set<String> = [
        "dr", "docteur", "doctor", "me", "maitre", "pr", "prof", "professeur", "professeure", "le", "la", "l", "de",
        "mx",
        "0", "1", "2", "9", "01", "02", "civ", "civilite", "sexe", "dir", "ing", "ingenieur", "pasteur", "rabbin",
        "colonel",
        "general", "capitaine", "commandant", "abbe", "pere", "soeur", "frere", "reverend",
        // Soeur, or senor.
        "sr",
    ]

    /// Words between marks and blanks, folded.
    private static func words(_ text: String) -> [String] {
        text.split { !$0.isLetter && !$0.isNumber }.map { Folding.plain(String($0)) }.filter { !$0.isEmpty }
    }

    /// The sex that the words of a text say, where they say one: `Mme le Docteur`, `1 - Monsieur`, `F (Femme)`.
    /// - Returns: `F` or `M`; nil where the words say neither, both, or something else.
    static func read(_ text: String) -> String? {
        let words = words(text)
        let said = Set(words.compactMap { sexes[$0] })
        guard said.count == 1, words.allSatisfy({ sexes[$0] != nil || both.contains($0) }) else { return nil }
        return said.first
    }

    /// Whether a text is made of titles that say neither or both: `Dr.`, `M. et Mme`.
    /// - Returns: the empty text, which is the roll's word for no civility; nil where the text is something else.
    static func readVague(_ text: String) -> String? {
        let words = words(text)
        let isTitle =
            !words.isEmpty
            && words.allSatisfy { sexes[$0] != nil || both.contains($0) || ["et", "ou", "and", "or"].contains($0) }
        return isTitle && Set(words.compactMap { sexes[$0] }).count != 1 ? "" : nil
    }
}
