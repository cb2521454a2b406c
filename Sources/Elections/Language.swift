/// A language that voters are addressed in.
package enum Language: String, Sendable, CaseIterable {
    case fr, en
}

/// A text in French and English.
package struct LocalText: Sendable, Hashable {
    package let fr: String
    package let en: String

    package init(fr: String, en: String) { (self.fr, self.en) = (fr, en) }

    package subscript(_ language: Language) -> String {
        switch language {
        case .fr: fr
        case .en: en
        }
    }
}

/// A way to reach a voter.
package enum Channel: String, Sendable, CaseIterable {
    case email, sms, letter
}
