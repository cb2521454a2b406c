import Authentication
import Captcha
import Elections
import HTTPServer
import Store
import WebContent

/// `/` where the policy has identifier and secret on one page: no code is sent.
struct OnePageSignIn: SitePages {
    let site: SiteContext

    /// The page that it stands on.
    private var signIn: SignInPages { SignInPages(site: site) }

    /// Takes identifier and secret of one page. Every answer but the session's is the same for known and unknown identifiers,
    /// and so is the time: the attempt is counted, then a hash is computed in any case.
    /// - Throws: an error of the store before the work was put off.
    func take(_ visit: VoterRequest) throws -> Reply {
        if let over = kioskVisit(visit).over() { return .now(over) }
        let form = visit.request.form() ?? Form(fields: [])
        let typed = form["identifier"]
        if form["action"] == "picture" { return .now(signIn.home(visit, typed: typed, showsPicture: true)) }
        // What somebody has left in the two fields opens nothing for whoever presses the button.
        if kioskVisit(visit).isCleared(form) { return .now(signIn.home(visit, status: 409, error: "kioskCleared")) }
        func refused(_ error: String) -> Reply { .now(signIn.home(visit, status: 422, error: error, typed: typed)) }
        let canonical: String
        switch IdentifierEntry(typed, scheme: election.access.scheme) {
        case .canonical(let text): canonical = text
        case .empty: return refused("identifierEmpty")
        case .malformed: return refused("identifierMalformed")
        case .mistyped: return refused("identifierMistyped")
        }
        if SecretText.normalised(form["secret"]).isEmpty { return refused("secretEmpty") }
        let begun = try signIn.begin(visit, form, canonical: canonical)
        let (token, hasWorked, isAgain): (String, Bool, Bool)
        switch begun {
        case .asked(let asked, let proof): (token, hasWorked, isAgain) = (asked, proof >= .hardWork, false)
        case .again(let asked, let proof): (token, hasWorked, isAgain) = (asked, proof >= .hardWork, true)
        case .over(let wasWrong): return .now(after(visit, wasWrong ? .wrong : .gone, form))
        case .harder, .picture: return .now(signIn.askedForMore(visit, begun, form))
        }
        return later(visit) { [self] in
            let outcome = try parts.desk.enter(token: token, form["secret"], on: visit.device, hasWorked: hasWorked)
            if case .opened(let session) = outcome {
                site.metrics.pass(.secret)
                return see(visit, "/space", cookies: [cookies.set(.session, session), cookies.clear(.pending)])
            }
            switch outcome {
            // The second press of what was wrong, and has ended.
            case .gone where isAgain && parts.desk.wasWrong(token: token, form["secret"]):
                return after(visit, .wrong, form)
            // What was not looked at may be by the second press.
            case .wait, .busy: break
            // Nothing of it stays behind: each attempt begins anew. What a first press began, the first ends.
            default:
                if isAgain { break }
                try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                    try parts.authenticator.cancel(transaction, token: token)
                }
            }
            return after(visit, outcome, form)
        }
    }

    /// The page after an attempt that opened no session: it says no more than that something was wrong.
    private func after(_ visit: VoterRequest, _ outcome: SignInFlow.Outcome, _ form: Form) -> Response {
        switch outcome {
        case .busy(let seconds): return busy(visit, seconds: seconds)
        // Others tried at the same moment: now this attempt costs work too.
        case .wait: return signIn.askedForMore(visit, form["work"].isEmpty ? .picture(isWrong: false) : .harder, form)
        case .gone: return signIn.home(visit, status: 422, error: "gone", typed: form["identifier"])
        case .wrong, .next, .forgotten, .refused, .opened:
            site.metrics.refuse(.secret)
            return signIn.home(visit, status: 422, error: "secretWrong", typed: form["identifier"])
        }
    }
}
