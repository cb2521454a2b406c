import Authentication
import Crypto
import Delivery
import Elections
import HTTPServer
import Staff
import Store
import Typesetting
import WebContent

/// `/manager/sign-in`, `code`, `passphrase`, `factor`: from identifier to a confirmed session.
///
///     browser                      ConsoleSite                            Authentication, Staff
///       │ identifier ───────────────> │ limit by address; one row ─────────> │ Doorkeeper.ask
///       │ <─ code, "staffPending" ─── │              (a worker sends the code by mail)
///       │ code ─────────────────────> │ counted, compared, consumed ───────> │ Doorkeeper.check
///       │ passphrase ───────────────> │ hashed ────────────────────────────> │ SignInDesk.enter or choose
///       │ <─ factor, "staffSession" ─ │  (nothing is shown yet)              │
///       │ authenticator's code ─────> │ counted, compared, once ───────────> │ SecondFactor.confirm or enrol
///       │ <─ /manager ─────────────── │  the session's `confirmedAt` is set  │
struct StaffSignIn: ConsoleTask {
    /// Whose pages they are.
    let site: ConsoleSite
    var context: ConsoleContext { site.context }

    /// Below `/manager/`.
    static let paths = ["sign-in", "code", "passphrase", "factor", "sign-out", "extend", AccountSecret.path]

    /// The path where it is one of these, for the log; nil else.
    static func name(_ path: String) -> String? { paths.contains(path) ? path : nil }

    /// Whether a path is one of the steps before there is a session.
    static func begins(_ path: String) -> Bool { ["sign-in", "code", "passphrase"].contains(path) }

    /// Sign-ins begun from one address in ten minutes: an office behind one address has a handful of staff.
    static let mostFromOne = 60

    /// Requests from one address in ten minutes by whoever is not signed in: ten for each of those sign-ins.
    static let mostByStrangers = 10 * mostFromOne

