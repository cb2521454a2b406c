/// A text of one field that is said otherwise on a page: the name of a college or a site, or another word of the election's
/// settings.
struct Named: Codable, Sendable, ModelDescribed, Said {
    /// As `Wording.choice` asks for it; empty for a text that is said as it is.
    private let field: String
    /// What programs get.
    let value: String

    /// - Parameter field: as `Wording.choice` asks for it.
    init(_ field: String, _ value: String) { (self.field, self.value) = (field, value) }

    init(from decoder: any Decoder) throws {
        self.init("", try decoder.singleValueContainer().decode(String.self))
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    func said(_ wording: Wording) -> String { field.isEmpty ? value : wording.choice(field, value) }

    static func described() -> ModelType { .text }
    static func sample() -> Named { Named("", "") }
}

/// A text that a page says in its reader's language, where programs get one plain form.
struct Worded: Codable, Sendable, ModelDescribed, Said {
    /// What programs get.
    let plain: String
    /// What the page says.
    private let words: String

    init(_ plain: String, _ words: String) { (self.plain, self.words) = (plain, words) }

    init(from decoder: any Decoder) throws {
        plain = try decoder.singleValueContainer().decode(String.self)
        words = plain
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(plain)
    }

    func said(_ wording: Wording) -> String { words }

    static func described() -> ModelType { .text }
    static func sample() -> Worded { Worded("", "") }
}
