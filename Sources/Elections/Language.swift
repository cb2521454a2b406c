/// A language that voters are addressed in.
package enum Language: String, Sendable, CaseIterable {
    case fr, en

    /// A text of our own with the signs that its language is printed with: in French a typographic apostrophe, and a no-break
    /// space before `: ; ? ! \u{BB}` and after `\u{AB}`, so that punctuation stays with its word.
    package func typeset(_ text: String) -> String {
        guard self == .fr else { return text }
        // Byte by byte: a start of the server sets some thousand texts, and searching each for every sign took a twentieth of it.
        let bytes = Array(text.utf8)
        var printed: [UInt8] = []
        printed.reserveCapacity(bytes.count + 16)
        for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "'"): printed += "\u{2019}".utf8
            case UInt8(ascii: " ") where Language.staysTogether(bytes[..<index], bytes[(index + 1)...]):
                printed += "\u{A0}".utf8
            default: printed.append(byte)
            }
        }
        return String(decoding: printed, as: UTF8.self)
    }

    /// Whether no line may break at a space between two pieces of French text, in UTF-8.
    private static func staysTogether(_ before: ArraySlice<UInt8>, _ after: ArraySlice<UInt8>) -> Bool {
        before.suffix(2).elementsEqual("\u{AB}".utf8) || after.starts(with: "\u{BB}".utf8)
            || after.first.map(":;?!".utf8.contains) ?? false
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
