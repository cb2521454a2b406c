import Authentication
import Captcha
import Contacts
import Elections
import HTTPServer
import Store
import Templating
import WebContent

/// `/code`: the second step of a sign-in, and what is typed there.
struct CodePages: SitePages {
    let site: SiteContext

    /// Page and form.
    static let table = [
        get("/code") { pages, visit in .now(try pages.unlessSignedIn(visit) { try pages.code(visit) }) },
        post("/code") { pages, visit in .now(try pages.takeCode(visit)) },
    ]

    /// Where a request for a code comes from.
    /// - Parameter passedPicture: whether the form came with a picture's right answer.
    static func asker(_ visit: VoterRequest, passedPicture: Bool) -> CodeAsker {
        CodeAsker(network: RateLimiter.network(visit.request.source), passedPicture: passedPicture)
    }

    /// - Parameters:
    ///   - showsPicture: whether the next message needs one; it stands there anyway where none was sent.
    ///   - isLate: whether the code of the request is known to be over.
    func code(
        _ visit: VoterRequest, status: Int = 200, error: String? = nil, more: String? = nil, showsPicture: Bool = false,
        isLate: Bool = false
    ) throws(StoreError) -> Response {
        guard let token = pending(visit) else { return see(visit, "/", "say=gone") }
        var isServed = true
        let request = try store.read { (reading: borrowing Reading) throws(StoreError) -> CodeRequest? in
            guard let request = try parts.authenticator.request(reading, token: token) else { return nil }
            isServed = try parts.authenticator.limits.isServed(reading, request)
            return request
        }
        guard let request else { return see(visit, "/", "say=gone", cookies: [cookies.clear(.pending)]) }
        if request.state == .verified || election.access.codeChannel == .none { return see(visit, "/passphrase") }
        let said = visit.request.method == .post ? nil : visit.request.parameter("say")
        var head = PageHead(
            status: status, title: "codeTitle", error: error, more: more,
            note: said == "resent" ? "codeResent" : nil)
        head.waited = parts.clock.now - request.createdAt
        return page(
            .code, visit, head,
            [
                "username": .text(parts.authenticator.shownIdentifier(request)),
                "mark": .text(parts.authenticator.mark(request)),
                "until": isServed ? codeHours(visit, request, isLate: isLate) : .nothing,
                "isOver": .flag(isServed && hasOver(request, isLate: isLate)),
                "wait": .text("\(parts.authenticator.resendWait(request))"),
                "label": .text(request.label), "isQuiet": .flag(request.isQuiet && isServed),
                "isEmpty": .flag(!isServed), "isReset": .flag(request.purpose == .reset),
                "asked": RenewalPages(site: site).address(request),
                "captcha": request.isQuiet || showsPicture
                    ? gate.picture("code", isQuiet: false, isWrong: AbuseGuard.isOfPicture(error)) : .nothing,
            ])
    }

