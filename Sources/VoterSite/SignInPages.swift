import Authentication
import Captcha
import Elections
import HTTPServer
import Polling
import Store
import Templating
import WebContent

/// `/`, `/code`, `/passphrase`: from identifier to session.
/// Where the policy has identifier and secret on one page, the first form is answered by `takeBoth`, and there is no
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
enum SignInRoutes {
    /// Everything before a session, and the way to a new secret.
    static let table = [
        VoterSite.Route(method: .get, path: "/") { site, visit in
            .now(try site.kioskVisit(visit).restart() ?? site.unlessSignedIn(visit) { site.home(visit) })
        },
        VoterSite.Route(method: .get, path: "/renew") { site, visit in .now(site.renewal(visit)) },
        VoterSite.Route(method: .get, path: "/verified") { site, visit in .now(try site.verified(visit)) },
        VoterSite.Route(method: .post, path: "/") { site, visit in
            try site.kioskVisit(visit).takeOver()
            return site.election.access.signIn == .onePage ? try site.takeBoth(visit) : .now(try site.identify(visit))
        },
        VoterSite.Route(method: .get, path: "/code") { site, visit in
            .now(try site.unlessSignedIn(visit) { try site.code(visit) })
        },
        VoterSite.Route(method: .post, path: "/code") { site, visit in .now(try site.takeCode(visit)) },
        VoterSite.Route(method: .get, path: "/passphrase") { site, visit in
            .now(try site.unlessSignedIn(visit) { try site.secret(visit) })
        },
        VoterSite.Route(method: .post, path: "/passphrase") { site, visit in site.takeSecret(visit) },
        VoterSite.Route(method: .post, path: "/reset") { site, visit in .now(try site.forgot(visit)) },
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
}

extension VoterSite {
    /// The token of the browser's sign-in under way.
    /// - Returns: the cookie's value; whether it holds, the doorkeeper says.
    func pending(_ visit: VoterRequest) -> String? { visit.request.cookie(cookies.name(.pending)) }

    /// Who is signed in has nothing to do on the pages of a sign-in, whatever would be said there, unless another one is under
    /// way.
    /// - Parameter body: makes the page for everybody else.
    func unlessSignedIn(_ visit: VoterRequest, _ body: () throws -> Response) throws -> Response {
        let said = visit.request.parameter("say")
        guard pending(visit) == nil, !kioskVisit(visit).isLeaving, said != "other", said != "otherUnsent",
            visit.request.cookie(cookies.name(.session)) != nil, try session(visit) != nil
        else { return try body() }
        return see(visit, "/space")
    }

    // MARK: Identifier

