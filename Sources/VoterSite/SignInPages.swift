import Authentication
import Captcha
import Elections
import HTTPServer
import Polling
import Store
import Templating
import WebContent

/// `/`, `/code`, `/passphrase`: from identifier to session.
/// Where the policy has identifier and secret on one page, the first form is answered by `OnePageSignIn`, and there is no
/// code.
///
///     browser                    VoterSite                                   Authentication
///       │ identifier, work ───────> │ gate: work or picture, spent once         │
///       │                           │ one row, for known and unknown ─────────> │ Authenticator.ask
///       │ <─── /code, "pending" ─── │                       (a worker sends the code)
///       │ code ───────────────────> │ counted, then compared, then consumed ──> │ Authenticator.check
///       │ <─ /passphrase, another ─ │                                           │
///       │ secret ─────────────────> │ on the pool: hashed in any case ────────> │ SignInFlow.enter, .choose, .answer
///       │ <─── /space, "session" ── │                                           │
struct SignInPages: SitePages {
    let site: SiteContext

    /// Where a sign-in begins.
    static let table = [
        get("/") { pages, visit in
            .now(try pages.kioskVisit(visit).restart() ?? pages.unlessSignedIn(visit) { pages.home(visit) })
        },
        post("/") { pages, visit in
            try pages.kioskVisit(visit).takeOver()
            return pages.election.access.signIn == .onePage
                ? try OnePageSignIn(site: pages.site).take(visit) : .now(try pages.identify(visit))
        },
    ]

    /// What the home page may be told to say, by `?say=`.
    static let notes: [String: (key: String, isError: Bool)] = [
        "gone": ("gone", true), "cancelled": ("cancelled", false), "signedOut": ("signedOut", false),
        "other": ("sessionOther", true), "otherUnsent": ("sessionOtherUnsent", true), "ended": ("sessionEnded", true),
        "unsent": ("sessionUnsent", true), "exhausted": ("codeExhausted", true),
        "left": ("signedOutUnsent", false), "kioskEnded": ("kioskEnded", false),
        "kioskClosed": ("kioskClosed", false),
        "kioskUnsent": ("kioskUnsent", false), "kioskUnsure": ("kioskUnsure", false),
    ]

    /// The first page.
    /// - Parameters:
    ///   - error: the key of the fault's text.
    ///   - typed: what was typed as identifier.
    ///   - isRenew: whether it speaks of a new password.
    func home(
        _ visit: VoterRequest, status: Int = 200, error: String? = nil, typed: String = "", showsPicture: Bool = false,
        isRenew: Bool = false
    ) -> Response {
        if let over = kioskVisit(visit).over() { return over }
        let said =
            visit.request.method == .post ? nil : visit.request.parameter("say").flatMap { SignInPages.notes[$0] }
        let wantsPicture = showsPicture || visit.request.parameter("picture") != nil
        if error == nil, said == nil, typed.isEmpty, !wantsPicture, !isRenew, !visit.isKiosk {
            return usualHome(visit)
        }
        return page(
            .home, visit,
            PageHead(
                status: status, title: isRenew ? "renewTitle" : PageSet.homeTitle(election),
                error: error ?? (said?.isError == true ? said?.key : nil),
                note: said?.isError == false ? said?.key : nil),
            [
                "typed": .text(typed),
                "work": .text(gate.challenge("signIn", source: visit.request.source, isHard: error == "workNeeded")),
                "isRenew": .flag(isRenew),
                // An empty field is no fault of the other; which of two is wrong nobody is told.
                "isBad": .flag(error?.hasPrefix("identifier") == true || error == "secretWrong"),
                "isBadSecret": .flag(error == "secretEmpty" || error == "secretWrong"),
                "captcha": wantsPicture
                    ? gate.picture("signIn", isQuiet: error == "workNeeded", isWrong: AbuseGuard.isOfPicture(error))
                    : .nothing,
            ])
    }

    /// The home page as nearly everybody sees it.
    private func usualHome(_ visit: VoterRequest) -> Response {
        var standing = words(visit.language).values
        standing["seal"] = poll.map { .text($0.fingerprint) } ?? .nothing
        standing["restored"] = site.presentPoll.restored(visit.language)
        let own: [String: TemplateValue] = [
            "form": .text(visit.form), "supportCode": .text(visit.supportCode),
            "work": .text(gate.challenge("signIn", source: visit.request.source)),
        ]
        site.traces.note(visit, step: PageSet.Page.home.rawValue, trouble: "")
        do throws(TemplateError) {
            let body = try pages.home(visit.language, isChosen: !visit.q.isEmpty, standing: standing, own: own)
            return page(visit, .home, body)
        } catch { return failure(visit, error) }
    }

    /// Takes an identifier. What follows is the same for known and unknown ones: one row, one cookie, the next page.
    /// - Throws: an error of the store.
    func identify(_ visit: VoterRequest) throws(StoreError) -> Response {
        if let over = kioskVisit(visit).over() { return over }
        let form = visit.request.form() ?? Form(fields: [])
        let typed = form["identifier"]
        let isRenew = !form["renew"].isEmpty
        if form["action"] == "picture" { return home(visit, typed: typed, showsPicture: true, isRenew: isRenew) }
        let canonical: String
        switch IdentifierEntry(typed, scheme: election.access.scheme) {
        case .canonical(let text): canonical = text
        case .empty: return home(visit, status: 422, error: "identifierEmpty", isRenew: isRenew)
        case .malformed: return home(visit, status: 422, error: "identifierMalformed", typed: typed, isRenew: isRenew)
        case .mistyped: return home(visit, status: 422, error: "identifierMistyped", typed: typed, isRenew: isRenew)
        }
        let outcome = try begin(visit, form, canonical: canonical, renews: isRenew)
        switch outcome {
        case .over, .harder, .picture: return askedForMore(visit, outcome, form, isRenew: isRenew)
        case .asked(let token, _), .again(let token, _):
            return see(
                visit, election.access.codeChannel == .none ? "/passphrase" : "/code",
                cookies: [cookies.set(.pending, token)])
        }
    }
}