    /// Answers the pages of signing in and out; nil for every other path.
    /// - Parameter path: below `/manager/`.
    func answer(_ visitor: ConsoleSite.Visitor, _ path: String, _ form: Form?) throws -> Response? {
        let isPost = visitor.request.method == .post
        switch path {
        case "sign-in": return try isPost ? identify(visitor, form) : identifier(visitor)
        case "code": return try isPost ? takeCode(visitor, form) : code(visitor)
        case "passphrase": return try isPost ? takeSecret(visitor, form) : secret(visitor)
        case "factor": return try isPost ? takeFactor(visitor, form) : askFactor(visitor)
        case "sign-out" where isPost:
            if let session = visitor.session {
                try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                    try parts.door.end(transaction, session)
                }
            }
            return going("sign-in?say=signedOut", [site.cookies.clear(.staffSession)])
        case "extend" where isPost:
            // A script is told for how many seconds, a form leads back.
            guard visitor.request.header("accept") == "text/plain" else { return .see("/manager") }
            guard let session = visitor.session, session.confirmedAt != nil else { return .text(401, "ended\n") }
            // One that only looks, since another tab may have kept the session open, learns how long it lasts as it is.
            if !(form?["look"] ?? "").isEmpty {
                return .text(200, "\(min(session.idleUntil, session.endsAt) - parts.clock.now)\n")
            }
            try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
                try parts.door.note(transaction, session)
            }
            return .text(200, "\(min(Doorkeeper.idleSeconds, session.endsAt - parts.clock.now))\n")
        default: return nil
        }
    }

    /// Sends the browser on below `/manager/`.
    private func going(_ path: String, _ set: [String] = []) -> Response {
        var response = Response.see("/manager/" + path)
        for cookie in set { response.headers.append(("Set-Cookie", cookie)) }
        return response
    }

    /// The token of the browser's sign-in under way.
    private func pending(_ visitor: ConsoleSite.Visitor) -> String? { visitor.request.cookie(site.cookies.name(.staffPending)) }

    /// A page with one question.
    /// - Parameters:
    ///   - name: the beginning of the keys of its texts.
    ///   - path: where it is sent, below `/manager/`.
    ///   - error: said above the form; every field is marked then.
    ///   - before: blocks above the form.
    ///   - after: blocks below it.
    ///   - mark: of the sign-in under way, carried along; see `markField`.
    func question(
        _ visitor: ConsoleSite.Visitor, _ name: String, path: String, fields: [(name: String, input: FormBlock.Input)],
        status: Int = 200, error: String? = nil, before: [Block] = [], after: [Block] = [],
        mark: String? = nil
    ) throws -> Response {
        let language = visitor.language
        let form = FormBlock(
            path: "/manager/" + path,
            fields: (mark.map { [markField($0)] } ?? [])
                + fields.map { field in
                    let hint = "\(name).\(field.name).hint"
                    return FormBlock.Field(
                        name: field.name, label: text("\(name).\(field.name)", language),
                        hint: pages.has(hint) ? text(hint, language) : "", input: field.input,
                        fault: error == nil ? nil : "")
                }, button: text("\(name).do", language))
        return try site.show(
            visitor,
            Screen(title: text("\(name).title", language), blocks: before + [.form(form)] + after, data: .none),
            path: path, status: status, error: error)
    }

    /// What the forms of a sign-in carry, so that one of another sign-in in the same browser is known.
    private func markField(_ mark: String) -> FormBlock.Field {
        FormBlock.Field(name: "mark", label: "", input: .hidden, value: mark, isRequired: false)
    }

    // MARK: Identifier

    /// The first page, with a word of what happened before.
    private func identifier(_ visitor: ConsoleSite.Visitor, status: Int = 200, error: String? = nil) throws -> Response {
        // Of a second press: whoever is signed in by then is not told that nothing came of it.
        if visitor.request.parameter("say") == "gone", pending(visitor) == nil, visitor.session != nil {
            return .see("/manager")
        }
        let said = visitor.request.parameter("say").flatMap {
            pages.has("say.\($0)") ? text("say.\($0)", visitor.language) : nil
        }
        return try question(
            visitor, "signIn", path: "sign-in", fields: [("identifier", .code)], status: status, error: error,
            before: said.map { [.notice($0, isBad: false)] } ?? [])
    }

    /// What follows is the same for known and unknown identifiers.
    /// - Throws: an error of the store.
    private func identify(_ visitor: ConsoleSite.Visitor, _ form: Form?) throws -> Response {
        let language = visitor.language
        if site.limits.count("console", from: visitor.request.source) > StaffSignIn.mostFromOne {
            return site.waiting(
                try identifier(visitor, status: 429, error: text("signIn.tooMany", language)), RateLimiter.window)
        }
        guard case .canonical(let canonical) = IdentifierEntry(form?["identifier"] ?? "", scheme: .random) else {
            return try identifier(visitor, status: 422, error: text("signIn.malformed", language))
        }
        let token = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.door.ask(transaction, canonical: canonical, from: asker(visitor))
        }
        return going("code", [site.cookies.set(.staffPending, token)])
    }

    // MARK: Code

    /// The page on which the code is typed.
    func code(_ visitor: ConsoleSite.Visitor, status: Int = 200, error: String? = nil) throws -> Response {
        let language = visitor.language
        guard let token = pending(visitor),
            let request = try store.read({ (reading: borrowing Reading) throws(StoreError) in
                try parts.door.request(reading, token: token)
            })
        else { return going("sign-in?say=gone") }
        if request.state == .verified { return going("passphrase") }
        let mark = parts.door.mark(request)
        let again = FormBlock(
            path: "/manager/code",
            fields: [
                markField(mark), .init(name: "action", label: "", input: .hidden, value: "resend", isRequired: false),
            ],
            button: text("code.resend", language), isSecond: true)
        let cancel = FormBlock(
            path: "/manager/code",
            fields: [
                markField(mark), .init(name: "action", label: "", input: .hidden, value: "cancel", isRequired: false),
            ],
            button: text("code.cancel", language), isSecond: true)
        let isQuiet = request.isQuiet
        return try question(
            visitor, "code", path: "code", fields: [("code", .code)], status: status, error: error,
            before: [
                .text(text(isQuiet ? "code.quiet" : "code.sent", language)),
                .facts([(text("code.label", language), request.label)]),
            ], after: [.form(again), .form(cancel)], mark: mark)
    }

    /// Takes a code, or asks for another, or ends the sign-in.
    private func takeCode(_ visitor: ConsoleSite.Visitor, _ form: Form?) throws -> Response {
        let language = visitor.language
        guard let token = pending(visitor) else { return going("sign-in?say=gone") }
        if try isOfBefore(token, form) { return try answerOfBefore(visitor, token) }
        switch form?["action"] {
        case "resend":
            let again = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try parts.door.askAgain(
                    transaction, token: token, otherChannel: false, from: asker(visitor))
            }
            switch again {
            case .asked: return going("code")
            case .wait(let seconds):
                return site.waiting(
                    try code(visitor, status: 429, error: text("code.wait", language) + " \(seconds) s"), seconds)
            case .quiet: return try code(visitor, status: 429, error: text("code.quiet", language))
            case .gone: return going("sign-in?say=gone")
            }
        case "cancel":
            try cancel(token)
            return going("sign-in", [site.cookies.clear(.staffPending)])
        default: break
        }
        guard let read = parts.door.readCode(form?["code"] ?? "") else {
            return try code(visitor, status: 422, error: text("code.malformed", language))
        }
        let outcome = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.door.check(transaction, token: token, read)
        }
        switch outcome {
        case .verified(let token): return going("passphrase", [site.cookies.set(.staffPending, token)])
        case .wrong(let left):
            site.metrics.refuse(.code)
            return try code(visitor, status: 422, error: text("code.wrong", language) + " \(left)")
        case .late: return try code(visitor, status: 422, error: text("code.late", language))
        case .older: return try code(visitor, status: 422, error: text("code.older", language))
        case .exhausted:
            try cancel(token)
            return going("sign-in?say=exhausted", [site.cookies.clear(.staffPending)])
        case .gone: return going("sign-in?say=gone", [site.cookies.clear(.staffPending)])
        }
    }

    /// Where a request for a code comes from.
    private func asker(_ visitor: ConsoleSite.Visitor) -> CodeAsker {
        CodeAsker(network: RateLimiter.network(visitor.request.source))
    }

    /// Ends the sign-in under way.
    private func cancel(_ token: String) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.door.cancel(transaction, token: token)
        }
    }

    // MARK: Passphrase

    /// The page on which the passphrase is typed, or chosen the first time.
    func secret(_ visitor: ConsoleSite.Visitor, status: Int = 200, error: String? = nil) throws -> Response {
        guard let token = pending(visitor) else { return going("sign-in?say=gone") }
        let (step, mark) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (SignInDesk.Step, String?) in
            let request = try parts.door.request(reading, token: token)
            return (try parts.signIn.step(reading, token: token), request.map { parts.door.mark($0) })
        }
        switch step {
        case .code: return going("code")
        case .enter:
            return try question(
                visitor, "enter", path: "passphrase", fields: [("secret", .secret)], status: status, error: error,
                after: [.hint(text("enter.lost", visitor.language))], mark: mark)
        case .choose:
            return try question(
                visitor, "choose", path: "passphrase", fields: [("secret", .secret), ("again", .secret)],
                status: status,
                error: error, mark: mark)
        // Staff renew nothing by this way.
        case .challenge, .renew, .gone: return going("sign-in?say=gone", [site.cookies.clear(.staffPending)])
        }
    }

    /// Takes the passphrase; a hash is computed.
    private func takeSecret(_ visitor: ConsoleSite.Visitor, _ form: Form?) throws -> Response {
        let language = visitor.language
        guard let token = pending(visitor) else { return going("sign-in?say=gone") }
        if try isOfBefore(token, form) { return try answerOfBefore(visitor, token) }
        let typed = form?["secret"] ?? ""
        let step = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.signIn.step(reading, token: token)
        }
        let outcome: SignInDesk.Outcome
        if case .choose = step {
            outcome = try parts.signIn.choose(token: token, typed, again: form?["again"] ?? "")
        } else {
            outcome = try parts.signIn.enter(token: token, typed)
        }
        switch outcome {
        case .opened(let session):
            return going("factor", [site.cookies.set(.staffSession, session), site.cookies.clear(.staffPending)])
        case .wrong:
            site.metrics.refuse(.secret)
            return try secret(visitor, status: 422, error: text("enter.wrong", language))
        case .wait(let seconds):
            return site.waiting(
                try secret(visitor, status: 429, error: text("enter.wait", language) + " \(seconds) s"), seconds)
        case .busy(let seconds):
            return site.waiting(
                try secret(visitor, status: 503, error: text("enter.busy", language) + " \(seconds) s"), seconds)
        case .refused(let faults, _): return try secret(visitor, status: 422, error: words(faults, language))
        case .next, .forgotten: return going("passphrase")
        case .gone: return going("sign-in?say=gone", [site.cookies.clear(.staffPending)])
        }
    }

    /// What is wrong with a chosen passphrase.
    /// - Parameter faults: all of them are said.
    func words(_ faults: [PassphraseRules.Fault], _ language: Language) -> String {
        faults.map { text("secret.\($0.rawValue)", language) }.joined(separator: " ")
    }

    // MARK: Pages of another sign-in

    /// Whether a form is one of a sign-in that is not under way any more, or has gone on. Nothing of it is compared or counted.
    func isOfBefore(_ token: String, _ form: Form?) throws(StoreError) -> Bool {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            guard try parts.door.request(reading, token: token) != nil else { return false }
            return try !parts.door.isCurrent(reading, token: token, mark: form?["mark"] ?? "")
        }
    }

    /// The page at which the sign-in under way stands, for a form of another one.
    func answerOfBefore(_ visitor: ConsoleSite.Visitor, _ token: String) throws -> Response {
        let isVerified = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.door.request(reading, token: token)?.state == .verified
        }
        let error = text("signIn.old", visitor.language)
        return try isVerified
            ? secret(visitor, status: 409, error: error) : code(visitor, status: 409, error: error)
    }

    // MARK: Authenticator

    /// Asks for the authenticator's code, or shows a new secret for it where the member has none yet.
    private func askFactor(_ visitor: ConsoleSite.Visitor, status: Int = 200, error: String? = nil) throws -> Response {
        let language = visitor.language
        guard let session = visitor.session, let member = visitor.member else { return going("sign-in?say=ended") }
        if session.confirmedAt != nil { return .see("/manager") }
        guard !member.hasFactor else {
            return try question(
                visitor, "factor", path: "factor", fields: [("code", .code)], status: status, error: error,
                after: [.hint(text("factor.lost", language))])
        }
        let secret = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try factor.begin(transaction, member)
        }
        guard let secret else { return going("factor") }
        let account = TimeCode.address(secret, issuer: "Isoloir \(election.id)", account: member.name)
        var blocks: [Block] = [.text(text("enrol.text", language))]
        if let modules = SquareCode.modules(account) {
            blocks.append(.square(modules, label: text("enrol.square", language)))
        }
        blocks += [
            .text(text("enrol.byHand", language)),
            .codes([StaffSignIn.grouped(TimeCode.base32(secret))]), .text(text("enrol.then", language)),
        ]
        return try question(
            visitor, "enrol", path: "factor", fields: [("code", .code)], status: status, error: error, before: blocks)
    }

    /// In groups of four, for those who type it.
    private static func grouped(_ text: String) -> String {
        stride(from: 0, to: text.count, by: 4).map { String(text.dropFirst($0).prefix(4)) }.joined(separator: " ")
    }

    /// Takes that code. The first one proves the authenticator, and the spare codes are shown this once.
    private func takeFactor(_ visitor: ConsoleSite.Visitor, _ form: Form?) throws -> Response {
        let language = visitor.language
        guard let session = visitor.session, let member = visitor.member else { return going("sign-in?say=ended") }
        if session.confirmedAt != nil { return .see("/manager") }
        let (typed, source) = (form?["code"] ?? "", visitor.request.source)
        let (outcome, spare) = try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (SecondFactor.Outcome, spare: [String]) in
            if member.hasFactor {
                return (try factor.confirm(transaction, member, session, at: parts.door, typed, from: source), [])
            }
            return try factor.enrol(transaction, member, session, at: parts.door, typed, from: source)
        }
        switch outcome {
        case .wrong:
            site.metrics.refuse(.factor)
            return try askFactor(visitor, status: 422, error: text("factor.wrong", language))
        case .wait(let seconds):
            return site.waiting(
                try askFactor(visitor, status: 429, error: text("enter.wait", language) + " \(seconds) s"), seconds)
        case .right where spare.isEmpty: return .see("/manager")
        case .right:
            let screen = Screen(
                title: text("spare.title", language),
                blocks: [
                    .text(text("spare.text", language)), .codes(spare),
                    .links([(text("spare.go", language), "/manager")]),
                ], data: .none)
            return try site.show(visitor, screen, path: "factor")
        }
    }
}
