import Authentication
import Elections
import HTTPServer
import Store
import Templating
import WebContent

/// `/passphrase` and `/reset`: the secret that is chosen, asked for, or forgotten, and the question before it.
struct SecretPages: SitePages {
    let site: SiteContext

    /// From a code that was right to the session.
    static let table = [
        get("/passphrase") { pages, visit in
            .now(try pages.unlessSignedIn(visit) { try pages.secret(visit) })
        },
        post("/passphrase") { pages, visit in pages.takeSecret(visit) },
        post("/reset") { pages, visit in .now(try pages.forgot(visit)) },
    ]

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
                ].merging(SecretPages.typedTwice(typed, faults)) { $1 })
        }
    }

    /// Takes what that page's form gave; a hash is computed, so that the work goes to the pool.
    func takeSecret(_ visit: VoterRequest) -> Reply {
        guard let token = pending(visit) else { return .now(see(visit, "/", "say=gone")) }
        let form = visit.request.form() ?? Form(fields: [])
        return later(visit) { [self] in
            if let old = try CodePages(site: site).formOfBefore(visit, token, form) { return old }
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
            if strength == nil { site.metrics.pass(.secret) }
            return see(
                visit, "/space", strength.map { "set=\($0)" } ?? "",
                cookies: [cookies.set(.session, session), cookies.clear(.pending)])
        case .next: return see(visit, "/passphrase")
        case .forgotten: return try forgot(visit)
        case .wrong:
            site.metrics.refuse(.secret)
            return try secret(visit, status: 422, error: wrong)
        case .wait(let seconds): return try secret(visit, status: 429, error: "secretWait", more: "\(seconds)")
        case .busy(let seconds): return busy(visit, seconds: seconds)
        case .refused(let faults, let uncounted):
            return try secret(
                visit, status: 422, error: faults.first.map(SecretPages.text),
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
        var texts = faults.dropFirst().map { pages.text(SecretPages.text($0), visit.language) }
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
        if let old = try CodePages(site: site).formOfBefore(visit, token, visit.request.form() ?? Form(fields: [])) {
            return old
        }
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
