import Authentication
import Captcha
import Elections
import HTTPServer
import Store
import WebContent

/// How a sign-in begins: with the identifier alone, or with identifier and secret on one page.
extension VoterSite {
    /// What a first page's form came to.
    enum Begun {
        /// A sign-in is under way under this token.
        case asked(token: String, AbuseGuard.Proof)
        /// The sign-in that a first press began under this token is under way, or has just opened a session.
        case again(token: String, AbuseGuard.Proof)
        /// What a first press of one page began has just ended: its secret, which is typed again, was wrong, or it opened a session
        /// that is over.
        case over(wasWrong: Bool)
        /// Somebody guesses: harder work is asked for.
        case harder
        case picture(isWrong: Bool)
    }

    /// Begins a sign-in, the same for known and unknown identifiers: one row.
    /// - Parameters:
    ///   - canonical: the identifier in the form that is hashed.
    ///   - renews: whether the sign-in is the way to a new password.
    func begin(
        _ visit: VoterRequest, _ form: Form, canonical: String, renews: Bool = false
    ) throws(StoreError) -> Begun {
        let verdict = gate.judge(
            form, name: "signIn", typed: form["identifier"], source: visit.request.source, mode: .adaptive)
        // With what was solved: one press is one proof, which its first has spent.
        let proof = ["work", "number", "challenge", "answer", "renew"].map { form[$0] }.joined(separator: ",")
        let press = parts.authenticator.pressToken(canonical: canonical, browser: visit.browser, form: proof)
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Begun in
            // The second of two presses needs no further work or picture, and begins nothing; a secret that stands on the same page
            // is an attempt that is counted all the same.
            let pressed = try parts.authenticator.press(transaction.reading, token: press)
            if pressed == .again { return .again(token: press, verdict.proof) }
            // One that has opened a session meanwhile opens the same.
            if election.access.signIn == .onePage,
                try FirstPress(parts.authenticator).justOpened(transaction.reading, token: press) != nil
            {
                return .again(token: press, verdict.proof)
            }
            // What was looked at a moment ago is not looked at again. Without work or picture every page's form is the same.
            if election.access.signIn == .onePage, pressed == .ended, !(form["work"] + form["challenge"]).isEmpty,
                parts.desk.wasTyped(token: press, form["secret"])
            {
                return .over(wasWrong: parts.desk.wasWrong(token: press, form["secret"]))
            }
            switch verdict {
            case .picture(let isWrong, let spend):
                _ = try gate.spend(transaction, spend)
                return .picture(isWrong: isWrong)
            case .pass(let spend, let proof):
                guard try gate.spend(transaction, spend) else { return .picture(isWrong: false) }
                let subject = parts.authenticator.subject(canonical)
                if proof < .hardWork, try parts.authenticator.wantsHardWork(transaction.reading, subject) {
                    return form["work"].isEmpty ? .picture(isWrong: false) : .harder
                }
                let token = try parts.authenticator.ask(
                    transaction, canonical: canonical, from: asker(visit, passedPicture: proof == .picture),
                    renews: renews && election.access.secretRenew,
                    token: pressed == .first ? press : nil)
                return .asked(token: token, proof)
            }
        }
    }

    /// The first page again, with what it asks for beside the form.
    /// - Parameters:
    ///   - begun: which of them is asked for.
    ///   - form: what was sent; the identifier goes back into its field.
    func askedForMore(_ visit: VoterRequest, _ begun: Begun, _ form: Form, isRenew: Bool = false) -> Response {
        var error = "workNeeded"
        if case .picture(let isWrong) = begun {
            // Work that was not hard enough is asked for again; without work, the picture.
            let hasWorked = !form["work"].isEmpty && form["challenge"].isEmpty
            if isWrong || !hasWorked { error = isWrong ? "captchaWrong" : "captchaNeeded" }
        }
        return home(
            visit, status: 422, error: error, typed: form["identifier"], showsPicture: true, isRenew: isRenew)
    }

    /// Takes identifier and secret of one page. Every answer but the session's is the same for known and unknown identifiers,
    /// and so is the time: the attempt is counted, then a hash is computed in any case.
    /// - Throws: an error of the store before the work was put off.
    func takeBoth(_ visit: VoterRequest) throws -> Reply {
        if let over = kioskOver(visit) { return .now(over) }
        let form = visit.request.form() ?? Form(fields: [])
        let typed = form["identifier"]
        if form["action"] == "picture" { return .now(home(visit, typed: typed, showsPicture: true)) }
        // What somebody has left in the two fields opens nothing for whoever presses the button.
        if kioskVisit(visit).isCleared(form) { return .now(home(visit, status: 409, error: "kioskCleared")) }
        func refused(_ error: String) -> Reply { .now(home(visit, status: 422, error: error, typed: typed)) }
        let canonical: String
        switch IdentifierEntry(typed, scheme: election.access.scheme) {
        case .canonical(let text): canonical = text
        case .empty: return refused("identifierEmpty")
        case .malformed: return refused("identifierMalformed")
        case .mistyped: return refused("identifierMistyped")
        }
        if SecretText.normalised(form["secret"]).isEmpty { return refused("secretEmpty") }
        let begun = try begin(visit, form, canonical: canonical)
        let (token, hasWorked, isAgain): (String, Bool, Bool)
        switch begun {
        case .asked(let asked, let proof): (token, hasWorked, isAgain) = (asked, proof >= .hardWork, false)
        case .again(let asked, let proof): (token, hasWorked, isAgain) = (asked, proof >= .hardWork, true)
        case .over(let wasWrong): return .now(afterBoth(visit, wasWrong ? .wrong : .gone, form))
        case .harder, .picture: return .now(askedForMore(visit, begun, form))
        }
        return later(visit) { [self] in
            let outcome = try parts.desk.enter(token: token, form["secret"], on: visit.device, hasWorked: hasWorked)
            if case .opened(let session) = outcome {
                metrics.pass(.secret)
                return see(visit, "/space", cookies: [cookies.set(.session, session), cookies.clear(.pending)])
            }
            switch outcome {
            // The second press of what was wrong, and has ended.
            case .gone where isAgain && parts.desk.wasWrong(token: token, form["secret"]):
                return afterBoth(visit, .wrong, form)
            // What was not looked at may be by the second press.
            case .wait, .busy: break
            // Nothing of it stays behind: each attempt begins anew. What a first press began, the first ends.
            default:
                if isAgain { break }
                try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                    try parts.authenticator.cancel(transaction, token: token)
                }
            }
            return afterBoth(visit, outcome, form)
        }
    }

    /// The page after an attempt that opened no session: it says no more than that something was wrong.
    private func afterBoth(_ visit: VoterRequest, _ outcome: SignInFlow.Outcome, _ form: Form) -> Response {
        switch outcome {
        case .busy(let seconds): return busy(visit, seconds: seconds)
        // Others tried at the same moment: now this attempt costs work too.
        case .wait: return askedForMore(visit, form["work"].isEmpty ? .picture(isWrong: false) : .harder, form)
        case .gone: return home(visit, status: 422, error: "gone", typed: form["identifier"])
        case .wrong, .next, .forgotten, .refused, .opened:
            metrics.refuse(.secret)
            return home(visit, status: 422, error: "secretWrong", typed: form["identifier"])
        }
    }
}