    /// The first page.
    /// - Parameters:
    ///   - error: the key of the fault's text.
    ///   - typed: what was typed as identifier.
    ///   - isRenew: whether it speaks of a new password.
    func home(
        _ visit: VoterRequest, status: Int = 200, error: String? = nil, typed: String = "", showsPicture: Bool = false,
        isRenew: Bool = false
    ) -> Response {
        if let over = kioskOver(visit) { return over }
        let said =
            visit.request.method == .post ? nil : visit.request.parameter("say").flatMap { SignInRoutes.notes[$0] }
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
                    ? picture(visit, "signIn", isQuiet: error == "workNeeded", isWrong: isOfPicture(error))
                    : .nothing,
            ])
    }

    /// Whether an error is about the picture's answer, given or missing.
    func isOfPicture(_ error: String?) -> Bool {
        ["captchaWrong", "captchaNeeded", "codePicture", "codeNoMore"].contains(error)
    }

    /// The home page as nearly everybody sees it.
    private func usualHome(_ visit: VoterRequest) -> Response {
        var standing = words(visit.language).values
        standing["seal"] = poll.map { .text($0.fingerprint) } ?? .nothing
        standing["restored"] = restored(visit.language)
        let own: [String: TemplateValue] = [
            "form": .text(visit.form), "supportCode": .text(visit.supportCode),
            "work": .text(gate.challenge("signIn", source: visit.request.source)),
        ]
        trace(visit, step: PageSet.Page.home.rawValue, trouble: "")
        do throws(TemplateError) {
            let body = try pages.home(visit.language, isChosen: !visit.q.isEmpty, standing: standing, own: own)
            return page(visit, .home, body)
        } catch { return failure(visit, error) }
    }

    /// The picture's part of a page.
    /// - Parameters:
    ///   - form: the name of the form that the challenge is bound to.
    ///   - isQuiet: whether it is there only for those without JavaScript.
    func picture(_ visit: VoterRequest, _ form: String, isQuiet: Bool, isWrong: Bool) -> TemplateValue {
        .object([
            "token": .text(parts.captcha.challenge(form: form)), "quiet": .flag(isQuiet),
            "isWrong": .flag(isWrong),
        ])
    }

    /// Takes an identifier. What follows is the same for known and unknown ones: one row, one cookie, the next page.
    /// - Throws: an error of the store.
    func identify(_ visit: VoterRequest) throws(StoreError) -> Response {
        if let over = kioskOver(visit) { return over }
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

    // MARK: Secret

    /// The page of the step that comes next: question, secret, or choice.
    func secret(
        _ visit: VoterRequest, status: Int = 200, error: String? = nil, more: String? = nil,
        faults: [PassphraseRules.Fault] = [], typed: Form = Form(fields: [])
    ) throws(StoreError) -> Response {
        guard let token = pending(visit) else { return see(visit, "/", "say=gone") }
        try kioskVisit(visit).hold(token)
        let (step, username, mark) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (SignInFlow.Step, String, String) in
            let request = try parts.authenticator.request(reading, token: token)
            return (
                try parts.desk.step(reading, token: token),
                request.map { parts.authenticator.shownIdentifier($0) } ?? "",
                request.map { parts.authenticator.mark($0) } ?? ""
            )
        }
        switch step {
        case .code: return see(visit, "/code")
        case .gone: return see(visit, "/", "say=gone", cookies: [cookies.clear(.pending)])
        case .challenge:
            return page(
                .challenge, visit, PageHead(status: status, title: "challengeTitle", error: error, more: more),
                ["question": .text(election.access.challenge?[visit.language] ?? ""), "mark": .text(mark)])
        case .renew: return see(visit, "/verified")
        case .enter:
            return page(
                .enter, visit, PageHead(status: status, title: "enterTitle", error: error, more: more),
                ["username": .text(username), "mark": .text(mark)])
        case .choose(let isReset):
            return page(
                .choose, visit, PageHead(status: status, title: "chooseTitle", error: error, more: more),
                [
                    "isReset": .flag(isReset), "username": .text(username), "mark": .text(mark),
                ].merging(VoterSite.typedTwice(typed, faults)) { $1 })
        }
    }

    /// Takes what that page's form gave; a hash is computed, so that the work goes to the pool.
    func takeSecret(_ visit: VoterRequest) -> Reply {
        guard let token = pending(visit) else { return .now(see(visit, "/", "say=gone")) }
        let form = visit.request.form() ?? Form(fields: [])
        return later(visit) { [self] in
            if let old = try formOfBefore(visit, token, form) { return old }
            switch form["action"] {
            case "answer":
                if SecretText.normalised(form["answer"]).isEmpty {
                    return try secret(visit, status: 422, error: "answerEmpty")
                }
                return try after(
                    visit, token, try parts.desk.answer(token: token, form["answer"]), wrong: "answerWrong", typed: form
                )
            case "choose":
                let outcome = try parts.desk.choose(
                    token: token, form["secret"], again: form["again"], on: visit.device)
                var strength: String?
                if case .opened = outcome { strength = parts.desk.rules.strength(form["secret"]).rawValue }
                return try after(visit, token, outcome, wrong: "secretWrong", set: strength, typed: form)
            default:
                if SecretText.normalised(form["secret"]).isEmpty {
                    return try secret(visit, status: 422, error: "secretEmpty")
                }
                let outcome = try parts.desk.enter(token: token, form["secret"], on: visit.device)
                return try after(visit, token, outcome, wrong: "secretWrong", typed: form)
            }
        }
    }

    /// Whether a sign-in under way stands at another step than the one whose form was sent.
    private func hasGoneOn(_ token: String, _ action: String) throws(StoreError) -> Bool {
        let step = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.desk.step(reading, token: token)
        }
        return switch step {
        case .gone: false
        case .challenge: action != "answer"
        case .choose: action != "choose"
        case .enter: ["answer", "choose"].contains(action)
        case .renew: true
        // No secret was asked for yet.
        case .code: false
        }
    }

    /// Whether a sign-in under way still waits for its code.
    private func isBeforeCode(_ token: String) throws(StoreError) -> Bool {
        let step = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.desk.step(reading, token: token)
        }
        if case .code = step { return true }
        return false
    }

    /// The page after a step.
    /// - Parameters:
    ///   - wrong: the key of the fault's text where the answer was wrong.
    ///   - strength: of a secret that was chosen just now.
    private func after(
        _ visit: VoterRequest, _ token: String, _ outcome: SignInFlow.Outcome, wrong: String,
        set strength: String? = nil,
        typed: Form = Form(fields: [])
    ) throws(StoreError) -> Response {
        switch outcome {
        case .opened(let session):
            // One that was chosen just now was compared with nothing.
            if strength == nil { metrics.pass(.secret) }
            return see(
                visit, "/space", strength.map { "set=\($0)" } ?? "",
                cookies: [cookies.set(.session, session), cookies.clear(.pending)])
        case .next: return see(visit, "/passphrase")
        case .forgotten: return try forgot(visit)
        case .wrong:
            metrics.refuse(.secret)
            return try secret(visit, status: 422, error: wrong)
        case .wait(let seconds): return try secret(visit, status: 429, error: "secretWait", more: "\(seconds)")
        case .busy(let seconds): return busy(visit, seconds: seconds)
        case .refused(let faults, let uncounted):
            return try secret(
                visit, status: 422, error: faults.first.map(VoterSite.text),
                more: reasons(visit, faults, uncounted), faults: faults, typed: typed)
        // Of a second press too, whose first answer has come: whoever is signed in by now is led from the start to their space,
        // and a sign-in that goes on to where it stands.
        case .gone where try hasGoneOn(token, typed["action"]): return see(visit, "/passphrase")
        case .gone where try isBeforeCode(token): return see(visit, "/code")
        case .gone: return see(visit, "/", "say=gone", cookies: [cookies.clear(.pending)])
        }
    }

    /// What is to be said beside the first fault of a chosen secret.
    /// - Parameters:
    ///   - faults: the first of which is the page's error.
    ///   - uncounted: words of the secret that do not count, since everybody uses them or they are the voter's own.
    func reasons(_ visit: VoterRequest, _ faults: [PassphraseRules.Fault], _ uncounted: [String]) -> String {
        var texts = faults.dropFirst().map { pages.text(VoterSite.text($0), visit.language) }
        if !uncounted.isEmpty, faults.contains(.common) || faults.contains(.personal) {
            texts.append(
                pages.text("faultWords", visit.language) + " " + uncounted.joined(separator: ", ") + ".")
        }
        return texts.joined(separator: " ")
    }

    /// A new secret as it was typed: a fault in it empties neither field. It goes back into the page that sent it, which is
    /// stored nowhere.
    /// - Parameter faults: decide which of the two fields is marked.
    static func typedTwice(_ form: Form, _ faults: [PassphraseRules.Fault]) -> [String: TemplateValue] {
        let ofAgain: [PassphraseRules.Fault] = [.different, .againEmpty]
        return [
            "typed": .object(["secret": .text(form["secret"]), "again": .text(form["again"])]),
            "isBadFirst": .flag(!faults.allSatisfy(ofAgain.contains)),
            "isBadAgain": .flag(!faults.allSatisfy { !ofAgain.contains($0) }),
        ]
    }

    /// The key of a fault's text: `tooShort` is `faultTooShort`.
    static func text(_ fault: PassphraseRules.Fault) -> String {
        "fault" + fault.rawValue.prefix(1).uppercased() + fault.rawValue.dropFirst()
    }

    // MARK: Forgotten

    /// What becomes of somebody who forgot their secret: `secret.reset` says it.
    func forgot(_ visit: VoterRequest) throws(StoreError) -> Response {
        guard let token = pending(visit) else { return see(visit, "/", "say=gone") }
        if let old = try formOfBefore(visit, token, visit.request.form() ?? Form(fields: [])) { return old }
        switch try parts.desk.forgotten(token: token) {
        case .challenge: return see(visit, "/passphrase")
        case .codeSent: return see(visit, "/code")
        case .ready: return see(visit, "/passphrase")
        case .manager: return message(visit, 200, "resetManager")
        case .waits(let until):
            let time =
                LocalTime.phrase(until, zone: election.timeZone, visit.language)
                + " (\(election.zoneWords([until], visit.language)))"
            return message(
                visit, 200, "resetWait",
                lines: [
                    "\(pages.text("resetWaitUntil", visit.language)) \(time)",
                    pages.text("resetWaitReturn", visit.language),
                ])
        case .gone: return see(visit, "/code")
        }
    }
}
