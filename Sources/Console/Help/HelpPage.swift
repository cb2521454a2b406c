import Elections
import HTTPServer
import Operations
import Staff

/// All guides, the reader's own first.
struct HelpModel: PageModel {
    /// Their names, as they stand in addresses.
    let guides: [String]
    let view: OnPage<View>

    /// What the page shows of them.
    struct View: PageModel {
        let links: [Link]
    }

    /// A way to a guide.
    struct Link: PageModel {
        let name: String
        let title: String
    }
}

/// The page of all guides.
struct HelpPage: ConsolePage {
    static let path = "help"
    static let permission = Permission.seeOwn
    static let template = "help"
    let context: ConsoleContext

    func title(_ model: HelpModel, _ wording: Wording) -> String { wording("help.title") }

    func model(_ call: ConsoleRequest) -> HelpModel? {
        let own = HelpGuides.own(call.role)
        let names = [own] + HelpGuides.names.filter { $0 != own }
        let links = names.compactMap { name in
            pages.guides.guide(name, call.language).map { HelpModel.Link(name: name, title: $0.title) }
        }
        return HelpModel(guides: names, view: OnPage(HelpModel.View(links: links)))
    }
}

/// One guide.
struct GuideModel: PageModel {
    let title: String
    /// As it was written, in Markdown.
    let text: String
    /// As the page shows it.
    let html: OnPage<String>
}

/// The page of one guide.
struct GuidePage: ConsolePage {
    static let path = "help/{guide}"
    static let permission = Permission.seeOwn
    static let template = "guide"
    let context: ConsoleContext

    func title(_ model: GuideModel, _ wording: Wording) -> String { model.title }

    func model(_ call: ConsoleRequest) -> GuideModel? {
        pages.guides.guide(call.place["guide"] ?? "", call.language).map {
            GuideModel(title: $0.title, text: $0.markdown, html: OnPage($0.html))
        }
    }
}

/// Files of the guides.
enum HelpFiles {
    /// Pictures alone.
    static let all = [
        ConsoleFile(path: "help/pictures/{name}", permission: .seeOwn) { task, call, _ in
            task.pages.guides.pictures[call.place["name"] ?? ""].map { Response(200, type: "image/png", body: $0) }
        }
    ]
}
