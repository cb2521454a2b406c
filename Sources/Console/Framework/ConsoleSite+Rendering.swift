import Authentication
import Crypto
import Elections
import HTTPServer
import Inputs
import Journal
import Operations
import Staff
import Store
import Tally
import Templating

extension ConsoleSite {
    // MARK: Rendering

    /// A page with menu and all.
    /// - Parameters:
    ///   - path: below `/manager/`, by which the menu shows where one is.
    ///   - error: said above everything.
    /// - Throws: an error of the store or of the template.
    func show(
        _ visitor: Visitor, _ page: RenderedPage, path: String, status: Int = 200, error: String? = nil
    ) throws -> Response {
        let language = visitor.language
        let isPost = visitor.request.method == .post
        var note: String?
        if !isPost, let said = visitor.request.parameter("say"), let given = visitor.request.parameter("sign"),
            Secret(given).matches(Secret(sign(said, visitor)))
        {
            note = said
        }
        let other: Language = language == .fr ? .en : .fr
        var frame = PageFrame(
            title: page.title, switchPath: switchPath(visitor, other), lang: language.rawValue,
            otherLang: other.rawValue, form: visitor.form, owner: owner(visitor), error: error.map { .init($0) },
            note: note.map { .init($0) }, live: page.isLive ? .init(path: "/manager/" + path) : nil)
        if let session = visitor.session, session.confirmedAt != nil {
            frame.who = visitor.member.map { .init(name: $0.fullName, role: $0.role) }
            frame.menu = try menu(visitor, path)
            frame.expiry = .init(seconds: min(session.idleSeconds, session.endsAt - parts.clock.now))
        }
        let html = try pages.html(page, in: frame, for: visitor.viewer, wording(language))
        return Response(status, body: Array(html.utf8))
    }

    /// This page in the other language: what was searched for stays, and after a form its own page is shown.
    private func switchPath(_ visitor: Visitor, _ other: Language) -> String {
        let kept =
            visitor.request.method == .post
            ? []
            : visitor.request.query.filter {
                !["lang", "say", "sign"].contains($0.name)
            }
        return visitor.request.path + "?"
            + kept.map { "\(ConsoleSite.escaped($0.name))=\(ConsoleSite.escaped($0.value))&" }.joined()
            + "lang=\(other.rawValue)"
    }

    /// The pages that somebody may see.
    private func menu(_ visitor: Visitor, _ path: String) throws(StoreError) -> [PageFrame.Entry] {
        guard let viewer = visitor.viewer else { return [] }
        let here = path.split(separator: "/").first.map(String.init) ?? ""
        let waiting = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try approvals.waitingCount(reading)
        }
        return Menu.entries.filter { viewer.may($0.permission) }.map { entry in
            PageFrame.Entry(
                path: "/manager" + (entry.path.isEmpty ? "" : "/" + entry.path),
                text: text("menu.\(entry.path.isEmpty ? "home" : entry.path)", visitor.language),
                isHere: here == entry.path, count: entry.path == "approvals" && waiting > 0 ? .init("\(waiting)") : nil)
        }
    }

    /// A page that says something and leads on.
    /// - Parameter more: what stands behind the text.
    /// - Parameter name: the beginning of the keys of title and text.
    func message(_ visitor: Visitor, _ status: Int, _ name: String, more: String? = nil) -> Response {
        let language = visitor.language
        let page = RenderedPage(
            title: text("\(name).title", language), template: "message",
            model: MessageModel(words: text("\(name).text", language) + (more.map { " \($0)." } ?? "")))
        do { return try show(visitor, page, path: "", status: status) } catch {
            log("the page \(name) could not be rendered: \(error)")
            return .text(500, "internal error\n")
        }
    }

    // MARK: Notes

    /// A word that we wrote ourselves into an address, so that nobody else's words stand on our page.
    /// - Returns: 16 hexadecimal digits, good for this browser and these words.
    func sign(_ note: String, _ visitor: Visitor) -> String {
        String(hex(forms.hash("note:\(visitor.browser):\(note)")).prefix(16))
    }

    /// A note that fits into an address: a list of many references does not.
    static func cut(_ note: String) -> String {
        guard note.unicodeScalars.count > FieldLimits.note.scalars else { return note }
        return String(note.unicodeScalars.prefix(FieldLimits.note.scalars - 1)) + "…"
    }

    /// Percent-encoded for a parameter.
    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: String(UnicodeScalar(byte))
            default: "%" + hex([byte]).uppercased()
            }
        }.joined()
    }

    /// An answer that says when to come back.
    /// - Parameter seconds: for the header `Retry-After`.
    func waiting(_ response: Response, _ seconds: Int) -> Response {
        response.retry(after: seconds)
    }
}
