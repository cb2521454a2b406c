import Authentication
import Elections
import HTTPServer
import Store
import Templating

/// `/lost`, `/first` and `/forgotten`: one desk with different words.
/// Nobody learns whether a contact is on the roll: page, status, length and time are the same.
///
///     browser                     VoterSite                              worker
///       │ contact, work ───────────> │ gate; one row, for every contact     │
///       │ <─ the same page ───────── │                                      │
///       │                            │ row ───────────────────────────────> │ looks the contact up
///       │                            │                                      │ queues a renewal, or nothing
enum RecoveryRoutes {
    /// Three addresses with one form.
    static let table = ["/lost", "/first", "/forgotten"].flatMap { path in
        [
            VoterSite.Route(method: .get, path: path) { site, visit in .now(site.lost(visit)) },
            VoterSite.Route(method: .post, path: path) { site, visit in .now(try site.takeLost(visit)) },
        ]
    }
}

extension VoterSite {
    /// The page on which somebody gives a contact; its words depend on the path.
    func lost(
        _ visit: VoterRequest, status: Int = 200, error: String? = nil, typed: String = "", showsPicture: Bool = false
    ) -> Response {
        let mode = election.access.recoveryCaptcha
        let isShown = showsPicture || mode == .always || visit.request.parameter("picture") != nil
        return page(
            .lost, visit,
            PageHead(
                status: status,
                title: election.access.recoveryDesk == .one
                    ? "deskTitle" : visit.request.path == "/first" ? "firstTitle" : "lostTitle", error: error),
            [
                "isFirst": .flag(visit.request.path == "/first"), "path": .text(visit.request.path),
                "typed": .text(typed),
                "work": .text(mode == .always ? "" : gate.challenge("lost", source: visit.request.source)),
                // Without JavaScript the picture stands there at once.
                "captcha": picture(visit, "lost", isQuiet: !isShown, isWrong: isOfPicture(error)),
            ])
    }

    /// Takes a contact. The answer is the same for every contact, known or not, and repeats what was typed.
    /// - Throws: an error of the store; the request was not taken then.
    func takeLost(_ visit: VoterRequest) throws(StoreError) -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        let typed = form["contact"]
        if form["action"] == "picture" { return lost(visit, typed: typed, showsPicture: true) }
        // Where nothing is ever sent, nothing is promised.
        guard election.channels != [.letter] else { return lost(visit, status: 422) }
        let entry = RecoveryEntry(typed, policy: election.access)
        switch entry {
        case .empty: return lost(visit, status: 422, error: "lostEmpty")
        case .malformed: return lost(visit, status: 422, error: "lostMalformed", typed: typed)
        case .mail where !election.channels.contains(.email), .phone where !election.channels.contains(.sms),
            .landline where !election.channels.contains(.sms):
            return lost(visit, status: 422, error: "lostMalformed", typed: typed)
        case .landline: return lost(visit, status: 422, error: "lostLandline", typed: typed)
        case .mail, .phone, .identifier: break
        }
        let verdict = gate.judge(
            form, name: "lost", typed: typed, source: visit.request.source, mode: election.access.recoveryCaptcha)
        let isTaken = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            guard try gate.admit(transaction, verdict) else { return false }
            try parts.recovery.ask(transaction, entry)
            return true
        }
        guard isTaken else {
            var isWrong = false
            if case .picture(let wrong, _) = verdict { isWrong = wrong }
            return lost(
                visit, status: 422, error: isWrong ? "captchaWrong" : "captchaNeeded", typed: typed, showsPicture: true)
        }
        var hint: String?
        if case .mail(let mail) = entry { hint = DomainHint.suggestion(for: mail) }
        return page(
            .lostDone, visit, PageHead(title: "lostDoneTitle"),
            [
                "typed": .text(typed), "path": .text(visit.request.path),
                "hint": hint.map { .object(["text": .text($0)]) } ?? .nothing,
            ])
    }
}
