package import Delivery
package import Elections
package import Journal
import Operations
import Staff
import Templating
package import WebContent

/// One election's console pages: the templates with the election in them.
package final class ConsolePages: Sendable {
    /// What is the same for every election that has no templates of its own.
    private let shared: ConsoleTemplates
    /// What templates may ask for of the election, by language.
    private let election: [Language: TemplateValue]

    /// - Parameters:
    ///   - shared: the election's own templates before the program's, loaded; elections with the same ones share them.
    ///   - assets: whose addresses pages carry.
    package init(_ election: Election, _ shared: ConsoleTemplates, assets: AssetSet) {
        self.shared = shared
        let languages = Language.allCases.map { ($0, TemplateValue.object(ConsolePages.values(election, $0, assets))) }
        self.election = Dictionary(uniqueKeysWithValues: languages)
    }

    /// The same with templates of its own.
    /// - Parameters:
    ///   - folder: an election's own templates before the program's.
    ///   - assets: whose addresses pages carry.
    /// - Throws: `SiteFault` when a text is missing in one language, or page, phrases or a guide are missing or wrong.
    package convenience init(_ election: Election, templates folder: TemplateFolder, assets: AssetSet) throws(SiteFault)
    {
        self.init(election, try ConsoleTemplates(folder), assets: assets)
    }

    /// What the reading of rolls says in English, in French.
    var phrases: Phrases { shared.phrases }

    /// The guides that the console serves.
    var guides: HelpGuides { shared.guides }

    /// A text by its key; the key itself where there is none, so that a missing one shows.
    func text(_ key: String, _ language: Language) -> String { shared.texts[language]?[key] ?? "[\(key)]" }

    /// What an entry of the journal says that was done, in words: of a form its title.
    package func words(_ action: JournalAction, _ language: Language) -> String {
        guard let form = action.form else { return text("action.\(action.rawValue)", language) }
        return "\(text("action.form", language)) \(text("\(form).title", language))"
    }

    /// Whether there is a text of this key.
    func has(_ key: String) -> Bool { shared.texts[.fr]?[key] != nil }

    /// A page as HTML.
    /// - Parameters:
    ///   - frame: what stands around it.
    ///   - viewer: who reads it; nil for whoever is not signed in.
    /// - Throws: when there is no such template, or a value is missing that it asks for.
    func html(_ page: RenderedPage, in frame: PageFrame, for viewer: StaffActor?, _ wording: Wording) throws -> String {
        guard let template = shared.templates[wording.language]?[page.template],
            case .object(var values) = try ModelEncoder.values(frame, wording)
        else { throw ModelError(description: "There is no template \(page.template).") }
        values["e"] = election[wording.language]
        values["may"] = ConsolePages.may(viewer)
        values["page"] = try ModelEncoder.values(page.model, wording)
        return try template.render(values)
    }

    /// What somebody may, as flags for templates: links that lead to a refusal are not shown.
    private static func may(_ viewer: StaffActor?) -> TemplateValue {
        .object(
            Dictionary(
                uniqueKeysWithValues: Permission.allCases.map { ($0.rawValue, .flag(viewer?.may($0) ?? false)) }))
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
