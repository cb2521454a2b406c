import Elections
import Recovery
import Store
import Templating

/// `/help`: questions and answers, and a form to the help desk.
enum HelpRoutes {
    static let table = [
        VoterSite.Route(method: .get, path: "/help") { site, visit in .now(site.help(visit)) },
        VoterSite.Route(method: .post, path: "/help") { site, visit in .now(try site.takeQuestion(visit)) },
    ]
    /// Characters of a name, a contact and a text that are kept.
    static let (longestName, longestContact, longestText) = (200, 254, 2000)
}

extension VoterSite {
    func help(
        _ visit: Visit, status: Int = 200, error: String? = nil, asked: Form = Form(fields: []),
        showsPicture: Bool = false
    ) -> Response {
        let isDone = visit.request.method != .post && visit.request.parameter("say") == "done"
        // Whoever was on the way somewhere goes on there.
        let isSignedIn = visit.request.cookie(cookies.name(.session)) != nil
        let back = isSignedIn ? "/space" : pending(visit) == nil ? "/" : "/code"
        let isShown = showsPicture || visit.request.parameter("picture") != nil
        return page(
            .help, visit, status: status, title: "helpTitle", error: error, note: isDone ? "helpDone" : nil,
            [
                "work": .text(gate.challenge("help", source: visit.request.source)),
                "captcha": picture(visit, "help", isQuiet: !isShown, isWrong: error == "captchaWrong"),
                "back": .text(back),
                "backText": .text(pages.text(back == "/" ? "backHome" : "helpBack", visit.language)),
                "asked": .object([
                    "name": .text(asked["name"]), "contact": .text(asked["contact"]), "text": .text(asked["text"]),
                ]),
            ])
    }

    func takeQuestion(_ visit: Visit) throws(StoreError) -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        if form["action"] == "picture" { return help(visit, asked: form, showsPicture: true) }
        let question = HelpQueue.Question(
            name: String(form["name"].prefix(HelpRoutes.longestName)),
            contact: String(form["contact"].prefix(HelpRoutes.longestContact)),
            text: String(form["text"].prefix(HelpRoutes.longestText)))
        if [question.name, question.contact, question.text].contains(where: { $0.allSatisfy(\.isWhitespace) }) {
            return help(visit, status: 422, error: "helpEmpty", asked: form)
        }
        let verdict = gate.judge(
            form, name: "help", typed: form["contact"], source: visit.request.source, mode: .adaptive)
        let isTaken = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool? in
            guard try gate.admit(transaction, verdict) else { return nil }
            return try parts.help.ask(transaction, code: visit.supportCode, question)
        }
        if let isTaken {
            return isTaken
                ? see(visit, "/help", "say=done") : help(visit, status: 503, error: "helpFull", asked: form)
        }
        var isWrong = false
        if case .picture(let wrong, _) = verdict { isWrong = wrong }
        return help(
            visit, status: 422, error: isWrong ? "captchaWrong" : "captchaNeeded", asked: form, showsPicture: true)
    }
}
