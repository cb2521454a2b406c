package import Delivery
package import Elections
import Templating

/// The console's one page in both languages, with its texts: loaded and checked once.
package final class ConsolePages: Sendable {
    private let templates: [Language: Template]
    private let texts: [Language: [String: String]]
    /// What deeper rooms say in English, in French.
    let phrases: Phrases

    package init(_ election: Election, templates folder: TemplateFolder, assets: AssetSet) throws(SiteFault) {
        var (templates, texts): ([Language: Template], [Language: [String: String]]) = ([:], [:])
        let known = try PageSet.sources(folder, .fr, prefix: "console.").keys.sorted()
        for language in Language.allCases {
            let found = try PageSet.sources(folder, language, prefix: "console.")
            guard found.keys.sorted() == known else {
                let odd = Set(found.keys).symmetricDifference(known).sorted().joined(separator: ", ")
                throw SiteFault(
                    "pages/console.fr.yaml and console.\(language.rawValue).yaml do not hold the same texts: \(odd)")
            }
            let spaced = language == .fr ? found.mapValues(PageSet.spaced) : found
            texts[language] = spaced
            templates[language] = try ConsolePages.template(
                folder, spaced, ConsolePages.values(election, language, assets))
        }
        (self.templates, self.texts) = (templates, texts)
        phrases = Phrases(try PageSet.sources(folder, .fr, prefix: "phrases.").mapValues(PageSet.spaced))
    }

    /// A text by its key; the key itself where there is none, so that a missing one shows.
    func text(_ key: String, _ language: Language) -> String { texts[language]?[key] ?? "[\(key)]" }

    func has(_ key: String) -> Bool { texts[.fr]?[key] != nil }

    func bytes(_ language: Language, _ values: [String: TemplateValue]) throws(TemplateError) -> [UInt8] {
        guard let template = templates[language] else { return [] }
        return Array(try template.render(values).utf8)
    }

    private static func template(
        _ folder: TemplateFolder, _ texts: [String: String], _ values: [String: TemplateValue]
    ) throws(SiteFault) -> Template {
        let shape: [String: Shape] = [
            "title": .text, "switch": .text, "form": .text, "lang": .text, "otherLang": .text,
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

extension Language {
    /// Between a name and what is said of it; French has a no-break space before it.
    var colon: String { self == .fr ? "\u{A0}: " : ": " }
    var semicolon: String { self == .fr ? "\u{A0}; " : "; " }
}
