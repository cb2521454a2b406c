import Authentication
import Elections
import HTTPServer
import Store
import Templating

/// `/help`: questions and answers, and a form to the help desk.
struct HelpPages: SitePages {
    let site: SiteContext

    /// Help and its form.
    static let table = [
        get("/help") { pages, visit in .now(try pages.help(visit)) },
        post("/help") { pages, visit in .now(try pages.takeQuestion(visit)) },
    ]
    /// What must be filled in, and what is said where it is not.
    static let fields: [(name: String, error: String)] = [
        ("name", "helpNameEmpty"), ("contact", "helpContactEmpty"), ("text", "helpTextEmpty"),
    ]
    /// Characters of a name, a contact and a text that are kept.
    static let (longestName, longestContact, longestText) = (200, 254, 2000)

    /// The page, with what was typed where something is missing.
    /// - Parameters:
    ///   - error: the key of the fault's text.
    ///   - more: what stands behind it.
    ///   - asked: the form that came back.
    func help(
        _ visit: VoterRequest, status: Int = 200, error: String? = nil, more: String? = nil,
        asked: Form = Form(fields: []),
        showsPicture: Bool = false
    ) throws(StoreError) -> Response {
        let isDone = visit.request.method != .post && visit.request.parameter("say") == "done"
        let isShown = showsPicture || visit.request.parameter("picture") != nil
        let isIncomplete = HelpPages.fields.contains { $0.error == error }
        return page(
            .help, visit,
            PageHead(status: status, title: "helpTitle", error: error, more: more, note: isDone ? "helpDone" : nil),
            [
                "work": .text(gate.challenge("help", source: visit.request.source)),
                "captcha": gate.picture("help", isQuiet: !isShown, isWrong: AbuseGuard.isOfPicture(error)),
                "bad": .object(
                    Dictionary(
                        uniqueKeysWithValues: HelpPages.fields.map {
                            ($0.name, .flag(isIncomplete && asked[$0.name].allSatisfy(\.isWhitespace)))
                        })),
                "asked": .object([
                    "name": .text(asked["name"]), "contact": .text(asked["contact"]), "text": .text(asked["text"]),
                ]),
                // Whoever was on the way somewhere goes on there.
            ].merging(try wayBack(visit)) { $1 })
    }

    /// Takes a question for the help desk, with the visitor's support code.
    func takeQuestion(_ visit: VoterRequest) throws(StoreError) -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        if form["action"] == "picture" { return try help(visit, asked: form, showsPicture: true) }
        let question = SupportQueue.Question(
            name: String(form["name"].prefix(HelpPages.longestName)),
            contact: String(form["contact"].prefix(HelpPages.longestContact)),
            text: String(form["text"].prefix(HelpPages.longestText)))
        let missing = HelpPages.fields.filter { form[$0.name].allSatisfy(\.isWhitespace) }
        if let first = missing.first {
            let rest = missing.dropFirst().map { pages.text($0.error, visit.language) }.joined(separator: " ")
            return try help(
                visit, status: 422, error: first.error, more: rest.isEmpty ? nil : rest, asked: form)
        }
        let verdict = gate.judge(
            form, name: "help", typed: form["contact"], source: visit.request.source, mode: .adaptive)
        let isTaken = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool? in
            guard try gate.admit(transaction, verdict) else { return nil }
            return try parts.help.ask(transaction, code: visit.supportCode, question)
        }
        if let isTaken {
            return isTaken
                ? see(visit, "/help", "say=done") : try help(visit, status: 503, error: "helpFull", asked: form)
        }
        var isWrong = false
        if case .picture(let wrong, _) = verdict { isWrong = wrong }
        return try help(
            visit, status: 422, error: isWrong ? "captchaWrong" : "captchaNeeded", asked: form, showsPicture: true)
    }
}
