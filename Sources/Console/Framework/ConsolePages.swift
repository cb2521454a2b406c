package import Delivery
package import Elections
package import Journal
import Operations
import Staff
import Templating
package import WebContent

/// The console's templates in both languages, with their texts: loaded and checked once.
package final class ConsolePages: Sendable {
    /// By name, with texts and what never changes filled in.
    private let templates: [Language: [String: Template]]
    /// By key.
    private let texts: [Language: [String: String]]
    /// What the reading of rolls says in English, in French.
    let phrases: Phrases
    /// The guides that the console serves.
    let guides: HelpGuides

    /// - Parameters:
    ///   - folder: an election's own templates before the program's.
    ///   - assets: whose addresses pages carry.
    /// - Throws: `SiteFault` when a text is missing in one language, or page, phrases or a guide are missing or wrong.
    package init(_ election: Election, templates folder: TemplateFolder, assets: AssetSet) throws(SiteFault) {
        var (templates, texts): ([Language: [String: Template]], [Language: [String: String]]) = ([:], [:])
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
            let punctuated = typeset.merging(ConsolePages.punctuation(language)) { $1 }
            templates[language] = try ConsolePages.templates(
                folder, punctuated, ConsolePages.values(election, language, assets))
        }
        guides = try HelpGuides(folder) { key, language in texts[language]?[key] ?? key }
        (self.templates, self.texts) = (templates, texts)
        phrases = Phrases(try PageTexts.read(folder, .fr, prefix: "phrases.").mapValues(Language.fr.typeset))
    }

    /// A text by its key; the key itself where there is none, so that a missing one shows.
    func text(_ key: String, _ language: Language) -> String { texts[language]?[key] ?? "[\(key)]" }

    /// What an entry of the journal says that was done, in words: of a form its title.
    package func words(_ action: JournalAction, _ language: Language) -> String {
        guard let form = action.form else { return text("action.\(action.rawValue)", language) }
        return "\(text("action.form", language)) \(text("\(form).title", language))"
    }

    /// Whether there is a text of this key.
    func has(_ key: String) -> Bool { texts[.fr]?[key] != nil }

    /// A page as HTML.
    /// - Parameters:
    ///   - frame: what stands around it.
    ///   - viewer: who reads it; nil for whoever is not signed in.
    /// - Throws: when there is no such template, or a value is missing that it asks for.
    func html(_ page: RenderedPage, in frame: PageFrame, for viewer: StaffActor?, _ wording: Wording) throws -> String {
        guard let template = templates[wording.language]?[page.template],
            case .object(var values) = try ModelEncoder.values(frame, wording)
        else { throw ModelError(description: "There is no template \(page.template).") }
        values["may"] = ConsolePages.may(viewer)
        values["page"] = try ModelEncoder.values(page.model, wording)
        return try template.render(values)
    }

    /// What stands between a name and what is said of it, and between sayings.
    private static func punctuation(_ language: Language) -> [String: String] {
        ["colon": language.colon, "semicolon": language.semicolon]
    }

    /// What somebody may, as flags for templates: links that lead to a refusal are not shown.
    private static func may(_ viewer: StaffActor?) -> TemplateValue {
        .object(
            Dictionary(
                uniqueKeysWithValues: Permission.allCases.map { ($0.rawValue, .flag(viewer?.may($0) ?? false)) }))
    }

    /// Loads the templates of all pages and fills in texts and election.
    private static func templates(
        _ folder: TemplateFolder, _ texts: [String: String], _ values: [String: TemplateValue]
    ) throws(SiteFault) -> [String: Template] {
        var templates: [String: Template] = [:]
        do {
            let frame = try frame(texts, values)
            let constant: [String: TemplateValue] = ["t": .object(texts.mapValues { .text($0) }), "e": .object(values)]
            for page in ConsoleTables.templates {
                let shape = frame.merging(["page": try ModelType(of: page.model).shape]) { $1 }
                templates[page.name] = try load(page.name, folder, shape).bound(constant)
            }
        } catch { throw SiteFault("\(error)") }
        return templates
    }

    /// What every template may ask for.
    private static func frame(
        _ texts: [String: String], _ values: [String: TemplateValue]
    ) throws -> [String: Shape] {
        guard case .object(var shape) = try ModelType(of: PageFrame.self).shape else { return [:] }
        shape["may"] = .object(Dictionary(uniqueKeysWithValues: Permission.allCases.map { ($0.rawValue, .flag) }))
        shape["t"] = .object(texts.mapValues { _ in .text })
        shape["e"] = .object(values.mapValues { _ in .text })
        return shape
    }

    /// A template with the parts that it shares with others.
    private static func load(_ name: String, _ folder: TemplateFolder, _ shape: [String: Shape]) throws -> Template {
        let path = "pages/console/\(name).html"
        return try Template(
            try folder.text(path), name: path, escaping: .html, shape: shape,
            partials: { try? folder.text("pages/console/\($0).html") })
    }

    /// What never changes while the server runs.
    private static func values(
        _ election: Election, _ language: Language, _ assets: AssetSet
    ) -> [String: TemplateValue] {
        [
            "title": .text(election.title[language]), "style": .text(assets.path("style.css")),
            "pagesStyle": .text(assets.path(AssetSet.pagesStyle)),
            "consoleStyle": .text(assets.path("console.css")), "consoleScript": .text(assets.path("console.js")),
            "logo": .text(assets.path("logo.svg")), "supportName": .text(election.support.name),
            "supportPhone": .text(election.support.phone),
        ]
    }
}
