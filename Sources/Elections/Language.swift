/// A language that voters are addressed in.
package enum Language: String, Sendable, CaseIterable {
    case fr, en

    /// A text of our own with the signs that its language is printed with: in French a typographic apostrophe, and a no-break
    /// space before `: ; ? ! \u{BB}` and after `\u{AB}`, so that punctuation stays with its word.
    package func typeset(_ text: String) -> String {
        guard self == .fr else { return text }
        var text = apostrophes(text)
        for mark in [":", ";", "?", "!", "\u{BB}"] { text = text.replacing(" " + mark, with: "\u{A0}" + mark) }
        return text.replacing("\u{AB} ", with: "\u{AB}\u{A0}")
    }

    /// The same for its apostrophes alone.
    package func apostrophes(_ text: String) -> String {
        self == .fr ? text.replacing("'", with: "\u{2019}") : text
    }
}

/// A text in French and English.
package struct LocalText: Sendable, Hashable {
    /// In French, one line as a rule; the same as `en` where the election speaks one language.
    package let fr: String
    /// In English.
    package let en: String

    /// Both are given, also where they are equal.
    package init(fr: String, en: String) { (self.fr, self.en) = (fr, en) }

    /// The text in one of the two.
    package subscript(_ language: Language) -> String {
        switch language {
        case .fr: fr
        case .en: en
        }
    }
}