    /// Takes the page's form: a code, another message, a picture, or the end of this sign-in.
    func takeCode(_ visit: VoterRequest) throws(StoreError) -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        guard let token = pending(visit) else {
            // The second press of a button that ends it.
            if form["action"] == "change" { return see(visit, "/") }
            return see(visit, "/", form["action"] == "cancel" ? "say=cancelled" : "say=gone")
        }
        if let old = try formOfBefore(visit, token, form) { return old }
        switch form["action"] {
        case "resend", "other": return try askAgain(visit, token, form)
        case "picture": return try code(visit, showsPicture: true)
        case "change", "cancel":
            let renews = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                let renews = try parts.authenticator.request(transaction.reading, token: token)?.renews ?? false
                try parts.authenticator.cancel(transaction, token: token)
                return renews
            }
            if renews, form["action"] == "change" { return see(visit, "/renew", cookies: [cookies.clear(.pending)]) }
            return see(
                visit, "/", form["action"] == "cancel" ? "say=cancelled" : "", cookies: [cookies.clear(.pending)])
        default:
            if kioskVisit(visit).isCleared(form) { return try code(visit, status: 409, error: "kioskCleared") }
            return try check(visit, token, form["code"])
        }
    }

    /// Has a code sent once more, or by another way. What it says is the same for known and unknown identifiers.
    private func askAgain(_ visit: VoterRequest, _ token: String, _ form: Form) throws(StoreError) -> Response {
        // By letters alone nothing is sent: the code is the one that stands there.
        guard election.channels != [.letter] else { return see(visit, "/code", "say=resent") }
        let verdict = gate.judgePicture(form, name: "code")
        let otherChannel = form["action"] == "other" && election.access.offersOtherWay(election.channels)
        let again = try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Authenticator.Again? in
            if let verdict, try !gate.admit(transaction, verdict) { return nil }
            return try parts.authenticator.askAgain(
                transaction, token: token, otherChannel: otherChannel,
                from: CodePages.asker(visit, passedPicture: verdict != nil))
        }
        switch again {
        // The second of two presses, whose first has used the picture up.
        case nil where try isReplaced(token, form["mark"], isAtOnce: true): return see(visit, "/code", "say=resent")
        case nil: return try code(visit, status: 422, error: "captchaWrong", showsPicture: true)
        case .asked: return see(visit, "/code", "say=resent")
        // The second of two presses, from the page of before the first: its message is on its way.
        case .wait where try isReplaced(token, form["mark"]): return see(visit, "/code", "say=resent")
        case .wait(let seconds): return try code(visit, status: 429, error: "codeResendWait", more: "\(seconds)")
        case .quiet:
            let error = verdict == nil ? "codePicture" : "codeNoMore"
            return try code(visit, status: 429, error: error, showsPicture: true)
        case .gone: return see(visit, "/code")
        }
    }

    /// Whether a form is of a request that another has replaced since.
    /// - Parameter isAtOnce: whether it must have been a moment ago.
    private func isReplaced(_ token: String, _ mark: String, isAtOnce: Bool = false) throws(StoreError) -> Bool {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try FirstPress(parts.authenticator).isReplaced(reading, token: token, mark: mark, isAtOnce: isAtOnce)
        }
    }

    /// Whether a sign-in ended with the last wrong code that it had.
    private func wasExhausted(_ token: String) throws(StoreError) -> Bool {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try FirstPress(parts.authenticator).wasExhausted(reading, token: token)
        }
    }

    /// The start, after the last wrong code that a sign-in had.
    private func exhausted(_ visit: VoterRequest) -> Response {
        see(visit, "/", "say=exhausted", cookies: [cookies.clear(.pending)])
    }

    /// Compares a code; the attempt is counted before that.
    private func check(_ visit: VoterRequest, _ token: String, _ typed: String) throws(StoreError) -> Response {
        if typed.allSatisfy(\.isWhitespace) { return try code(visit, status: 422, error: "codeEmpty") }
        guard let read = parts.authenticator.readCode(typed) else {
            return try code(visit, status: 422, error: "codeMalformed")
        }
        let outcome = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let outcome = try parts.authenticator.check(transaction, token: token, read)
            return outcome == .gone ? try parts.authenticator.checkAgain(transaction, token: token, read) : outcome
        }
        switch outcome {
        case .verified(let token):
            site.metrics.pass(.code)
            let renews = try store.read { (reading: borrowing Reading) throws(StoreError) in
                try parts.authenticator.request(reading, token: token)?.renews ?? false
            }
            try kioskVisit(visit).hold(token)
            return see(visit, renews ? "/verified" : "/passphrase", cookies: [cookies.set(.pending, token)])
        case .wrong(let left):
            site.metrics.refuse(.code)
            return try code(
                visit, status: 422, error: "codeWrong", more: "\(pages.text("codeLeft", visit.language)) \(left)")
        case .late(let since):
            let hour = election.clockWords(since, visit.language)
            return try code(
                visit, status: 422, error: "codeLate", more: "\(pages.text("codeLateSince", visit.language)) \(hour)",
                isLate: true)
        case .older: return try code(visit, status: 422, error: "codeOlder")
        case .exhausted:
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try parts.authenticator.cancel(transaction, token: token)
            }
            return exhausted(visit)
        // The second press of the last wrong one.
        case .gone where try wasExhausted(token): return exhausted(visit)
        // Another tab has taken this code already: the page knows where this browser stands, and the cookie that the first answer
        // may have brought is left alone.
        case .gone: return see(visit, "/code")
        }
    }
}
