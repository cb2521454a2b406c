import Elections
import Foundation
import Staff
import Testing

@testable import Console

/// Every page of the console with a template, and what is shown once after an action.
private let templates = ConsoleTables.templates

private func decoded<Model: PageModel>(_ model: Model.Type, _ json: JSONValue) throws -> any PageModel {
    try JSONDecoder().decode(Model.self, from: Data(json.bytes))
}

struct PageModelTests {
    @Test(arguments: templates.indices)
    func `an answer is what its schema says`(index: Int) throws {
        let template = templates[index]
        let type = try ModelType(of: template.model)
        for isFull in [true, false] {
            let sample = type.sample(isFull: isFull)
            let answer = try ModelEncoder.answer(try decoded(template.model, sample))
            #expect(JSONSchema(type.schema).faults(answer) == [], "\(template.name)")
            #expect(answer == type.answer(sample), "\(template.name)")
        }
    }

    @Test func `the answer of a permission is what its schema says`() throws {
        for action in ConsoleTables.actions {
            let type = try ModelType(of: action.answer)
            let sample = type.sample(isFull: true)
            let answer = try ModelEncoder.answer(try decoded(action.answer, sample))
            #expect(JSONSchema(type.schema).faults(answer) == [], "\(action.path)")
        }
    }

    @Test(arguments: templates.indices)
    func `a page is said in both languages, full and empty`(index: Int) throws {
        let (template, house) = (templates[index], try ConsoleFixture(voters: 1))
        for language in Language.allCases {
            for isFull in [true, false] {
                let sample = try ModelType(of: template.model).sample(isFull: isFull)
                let page = RenderedPage(
                    title: "x & y", template: template.name, model: try decoded(template.model, sample))
                let html = try house.html(page, house.call("anne", .manager, language: language))
                #expect(html.contains("<h1>x &amp; y</h1>") && html.hasSuffix("</html>\n"), "\(template.name)")
                // A text that is missing shows as its key in brackets.
                #expect(!html.contains("{{") && html.firstMatch(of: /\[[a-z]\w*\.[\w.]+\]/) == nil, "\(template.name)")
            }
        }
    }

    @Test func `each template is a page's own`() throws {
        let names = templates.map(\.name)
        #expect(Set(names).count == names.count && names.count > 25)
        let parts: Set = ["head", "foot", "token", "notice", "chart", "rollReport", "fields", "asked", "clockFacts"]
        let folder = ConsoleFixture.repository.appending(path: "Templates/pages/console").path
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).map { $0.replacing(".html", with: "") }
        #expect(Set(files) == parts.union(names))
    }

    @Test func `fields that hold nothing are null, and a page's own are left out`() throws {
        struct Model: PageModel {
            let name: String?
            let at: Moment?
            let seen: OnPage<String>
        }
        let model = Model(name: nil, at: Moment(1_795_000_000), seen: OnPage("x"))
        #expect(
            try ModelEncoder.answer(model) == .object(["name": .none, "at": .text("2026-11-18T11:06:40Z")]))
    }

    @Test func `a type that says nothing of itself is refused`() {
        enum Word: String, Codable { case one }
        struct Model: PageModel { let word: Word }
        #expect(throws: ModelError.self) { try ModelType(of: Model.self) }
    }
}
