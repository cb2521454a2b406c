import Elections

extension Election {
    /// Whether messages and pages are in a language.
    /// - Parameter language: its code.
    func speaks(_ language: some Sequence<UInt8>) -> Bool {
        languages.contains { $0.rawValue.utf8.elementsEqual(language) }
    }

    /// The code of the one of its languages that a text names; nil for any other text.
    func language(named text: String) -> String? {
        var words = Synonyms.languages
        return words.meaning(text).flatMap { speaks($0.utf8) ? $0 : nil }
    }

    /// The codes of its languages, for a fault to list.
    var languageNames: String { languages.map(\.rawValue).joined(separator: ", ") }
}
