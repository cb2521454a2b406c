package import Documents
package import Elections
import Foundation

/// A recommendation on online voting as data: `Templates/policy/level-2019.yaml`.
package struct PolicyText: Sendable {
    /// A sentence that adds a point where it is not true.
    package struct Question: Sendable {
        /// By which answers are kept.
        package let id: String
        /// The sentence, to be answered by yes or no.
        package let text: LocalText
        /// The number of voters below which it holds; nil where a person answers.
        package let voters: Int?
    }

    /// Something that a level asks for.
    package struct Point: Sendable {
        /// By which the program knows it, and acceptances are kept.
        package let id: String
        /// The lowest level that asks for it, 1 to 3.
        package let level: Int
        /// In the authority's numbering.
        package let objective: String
        /// What is asked, in a sentence.
        package let text: LocalText
        /// The setting that cures it.
        package let cure: LocalText
    }

    /// The recommendation's title and reference.
    package let source: String
    /// The year of the recommendation.
    package let year: Int
    /// The last day on which it applies, `2026-12-31`; nil where none is known.
    package let applicableUntil: String?
    /// When that day has ended, in seconds since 1970.
    private let end: Int?
    /// The most points of level 1, and of level 2.
    package let limits: [Int]
    /// The grid, in its order; each that is not true adds a point.
    package let questions: [Question]
    /// In the order in which they are shown.
    package let points: [Point]

    /// The file's name among the templates.
    package static let file = "policy/level-2019.yaml"

    /// - Throws: what is wrong in the file, and where.
    package init(_ text: String, file: String) throws(Fault) {
        let reader = DocumentReader(file: file)
        let root = try YAML.parse(text, file: file)
        var (source, year, limits): (String, Int, [Int]) = ("", 0, [])
        var last: (day: String, end: Int)?
        var (questions, points): ([Question], [Point]) = ([], [])
        reader.section(root, "the recommendation") { section in
            source = section.text("source")
            year = section.number("year", in: 2000...2100, standard: 2019)
            if let day = section.optionalText("applicable-until") {
                last = PolicyText.end(of: day).map { (day, $0) }
                if last == nil {
                    section.fault(
                        "applicable-until", "\"applicable-until\" is a day such as 2026-12-31, not \"\(day)\"")
                }
            }
            limits = section.texts("points").compactMap { Int($0.text) }
            for node in section.list("questions") {
                section.section(at: node, "a question") { item in
                    let voters = item.number("voters", in: 0...10_000_000, standard: 0)
                    questions.append(
                        Question(
                            id: item.text("id"), text: LocalText(fr: item.text("fr"), en: item.text("en")),
                            voters: voters == 0 ? nil : voters))
                }
            }
            for node in section.list("points-looked-at") {
                section.section(at: node, "a point") { item in
                    // Most cures are a setting's name, which is the same in every language.
                    let cure = item.text("cure")
                    points.append(
                        Point(
                            id: item.text("id"), level: item.number("level", in: 1...3, standard: 1),
                            objective: item.text("objective"),
                            text: LocalText(fr: item.text("fr"), en: item.text("en")),
                            cure: LocalText(fr: item.optionalText("cure-fr") ?? cure, en: cure)))
                }
            }
        }
        if let fault = reader.faults.first { throw fault }
        guard limits.count == 2, limits[0] < limits[1], !questions.isEmpty else {
            throw Fault(file: file, mark: root.mark, "\"points\" holds the most points of level 1 and of level 2")
        }
        (self.source, self.year, self.limits) = (source, year, limits)
        (applicableUntil, end) = (last?.day, last?.end)
        (self.questions, self.points) = (questions, points)
    }

    /// Whether it applies no longer at a moment, in seconds since 1970: other rules follow it, which this file does not know.
    package func isOutdated(at moment: Int) -> Bool { end.map { moment >= $0 } ?? false }

    /// When a day has ended in France, whose authority recommends; nil for what is no day.
    private static func end(of day: String) -> Int? {
        TimeZone(identifier: "Europe/Paris").flatMap { LocalTime.read(day + " 23:59", zone: $0) }.map { $0 + 60 }
    }

    /// The level that a number of points gives.
    package func level(points: Int) -> Int { points <= limits[0] ? 1 : points <= limits[1] ? 2 : 3 }
}
