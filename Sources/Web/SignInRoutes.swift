import Access
import Captcha
import Elections
import Passphrases
import Polling
import Store
import Templating

/// `/`, `/code`, `/passphrase`: from identifier to session.
enum SignInRoutes {
    static let table = [
        VoterSite.Route(method: .get, path: "/") { site, visit in
            .now(try site.unlessSignedIn(visit) { site.home(visit) })
        },
        VoterSite.Route(method: .get, path: "/renew") { site, visit in .now(site.home(visit, isRenew: true)) },
        VoterSite.Route(method: .post, path: "/") { site, visit in .now(try site.identify(visit)) },
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
        "ended": ("sessionEnded", true), "unsent": ("sessionUnsent", true), "exhausted": ("codeExhausted", true),
    ]
}

extension VoterSite {
    /// The token of the browser's sign-in under way.
    func pending(_ visit: Visit) -> String? { visit.request.cookie(cookies.name(.pending)) }

    /// Who is signed in has nothing to do on the pages of a sign-in, unless another one is under way or something is said there.
    func unlessSignedIn(_ visit: Visit, _ body: () throws -> Response) throws -> Response {
        guard pending(visit) == nil, visit.request.parameter("say") == nil,
            visit.request.cookie(cookies.name(.session)) != nil, try session(visit) != nil
        else { return try body() }
        return see(visit, "/space")
    }

    // MARK: Identifier

    func home(
        _ visit: Visit, status: Int = 200, error: String? = nil, typed: String = "", showsPicture: Bool = false,
        isRenew: Bool = false
    ) -> Response {
        let said =
            visit.request.method == .post ? nil : visit.request.parameter("say").flatMap { SignInRoutes.notes[$0] }
        let wantsPicture = showsPicture || visit.request.parameter("picture") != nil
        if error == nil, said == nil, typed.isEmpty, !wantsPicture, !isRenew { return usualHome(visit) }
        return page(
            .home, visit, status: status, title: isRenew ? "renewTitle" : "homeTitle",
            error: error ?? (said?.isError == true ? said?.key : nil),
            note: said?.isError == false ? said?.key : nil,
            [
                "typed": .text(typed),
                "work": .text(gate.challenge("signIn", source: visit.request.source, isHard: error == "workNeeded")),
                "isRenew": .flag(isRenew),
                "captcha": wantsPicture
                    ? picture(visit, "signIn", isQuiet: error == "workNeeded", isWrong: error == "captchaWrong")
                    : .nothing,
            ])
    }

    /// The home page as nearly everybody sees it.
    private func usualHome(_ visit: Visit) -> Response {
        var open: [String: TemplateValue] = [
            "form": .text(visit.form), "supportCode": .text(visit.supportCode),
            "work": .text(gate.challenge("signIn", source: visit.request.source)),
            "seal": poll.map { .text($0.fingerprint) } ?? .nothing, "restored": restored(visit.language),
        ]
        open.merge(words(visit.language).values) { $1 }
        trace(visit, step: PageSet.Page.home.rawValue, trouble: "")
        do throws(TemplateError) {
            let body = try pages.home(visit.language, isChosen: !visit.q.isEmpty, open)
            return page(visit, body)
        } catch { return failure(visit, error) }
    }

    /// The picture's part of a page.
    func picture(_ visit: Visit, _ form: String, isQuiet: Bool, isWrong: Bool) -> TemplateValue {
        .object([
            "token": .text(parts.captcha.challenge(form: form)), "quiet": .flag(isQuiet),
            "isWrong": .flag(isWrong),
        ])
    }

