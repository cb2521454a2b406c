import Contacts
import Elections
import Foundation
import VoterRoll

/// A value that is said in words on a page, where the API gives it as it is.
protocol Said: Encodable {
    /// In the language of the page.
    func said(_ wording: Wording) -> String
}

/// A time. The API gives RFC 3339 in UTC, a page the hour in the election's zone.
struct Moment: Codable, Sendable, ModelDescribed, Said {
    /// How a page says it.
    enum Style: Sendable {
        /// As in tables: `10/11/2026 09:00`.
        case brief
        /// As in sentences.
        case words
        /// The same, with the name of the zone.
        case wordsWithZone
    }

    /// Since 1970.
    let seconds: Int
    /// How a page says it.
    let style: Style

    /// - Parameter seconds: since 1970.
    init(_ seconds: Int, _ style: Style = .brief) { (self.seconds, self.style) = (seconds, style) }

    /// Nil where there is no such time.
    init?(_ seconds: Int?, _ style: Style = .brief) {
        guard let seconds else { return nil }
        self.init(seconds, style)
    }

    /// - Throws: for a text that is no time of RFC 3339.
    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        self.init(Int(try Date(text, strategy: .iso8601).timeIntervalSince1970))
    }

    /// `2026-11-10T08:00:00Z`.
    var text: String { Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }

    func said(_ wording: Wording) -> String {
        switch style {
        case .brief: wording.time(seconds)
        case .words: wording.election.timeWords(seconds, wording.language)
        case .wordsWithZone: wording.election.timeWordsWithZone(seconds, wording.language)
        }
    }

    static func described() -> ModelType { .time }
    static func sample() -> Moment { Moment(0) }
}

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

/// A box that is seen first.
struct Notice: PageModel {
    let words: String
    /// Whether it is red.
    let isBad: Bool

    init(_ words: String, isBad: Bool = false) { (self.words, self.isBad) = (words, isBad) }
}

/// What the page alone has, since a program puts it together itself from the fields beside it, or has no use for it.
protocol PageOnly {}

/// A field for the template alone.
struct OnPage<Value: Codable & Sendable>: Codable, Sendable, ModelDescribed, PageOnly {
    let value: Value

    init(_ value: Value) { self.value = value }

    init(from decoder: any Decoder) throws { value = try decoder.singleValueContainer().decode(Value.self) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }

    static func described() throws -> ModelType { .onPage(try ModelType(of: Value.self)) }

    static func sample() throws -> OnPage<Value> {
        OnPage(try ModelRecorder.sample(Value.self))
    }
}

/// A model that programs get as it is, as a bare list mostly, with what the page alone has beside it: a template asks for
/// `page.answer` and `page.view`.
struct WithView<Answer: PageModel, View: PageModel>: PageModel, ModelDescribed {
    let answer: Answer
    let view: View

    init(_ answer: Answer, _ view: View) { (self.answer, self.view) = (answer, view) }

    private enum CodingKeys: CodingKey { case answer, view }

    /// - Throws: always, where a program's answer has no view: what a page showed cannot be told from it.
    init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        answer = try fields.decode(Answer.self, forKey: .answer)
        view = try fields.decode(View.self, forKey: .view)
    }

    func encode(to encoder: any Encoder) throws {
        guard let encoder = encoder as? ModelEncoder, encoder.isForPage else { return try answer.encode(to: encoder) }
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(answer, forKey: .answer)
        try fields.encode(view, forKey: .view)
    }

    static func described() throws -> ModelType {
        .withView(try ModelType(of: Answer.self), view: try ModelType(of: View.self))
    }

    static func sample() throws -> WithView<Answer, View> {
        WithView(try ModelRecorder.sample(Answer.self), try ModelRecorder.sample(View.self))
    }
}
