package import Delivery
package import Elections
import Templating
package import WebContent

/// The console's one page in both languages, with its texts: loaded and checked once.
package final class ConsolePages: Sendable {
    /// With texts and what never changes filled in.
    private let templates: [Language: Template]
    /// By key.
    private let texts: [Language: [String: String]]
    /// What deeper rooms say in English, in French.
    let phrases: Phrases
    /// The guides that the console serves.
    let guides: HelpGuides

    /// - Parameters:
    ///   - folder: an election's own templates before the program's.
    ///   - assets: whose addresses pages carry.
    /// - Throws: `SiteFault` when a text is missing in one language, or page, phrases or a guide are missing or wrong.
    package init(_ election: Election, templates folder: TemplateFolder, assets: AssetSet) throws(SiteFault) {
        var (templates, texts): ([Language: Template], [Language: [String: String]]) = ([:], [:])
        let known = try PageTexts.read(folder, .fr, prefix: "console.").keys.sorted()
        for language in Language.allCases {
            let found = try PageTexts.read(folder, language, prefix: "console.")
            guard found.keys.sorted() == known else {
                let odd = Set(found.keys).symmetricDifference(known).sorted().joined(separator: ", ")
                throw SiteFault(
                    "pages/console.fr.yaml and console.\(language.rawValue).yaml do not hold the same texts: \(odd)")
            }
            let typeset = found.mapValues(language.typeset)
            texts[language] = typeset
            templates[language] = try ConsolePages.template(
                folder, typeset, ConsolePages.values(election, language, assets))
        }
        guides = try HelpGuides(folder) { key, language in texts[language]?[key] ?? key }
        (self.templates, self.texts) = (templates, texts)
        phrases = Phrases(try PageTexts.read(folder, .fr, prefix: "phrases.").mapValues(Language.fr.typeset))
    }

    /// A text by its key; the key itself where there is none, so that a missing one shows.
    func text(_ key: String, _ language: Language) -> String { texts[language]?[key] ?? "[\(key)]" }

    /// Whether there is a text of this key.
    func has(_ key: String) -> Bool { texts[.fr]?[key] != nil }

    /// The page as HTML.
    /// - Throws: when a value is missing that the template asks for.
    func bytes(_ language: Language, _ values: [String: TemplateValue]) throws(TemplateError) -> [UInt8] {
        guard let template = templates[language] else { return [] }
        return Array(try template.render(values).utf8)
    }

    /// Loads the page's template and fills in texts and election.
    private static func template(
        _ folder: TemplateFolder, _ texts: [String: String], _ values: [String: TemplateValue]
    ) throws(SiteFault) -> Template {
        let shape: [String: Shape] = [
            "title": .text, "switch": .text, "form": .text, "owner": .text, "lang": .text, "otherLang": .text,
            "error": .object(["text": .text]), "note": .object(["text": .text]),
            "who": .object(["name": .text, "role": .text]),
            "menu": .list(
                .object(["path": .text, "text": .text, "isHere": .flag, "count": .object(["text": .text])])),
            "live": .object(["path": .text]), "expiry": .object(["seconds": .text]), "blocks": Block.shape,
            "t": .object(texts.mapValues { _ in .text }), "e": .object(values.mapValues { _ in .text }),
        ]
        do {
            let template = try Template(
                try folder.text("pages/console.html"), name: "pages/console.html", escaping: .html, shape: shape,
                partials: { _ in nil })
            return try template.bound(["t": .object(texts.mapValues { .text($0) }), "e": .object(values)])
        } catch { throw SiteFault("\(error)") }
    }

    /// What never changes while the server runs.
    private static func values(
        _ election: Election, _ language: Language, _ assets: AssetSet
    ) -> [String: TemplateValue] {
        [
            "title": .text(election.title[language]), "style": .text(assets.path("style.css")),
            "consoleStyle": .text(assets.path("console.css")), "consoleScript": .text(assets.path("console.js")),
            "logo": .text(assets.path("logo.svg")), "supportName": .text(election.support.name),
            "supportPhone": .text(election.support.phone),
        ]
    }
}