    /// Takes an identifier. What follows is the same for known and unknown ones: one row, one cookie, the next page.
    func identify(_ visit: Visit) throws(StoreError) -> Response {
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
        let verdict = gate.judge(
            form, name: "signIn", typed: typed, source: visit.request.source, mode: .adaptive)
        let outcome = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Entry in
            switch verdict {
            case .picture(let isWrong, let spend):
                _ = try gate.spend(transaction, spend)
                return .picture(isWrong: isWrong)
            case .pass(let spend, let proof):
                guard try gate.spend(transaction, spend) else { return .picture(isWrong: false) }
                let subject = parts.doorkeeper.subject(canonical)
                if proof < .hardWork, try parts.doorkeeper.isUnderAttack(transaction.reading, subject) {
                    return form["work"].isEmpty ? .picture(isWrong: false) : .harder
                }
                let asker = asker(visit, passedPicture: proof == .picture)
                return .asked(token: try parts.doorkeeper.ask(transaction, canonical: canonical, from: asker))
            }
        }
        switch outcome {
        case .harder:
            return home(
                visit, status: 422, error: "workNeeded", typed: typed, showsPicture: true, isRenew: isRenew)
        case .picture(let isWrong):
            // Work that was not hard enough is asked for again; without work, the picture.
            if !isWrong, !form["work"].isEmpty, form["challenge"].isEmpty {
                return home(
                    visit, status: 422, error: "workNeeded", typed: typed, showsPicture: true, isRenew: isRenew)
            }
            return home(
                visit, status: 422, error: isWrong ? "captchaWrong" : "captchaNeeded", typed: typed, showsPicture: true,
                isRenew: isRenew)
        case .asked(let token):
            return see(
                visit, election.access.codeChannel == .none ? "/passphrase" : "/code",
                cookies: [cookies.set(.pending, token)])
        }
    }

    private enum Entry {
        case asked(token: String)
        case harder
        case picture(isWrong: Bool)
    }

    // MARK: Code

    /// Where a request for a code comes from.
    private func asker(_ visit: Visit, passedPicture: Bool) -> CodeAsker {
        CodeAsker(network: SourceLimits.network(visit.request.source), passedPicture: passedPicture)
    }

    /// - Parameter showsPicture: whether the next message needs one; it stands there anyway where none was sent.
    func code(
        _ visit: Visit, status: Int = 200, error: String? = nil, more: String? = nil, note: String? = nil,
        showsPicture: Bool = false
    ) throws(StoreError) -> Response {
        guard let token = pending(visit) else { return see(visit, "/", "say=gone") }
        var isServed = true
        let request = try store.read { (reading: borrowing Reading) throws(StoreError) -> CodeRequest? in
            guard let request = try parts.doorkeeper.request(reading, token: token) else { return nil }
            isServed = try parts.doorkeeper.isServed(reading, request)
            return request
        }
        guard let request else { return see(visit, "/", "say=gone", cookies: [cookies.clear(.pending)]) }
        if request.state == .verified || election.access.codeChannel == .none { return see(visit, "/passphrase") }
        let said = visit.request.method == .post ? nil : visit.request.parameter("say")
        return page(
            .code, visit, status: status, title: "codeTitle", error: error, more: more,
            note: note ?? (said == "resent" ? "codeResent" : nil),
            [
                "label": .text(request.label), "isQuiet": .flag(request.isQuiet && isServed),
                "isEmpty": .flag(!isServed), "isReset": .flag(request.purpose == .reset),
                "captcha": request.isQuiet || showsPicture
                    ? picture(visit, "code", isQuiet: false, isWrong: error == "captchaWrong") : .nothing,
            ])
    }

    func takeCode(_ visit: Visit) throws(StoreError) -> Response {
        guard let token = pending(visit) else { return see(visit, "/", "say=gone") }
        let form = visit.request.form() ?? Form(fields: [])
        switch form["action"] {
        case "resend", "other": return try askAgain(visit, token, form)
        case "picture": return try code(visit, showsPicture: true)
        case "change", "cancel":
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try parts.doorkeeper.cancel(transaction, token: token)
            }
            return see(
                visit, "/", form["action"] == "cancel" ? "say=cancelled" : "", cookies: [cookies.clear(.pending)])
        default: return try check(visit, token, form["code"])
        }
    }

    private func askAgain(_ visit: Visit, _ token: String, _ form: Form) throws(StoreError) -> Response {
        let verdict = gate.judgePicture(form, name: "code")
        let again = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Doorkeeper.Again? in
            if let verdict, try !gate.admit(transaction, verdict) { return nil }
            return try parts.doorkeeper.askAgain(
                transaction, token: token, otherChannel: form["action"] == "other",
                from: asker(visit, passedPicture: verdict != nil))
        }
        switch again {
        case nil: return try code(visit, status: 422, error: "captchaWrong", showsPicture: true)
        case .asked: return see(visit, "/code", "say=resent")
        case .wait(let seconds): return try code(visit, status: 429, error: "codeResendWait", more: "\(seconds)")
        case .quiet:
            let error = verdict == nil ? "codePicture" : "codeNoMore"
            return try code(visit, status: 429, error: error, showsPicture: true)
        case .gone: return see(visit, "/", "say=gone", cookies: [cookies.clear(.pending)])
        }
    }

    private func check(_ visit: Visit, _ token: String, _ typed: String) throws(StoreError) -> Response {
        if typed.allSatisfy(\.isWhitespace) { return try code(visit, status: 422, error: "codeEmpty") }
        guard let read = parts.doorkeeper.readCode(typed) else {
            return try code(visit, status: 422, error: "codeMalformed")
        }
        let outcome = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.doorkeeper.check(transaction, token: token, read)
        }
        switch outcome {
        case .verified(let token): return see(visit, "/passphrase", cookies: [cookies.set(.pending, token)])
        case .wrong(let left):
            return try code(
                visit, status: 422, error: "codeWrong", more: "\(pages.text("codeLeft", visit.language)) \(left)")
        case .exhausted:
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try parts.doorkeeper.cancel(transaction, token: token)
            }
            return see(visit, "/", "say=exhausted", cookies: [cookies.clear(.pending)])
        case .gone: return see(visit, "/", "say=gone", cookies: [cookies.clear(.pending)])
        }
    }

    // MARK: Secret

    func secret(
        _ visit: Visit, status: Int = 200, error: String? = nil, more: String? = nil
    ) throws(StoreError) -> Response {
        guard let token = pending(visit) else { return see(visit, "/", "say=gone") }
        let step = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.desk.step(reading, token: token)
        }
        switch step {
        case .code: return see(visit, "/code")
        case .gone: return see(visit, "/", "say=gone", cookies: [cookies.clear(.pending)])
        case .challenge:
            return page(
                .challenge, visit, status: status, title: "challengeTitle", error: error, more: more,
                ["question": .text(election.access.challenge?[visit.language] ?? "")])
        case .enter: return page(.enter, visit, status: status, title: "enterTitle", error: error, more: more)
        case .choose(let isReset):
            return page(
                .choose, visit, status: status, title: "chooseTitle", error: error, more: more,
                ["isReset": .flag(isReset)])
        }
    }

    func takeSecret(_ visit: Visit) -> Reply {
        guard let token = pending(visit) else { return .now(see(visit, "/", "say=gone")) }
        let form = visit.request.form() ?? Form(fields: [])
        return later(visit) { [self] in
            switch form["action"] {
            case "answer":
                return try after(
                    visit, token, try parts.desk.answer(token: token, form["answer"]), wrong: "answerWrong")
            case "choose":
                let outcome = try parts.desk.choose(token: token, form["secret"], again: form["again"])
                var strength: String?
                if case .opened = outcome { strength = parts.desk.rules.strength(form["secret"]).rawValue }
                return try after(visit, token, outcome, wrong: "secretWrong", set: strength)
            default:
                if SecretText.normalised(form["secret"]).isEmpty {
                    return try secret(visit, status: 422, error: "secretEmpty")
                }
                return try after(visit, token, try parts.desk.enter(token: token, form["secret"]), wrong: "secretWrong")
            }
        }
    }

    private func after(
        _ visit: Visit, _ token: String, _ outcome: SignInDesk.Outcome, wrong: String, set strength: String? = nil
    ) throws(StoreError) -> Response {
        switch outcome {
        case .opened(let session):
            return see(
                visit, "/space", strength.map { "set=\($0)" } ?? "",
                cookies: [cookies.set(.session, session), cookies.clear(.pending)])
        case .next: return see(visit, "/passphrase")
        case .forgotten: return try forgot(visit)
        case .wrong: return try secret(visit, status: 422, error: wrong)
        case .wait(let seconds): return try secret(visit, status: 429, error: "secretWait", more: "\(seconds)")
        case .busy(let seconds): return busy(visit, seconds: seconds)
        case .refused(let faults):
            let (first, rest) = (faults.first, faults.dropFirst())
            return try secret(
                visit, status: 422, error: first.map(VoterSite.text),
                more: rest.map { pages.text(VoterSite.text($0), visit.language) }.joined(separator: " "))
        case .gone: return see(visit, "/", "say=gone", cookies: [cookies.clear(.pending)])
        }
    }

    /// The key of a fault's text: `tooShort` is `faultTooShort`.
    static func text(_ fault: PassphraseRules.Fault) -> String {
        "fault" + fault.rawValue.prefix(1).uppercased() + fault.rawValue.dropFirst()
    }

    // MARK: Forgotten

    func forgot(_ visit: Visit) throws(StoreError) -> Response {
        guard let token = pending(visit) else { return see(visit, "/", "say=gone") }
        switch try parts.desk.forgotten(token: token) {
        case .challenge: return see(visit, "/passphrase")
        case .codeSent: return see(visit, "/code")
        case .ready: return see(visit, "/passphrase")
        case .manager: return message(visit, 200, "resetManager")
        case .waits(let until):
            let time = LocalTime.phrase(until, zone: election.timeZone, visit.language)
            return message(
                visit, 200, "resetWait",
                lines: [
                    "\(pages.text("resetWaitUntil", visit.language)) \(time)",
                    pages.text("resetWaitReturn", visit.language),
                ])
        case .gone: return see(visit, "/", "say=gone", cookies: [cookies.clear(.pending)])
        }
    }
}
