/// A word of a fixed list. The API gives the word, a page what it is called.
protocol Choice: RawRepresentable, CaseIterable, Codable, Sendable, ModelDescribed, Said where RawValue == String {
    /// What the keys of its texts begin with, without the dot; nil for one that no page says.
    static var texts: String? { get }
}

extension Choice {
    func said(_ wording: Wording) -> String { Self.texts.map { wording("\($0).\(rawValue)") } ?? rawValue }

    static func described() -> ModelType { .choice(allCases.map(\.rawValue)) }

    /// - Throws: `ModelError` for a list without any word.
    static func sample() throws -> Self {
        guard let first = allCases.first else { throw ModelError(description: "\(Self.self) has no case.") }
        return first
    }
}

extension Choice {
    /// The choice of a word that a room below gives as a text.
    /// - Throws: `ModelError` for a word that is none of them.
    static func read(_ word: String) throws -> Self {
        guard let found = Self(rawValue: word) else {
            throw ModelError(description: "\"\(word)\" is none of \(allCases.map(\.rawValue).joined(separator: ", ")).")
        }
        return found
    }
}
