import Elections
import Foundation

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
