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
///       │ identifier ───────────────> │ limit by address; one row ─────────> │ Authenticator.ask
///       │ <─ code, "staffPending" ─── │              (a worker sends the code by mail)
///       │ code ─────────────────────> │ counted, compared, consumed ───────> │ Authenticator.check
///       │ passphrase ───────────────> │ hashed ────────────────────────────> │ SignInFlow.enter or choose
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
                    try parts.authenticator.end(transaction, session)
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
                try parts.authenticator.note(transaction, session)
            }
            return .text(200, "\(min(session.idleSeconds, session.endsAt - parts.clock.now))\n")
        default: return nil
        }
    }

    /// Sends the browser on below `/manager/`.
    func going(_ path: String, _ set: [String] = []) -> Response {
        .see("/manager/" + path).setting(set)
    }

    /// The token of the browser's sign-in under way.
    private func pending(_ visitor: ConsoleSite.Visitor) -> String? {
        visitor.request.cookie(site.cookies.name(.staffPending))
    }

    /// A question's form.
    /// - Parameter isWrong: whether every field is marked.
    func form(_ question: Question, isWrong: Bool, _ language: Language) -> FormModel {
        let fields = question.fields.map { field in
            let hint = "\(question.name).\(field.name).hint"
            return FormModel.Field(
                field.name, label: text("\(question.name).\(field.name)", language), input: field.input,
                hint: pages.has(hint) ? text(hint, language) : "", rule: (true, isWrong ? "" : nil))
        }
        return FormModel(
            path: "/manager/" + question.path, button: text("\(question.name).do", language),
            fields: hidden(["mark": question.mark]) + fields)
    }

    /// A form that is a button alone.
    private func button(_ action: String, _ mark: String, _ language: Language) -> FormModel {
        FormModel(
            path: "/manager/code", button: text("code.\(action)", language), isSecond: true,
            fields: hidden(["mark": mark, "action": action]))
    }

    /// Fields that are carried along.
    private func hidden(_ values: KeyValuePairs<String, String?>) -> [FormModel.Field] {
        values.compactMap { name, value in
            value.map { FormModel.Field(name, input: .hidden, value: $0, rule: (false, nil)) }
        }
    }

    /// The page of a question.
    /// - Parameters:
    ///   - said: what happened before.
    ///   - trouble: said above the form; every field is marked then.
    func ask(
        _ visitor: ConsoleSite.Visitor, _ question: Question, said: String? = nil, _ trouble: FormTrouble
    ) throws -> Response {
        let form = form(question, isWrong: trouble.error != nil, visitor.language)
        return try show(visitor, question, QuestionModel(said: said, form: form), trouble)
    }

    /// A page with a question's form in it.
    func show(
        _ visitor: ConsoleSite.Visitor, _ question: Question, _ model: any PageModel, _ trouble: FormTrouble
    ) throws -> Response {
        let page = RenderedPage(
            title: text("\(question.name).title", visitor.language), template: question.name, model: model)
        return try site.show(visitor, page, path: question.path, status: trouble.status, error: trouble.error)
    }

    // MARK: Identifier

    /// The first page, with a word of what happened before.
    private func identifier(_ visitor: ConsoleSite.Visitor, status: Int = 200, error: String? = nil) throws -> Response
    {
        // Of a second press: whoever is signed in by then is not told that nothing came of it.
        if visitor.request.parameter("say") == "gone", pending(visitor) == nil, visitor.session != nil {
            return .see("/manager")
        }
        let said = visitor.request.parameter("say").flatMap {
            pages.has("say.\($0)") ? text("say.\($0)", visitor.language) : nil
        }
        let question = Question(name: "signIn", path: "sign-in", fields: [("identifier", .code)])
        return try ask(visitor, question, said: said, FormTrouble(status, error))
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
            try parts.authenticator.ask(transaction, canonical: canonical, from: asker(visitor))
        }
        return going("code", [site.cookies.set(.staffPending, token)])
    }

    // MARK: Code

    /// The page on which the code is typed.
    func code(_ visitor: ConsoleSite.Visitor, status: Int = 200, error: String? = nil) throws -> Response {
        guard let token = pending(visitor),
            let request = try store.read({ (reading: borrowing Reading) throws(StoreError) in
                try parts.authenticator.request(reading, token: token)
            })
        else { return going("sign-in?say=gone") }
        if request.state == .verified { return going("passphrase") }
        let mark = parts.authenticator.mark(request)
        let question = Question(name: "code", path: "code", fields: [("code", .code)], mark: mark)
        let model = CodeModel(
            isQuiet: request.isQuiet, label: request.label,
            form: form(question, isWrong: error != nil, visitor.language),
            again: button("resend", mark, visitor.language), cancel: button("cancel", mark, visitor.language))
        return try show(visitor, question, model, FormTrouble(status, error))
    }

    /// Takes a code, or asks for another, or ends the sign-in.
    private func takeCode(_ visitor: ConsoleSite.Visitor, _ form: Form?) throws -> Response {
        let language = visitor.language
        guard let token = pending(visitor) else { return going("sign-in?say=gone") }
        if try isOfBefore(token, form) { return try answerOfBefore(visitor, token) }
        switch form?["action"] {
        case "resend": return try resend(visitor, token, mark: form?["mark"] ?? "")
        case "cancel":
            try cancel(token)
            return going("sign-in", [site.cookies.clear(.staffPending)])
        default: break
        }
        guard let read = parts.authenticator.readCode(form?["code"] ?? "") else {
            return try code(visitor, status: 422, error: text("code.malformed", language))
        }
        let outcome = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let outcome = try parts.authenticator.check(transaction, token: token, read)
            return outcome == .gone ? try parts.authenticator.checkAgain(transaction, token: token, read) : outcome
        }
        switch outcome {
        case .verified(let token):
            site.metrics.pass(.code)
            return going("passphrase", [site.cookies.set(.staffPending, token)])
        case .wrong(let left):
            site.metrics.refuse(.code)
            return try code(visitor, status: 422, error: text("code.wrong", language) + " \(left)")
        case .late: return try code(visitor, status: 422, error: text("code.late", language))
        case .older: return try code(visitor, status: 422, error: text("code.older", language))
        case .exhausted:
            try cancel(token)
            return going("sign-in?say=exhausted", [site.cookies.clear(.staffPending)])
        // The second press of the last wrong one, and of a right one after the sign-in has gone on.
        case .gone where try wasExhausted(token):
            return going("sign-in?say=exhausted", [site.cookies.clear(.staffPending)])
        case .gone where try isUnderWay(token): return going("passphrase")
        case .gone: return going("sign-in?say=gone", [site.cookies.clear(.staffPending)])
        }
    }

    /// Whether a sign-in ended with the last wrong code that it had.
    private func wasExhausted(_ token: String) throws(StoreError) -> Bool {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try FirstPress(parts.authenticator).wasExhausted(reading, token: token)
        }
    }

    /// Whether a browser's sign-in goes on.
    private func isUnderWay(_ token: String) throws(StoreError) -> Bool {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.authenticator.request(reading, token: token) != nil
        }
    }

    /// Sends another code, where it is time for one.
    /// - Parameter mark: of the form: the second of two presses is led where the first led.
    private func resend(_ visitor: ConsoleSite.Visitor, _ token: String, mark: String) throws -> Response {
        let again = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.authenticator.askAgain(transaction, token: token, otherChannel: false, from: asker(visitor))
        }
        switch again {
        case .asked: return going("code")
        case .wait where try isReplaced(token, mark): return going("code")
        case .wait(let seconds):
            let error = text("code.wait", visitor.language) + " \(seconds) s"
            return site.waiting(try code(visitor, status: 429, error: error), seconds)
        case .quiet: return try code(visitor, status: 429, error: text("code.quiet", visitor.language))
        case .gone: return going("sign-in?say=gone")
        }
    }

    /// Whether a form is of a request that another has replaced since.
    private func isReplaced(_ token: String, _ mark: String) throws(StoreError) -> Bool {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try FirstPress(parts.authenticator).isReplaced(reading, token: token, mark: mark)
        }
    }

    /// Where a request for a code comes from.
    private func asker(_ visitor: ConsoleSite.Visitor) -> CodeAsker {
        CodeAsker(network: RateLimiter.network(visitor.request.source))
    }

    /// Ends the sign-in under way.
    private func cancel(_ token: String) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.authenticator.cancel(transaction, token: token)
        }
    }

    // MARK: Passphrase

    /// The page on which the passphrase is typed, or chosen the first time.
    func secret(_ visitor: ConsoleSite.Visitor, status: Int = 200, error: String? = nil) throws -> Response {
        guard let token = pending(visitor) else { return going("sign-in?say=gone") }
        let (step, mark) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (SignInFlow.Step, String?) in
            let request = try parts.authenticator.request(reading, token: token)
            return (try parts.signIn.step(reading, token: token), request.map { parts.authenticator.mark($0) })
        }
        switch step {
        case .code: return going("code")
        case .enter:
            let question = Question(name: "enter", path: "passphrase", fields: [("secret", .secret)], mark: mark)
            return try ask(visitor, question, FormTrouble(status, error))
        case .choose:
            let fields: [(String, FormModel.Input)] = [("secret", .secret), ("again", .secret)]
            let question = Question(name: "choose", path: "passphrase", fields: fields, mark: mark)
            return try ask(visitor, question, FormTrouble(status, error))
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
        let outcome: SignInFlow.Outcome
        if case .choose = step {
            outcome = try parts.signIn.choose(token: token, typed, again: form?["again"] ?? "", on: .own)
        } else {
            outcome = try parts.signIn.enter(token: token, typed, on: .own)
        }
        switch outcome {
        case .opened(let session):
            site.metrics.pass(.secret)
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
            guard try parts.authenticator.request(reading, token: token) != nil else { return false }
            return try !parts.authenticator.isCurrent(reading, token: token, mark: form?["mark"] ?? "")
        }
    }

    /// The page at which the sign-in under way stands, for a form of another one.
    func answerOfBefore(_ visitor: ConsoleSite.Visitor, _ token: String) throws -> Response {
        let isVerified = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.authenticator.request(reading, token: token)?.state == .verified
        }
        let error = text("signIn.old", visitor.language)
        return try isVerified
            ? secret(visitor, status: 409, error: error) : code(visitor, status: 409, error: error)
    }
}
