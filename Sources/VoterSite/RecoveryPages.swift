import Authentication
import Contacts
import Elections
import HTTPServer
import Store
import Templating

/// `/lost`, `/first` and `/forgotten`: one desk with different words. `/forgotten` is the desk for a password that is sent anew; where
/// none is, it leads to what this election has instead.
/// Nobody learns whether a contact is on the roll: page, status, length and time are the same.
///
///     browser                     VoterSite                              worker
///       │ contact, work ───────────> │ gate; one row, for every contact     │
///       │ <─ the same page ───────── │                                      │
///       │                            │ row ───────────────────────────────> │ looks the contact up
///       │                            │                                      │ queues a renewal, or nothing
struct RecoveryPages: SitePages {
    let site: SiteContext

    /// Where a forgotten password is asked for.
    static let forgotten = "/forgotten"

    /// Three addresses with one form.
    static let table = ["/lost", "/first", forgotten].flatMap { path in
        [
            get(path) { pages, visit in .now(pages.elsewhere(visit) ?? pages.lost(visit)) },
            post(path) { pages, visit in .now(try pages.elsewhere(visit) ?? pages.takeLost(visit)) },
        ]
    }

    /// What this election has for a forgotten password, where it sends none by a desk for that alone; nil where it does, and for
    /// the other addresses.
    func elsewhere(_ visit: VoterRequest) -> Response? {
        let access = election.access
        guard visit.request.path == RecoveryPages.forgotten else { return nil }
        if access.recoveryDesk == .one { return see(visit, "/lost") }
        if access.sendsAnew { return nil }
        return access.secretRenew ? see(visit, "/renew") : .see(visit.path("/help") + "#forgotten")
    }

    /// The page on which somebody gives a contact; its words depend on the path.
    func lost(
        _ visit: VoterRequest, status: Int = 200, error: String? = nil, typed: String = "", showsPicture: Bool = false
    ) -> Response {
        let mode = election.access.recoveryCaptcha
        let isShown = showsPicture || mode == .always || visit.request.parameter("picture") != nil
        let titles = ["/first": "firstTitle", RecoveryPages.forgotten: "forgottenLink"]
        return page(
            .lost, visit,
            PageHead(
                status: status,
                title: election.access.recoveryDesk == .one ? "deskTitle" : titles[visit.request.path] ?? "lostTitle",
                error: error),
            [
                "isForgotten": .flag(visit.request.path == RecoveryPages.forgotten),
                "isFirst": .flag(visit.request.path == "/first"), "path": .text(visit.request.path),
                "typed": .text(typed),
                "work": .text(mode == .always ? "" : gate.challenge("lost", source: visit.request.source)),
                // Without JavaScript the picture stands there at once.
                "captcha": gate.picture("lost", isQuiet: !isShown, isWrong: AbuseGuard.isOfPicture(error)),
            ])
    }

    /// Takes a contact. The answer is the same for every contact, known or not, and repeats what was typed.
    /// - Throws: an error of the store; the request was not taken then.
    func takeLost(_ visit: VoterRequest) throws(StoreError) -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        let typed = form["contact"]
        let isForgotten = visit.request.path == RecoveryPages.forgotten
        let malformed = isForgotten ? "identifierMalformed" : "lostMalformed"
        if form["action"] == "picture" { return lost(visit, typed: typed, showsPicture: true) }
        // Where nothing is ever sent, nothing is promised.
        guard election.channels != [.letter] else { return lost(visit, status: 422) }
        let entry = RecoveryEntry(typed, policy: election.access, channels: election.channels)
        switch entry {
        case .empty: return lost(visit, status: 422, error: isForgotten ? "identifierEmpty" : "lostEmpty")
        case .malformed: return lost(visit, status: 422, error: malformed, typed: typed)
        case .mail where !election.channels.contains(.email), .phone where !election.channels.contains(.sms),
            .domesticPhone where !election.channels.contains(.sms), .landline where !election.channels.contains(.sms):
            return lost(visit, status: 422, error: malformed, typed: typed)
        case .landline: return lost(visit, status: 422, error: isForgotten ? malformed : "lostLandline", typed: typed)
        case .mail, .phone, .domesticPhone, .identifier: break
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
