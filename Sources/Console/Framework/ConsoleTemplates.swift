package import Delivery
import Elections
import Staff
import Templating
package import WebContent

/// The console's templates in both languages, with their texts, and the guides: loaded and checked once for all elections that
/// have none of their own. Only the election is still to be filled in.
package final class ConsoleTemplates: Sendable {
    /// By name, with texts filled in.
    let templates: [Language: [String: Template]]
    /// By key.
    let texts: [Language: [String: String]]
    /// What the reading of rolls says in English, in French.
    let phrases: Phrases
    /// The guides that the console serves.
    let guides: HelpGuides

    /// What templates may ask for of an election.
    static let electionNames = [
        "title", "style", "pagesStyle", "consoleStyle", "consoleScript", "logo", "supportName", "supportPhone",
    ]

    /// - Parameter folder: an election's own templates before the program's.
    /// - Throws: `SiteFault` when a text is missing in one language, or page, phrases or a guide are missing or wrong.
    package init(_ folder: TemplateFolder) throws(SiteFault) {
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
            templates[language] = try ConsoleTemplates.templates(
                folder, typeset.merging(ConsoleTemplates.punctuation(language)) { $1 })
        }
        guides = try HelpGuides(folder) { key, language in texts[language]?[key] ?? key }
        (self.templates, self.texts) = (templates, texts)
        phrases = Phrases(try PageTexts.read(folder, .fr, prefix: "phrases.").mapValues(Language.fr.typeset))
    }

    /// What stands between a name and what is said of it, and between sayings.
    private static func punctuation(_ language: Language) -> [String: String] {
        ["colon": language.colon, "semicolon": language.semicolon]
    }

    /// Loads the templates of all pages and fills in texts.
    private static func templates(
        _ folder: TemplateFolder, _ texts: [String: String]
    ) throws(SiteFault) -> [String: Template] {
        var templates: [String: Template] = [:]
        do {
            let frame = try frame(texts)
            let constant: [String: TemplateValue] = ["t": .object(texts.mapValues { .text($0) })]
            for page in ConsoleTables.templates {
                let shape = frame.merging(["page": try ModelType(of: page.model).shape]) { $1 }
                templates[page.name] = try load(page.name, folder, shape).bound(constant)
            }
        } catch { throw SiteFault("\(error)") }
        return templates
    }

    /// What every template may ask for.
    private static func frame(_ texts: [String: String]) throws -> [String: Shape] {
        guard case .object(var shape) = try ModelType(of: PageFrame.self).shape else { return [:] }
        shape["may"] = .object(Dictionary(uniqueKeysWithValues: Permission.allCases.map { ($0.rawValue, .flag) }))
        shape["t"] = .object(texts.mapValues { _ in .text })
        shape["e"] = .object(Dictionary(uniqueKeysWithValues: electionNames.map { ($0, .text) }))
        return shape
    }

    /// A template with the parts that it shares with others.
    private static func load(_ name: String, _ folder: TemplateFolder, _ shape: [String: Shape]) throws -> Template {
        let path = "pages/console/\(name).html"
        return try Template(
            try folder.text(path), name: path, escaping: .html, shape: shape,
            partials: { try? folder.text("pages/console/\($0).html") })
    }
}
