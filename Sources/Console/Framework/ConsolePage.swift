import Elections
import Staff

/// What a page shows. It is the API's answer, and its template is rendered with it.
typealias PageModel = Codable & Sendable

/// Pages and actions that are made for one request.
protocol ConsoleWork: ConsoleTask {
    /// - Parameter context: what it works with.
    init(context: ConsoleContext)
}

extension ConsoleWork {
    /// - Parameter task: in whose context it works.
    init(_ task: some ConsoleTask) { self.init(context: task.context) }
}

/// A page of the console and a resource of the API: a model, and a template of its own in `pages/console/`.
protocol ConsolePage: ConsoleWork {
    /// What it shows.
    associatedtype Model: PageModel

    /// Below `/manager/` and `/api/v1/`; names in braces stand for one segment.
    static var path: String { get }
    /// What a role must be allowed to see it.
    static var permission: Permission { get }
    /// What may stand in the address, all of it optional.
    static var query: [FormField] { get }
    /// Its template's name, without the ending.
    static var template: String { get }

    /// What is shown; nil when what it is about does not exist.
    func model(_ call: ConsoleRequest) throws -> Model?
    /// Also the page's heading.
    func title(_ model: Model, _ wording: Wording) -> String
    /// Whether its figures move by themselves.
    func isLive(_ model: Model) -> Bool
}

extension ConsolePage {
    static var query: [FormField] { [] }
    func isLive(_ model: Model) -> Bool { false }
}

/// A template with the type of the models that it is rendered with.
struct PageTemplate: Sendable {
    /// Without the ending.
    let name: String
    let model: any PageModel.Type
}

extension ConsoleView {
    /// - Parameter page: the type that makes the page.
    init<Page: ConsolePage>(_ page: Page.Type) {
        self.init(
            path: Page.path, permission: Page.permission, query: Page.query,
            template: PageTemplate(name: Page.template, model: Page.Model.self)
        ) { task, call in
            let page = Page(task)
            return try page.model(call).map { model in
                RenderedPage(
                    title: page.title(model, page.wording(call.language)), template: Page.template, model: model,
                    isLive: page.isLive(model))
            }
        }
    }
}
