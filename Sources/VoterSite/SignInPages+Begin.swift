import Authentication
import Captcha
import Elections
import HTTPServer
import Store
import WebContent

/// How a sign-in begins: with the identifier alone, or with identifier and secret on one page.
extension SignInPages {
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
                if proof < .hardWork, try parts.authenticator.limits.wantsHardWork(transaction.reading, subject) {
                    return form["work"].isEmpty ? .picture(isWrong: false) : .harder
                }
                let token = try parts.authenticator.ask(
                    transaction, canonical: canonical, from: CodePages.asker(visit, passedPicture: proof == .picture),
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
}
