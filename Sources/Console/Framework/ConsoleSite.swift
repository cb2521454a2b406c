import Authentication
import Contacts
import Crypto
import Elections
package import HTTPServer
import Inputs
import Journal
import Operations
import Staff
import Store
import Synchronization
import Tally
import Templating
import Turnout
package import WebContent

/// The console of one election, and the API: who asks is known and may, or is told so and journalled.
/// Made once when the server starts, and asked by many threads at once.
///
///     browser ── /manager/... ──> page: cookie, form token, session, authenticator ─┐
///     program ── /api/v1/... ───> api:  token, limit of requests ───────────────────┤
///                                                                                   v
///          path found in views, files or actions ──> role may? ──no──> 403, journalled
///                                                      │ yes
///          view: make ──> Screen: a model, for programs as it is, for browsers in its template
///          action: about (does it exist?) ──> fields, faults ──> journal ──> run ──> ActionResult
package final class ConsoleSite: ConsoleTask {
    /// What the console works with.
    package typealias Parts = ConsoleParts

    /// What pages and actions work with.
    let context: ConsoleContext
    /// What is counted of the console's requests.
    package let metrics: Metrics
    /// Style sheets and scripts.
    let assets: AssetSet
    /// Names, and whether they are for HTTPS alone.
    let cookies: Cookies
    /// Counts requests by network and by token.
    let limits: RateLimiter
    /// The console's address, without a path.
    let address: String
    /// Hashes the tokens of forms and words in addresses.
    let forms: LookupKey
    /// Sessions that were seen to be open, by what their tokens hash to.
    let known = Mutex<Set<[UInt8]>>([])
    /// What the pages of one browser carry.
    let tokens: PageTokens
    /// Where our pages come from.
    private let origin: OriginCheck
    /// Adds headers, counts answers and writes their lines.
    let finisher: AnswerFinisher
    /// The API's description, once it was asked for.
    let madeDescription = Mutex<[UInt8]?>(nil)
    /// Where uploads are kept until they were read.
    let uploads: String

    /// - Parameters:
    ///   - address: where the console is reached: scheme, host and port.
    ///   - uploads: a folder for rolls in clear, emptied at the start.
    ///   - log: takes a line of the access log, or of a failure.
    package init(
        _ parts: Parts, pages: ConsolePages, assets: AssetSet, address: String, uploads: String,
        log: @escaping @Sendable (String) -> Void
    ) {
        context = ConsoleContext(parts, pages, log: log)
        (self.assets, self.address, self.uploads) = (assets, address, uploads)
        let own = Origin(address)
        // Without an address of its own the console lets no form in.
        origin = OriginCheck { own != nil && Origin($0) == own }
        let election = parts.authenticator.election.election.id
        cookies = Cookies(isSecure: own?.scheme != .http, election: election)
        metrics = Metrics(.console, election: election)
        limits = RateLimiter()
        forms = LookupKey(parts.key.subkey(.forms))
        tokens = PageTokens(forms, form: "console", owner: "console-owner")
        finisher = AnswerFinisher(isSecure: cookies.isSecure, metrics: metrics, log: log)
    }

    /// Whether a path is the console's or the API's.
    /// The server hands everything else to the voters' site.
    package static func owns(_ path: String) -> Bool {
        path == "/manager" || path.hasPrefix("/manager/") || path.hasPrefix("/api/")
    }

    // MARK: Pages

    /// One request of a browser at the console.
    struct Visitor: Sendable {
        /// As it came.
        let request: Request
        /// Of the answer.
        let language: Language
        /// The browser's own token, on which forms hang.
        let browser: String
        /// Whether the browser's cookie is to be set.
        let isNew: Bool
        /// What forms carry.
        let form: String
        /// Nil for whoever is not signed in.
        var member: StaffMember?
        /// A session may stand here whose authenticator's code is still to come: `confirmedAt` is nil then.
        var session: Session?

        /// What the member may; nil for whoever is not signed in.
        var viewer: StaffActor? {
            member.map { StaffActor(principal: $0.principal, role: $0.role, interface: .console, language: language) }
        }
    }

    /// Hexadecimal digits of a browser's token.
    private static let browserDigits = 32

    /// Reads browser, member and language from a request.
    func visitor(_ request: Request) throws(StoreError) -> Visitor {
        let kept = request.cookie(cookies.name(.staffBrowser)).flatMap { token in
            token.utf8.count == ConsoleSite.browserDigits
                && token.utf8.allSatisfy { 48...57 ~= $0 || 97...102 ~= $0 } ? token : nil
        }
        let browser = kept ?? hex(parts.randomness.bytes(ConsoleSite.browserDigits / 2))
        var (member, session): (StaffMember?, Session?) = (nil, nil)
        if let token = request.cookie(cookies.name(.staffSession)) {
            (member, session) = try store.read {
                (reading: borrowing Reading) throws(StoreError) -> (StaffMember?, Session?) in
                guard let session = try parts.authenticator.sessions.find(reading, token: token),
                    case .staff(let name) = session.principal,
                    let member = try parts.register.member(reading, name: name)
                else { return (nil, nil) }
                return (member, session)
            }
            remember(token, isOpen: session != nil)
        }
        let asked = request.parameter("lang") ?? request.cookie(cookies.name(.staffLanguage))
        let language =
            asked.flatMap(Language.init(rawValue:)) ?? member?.language
            ?? request.preferredLanguage(among: Language.allCases) ?? election.languages.first ?? .fr
        return Visitor(
            request: request, language: language, browser: browser, isNew: kept == nil,
            form: tokens.form(browser), member: member, session: session)
    }

    /// Whether a form was sent from our own page, by the browser that was given it.
    /// - Parameter token: that the form carries.
    func isOwn(_ visitor: Visitor, token: String) -> Bool {
        origin.admits(visitor.request) && !visitor.isNew && PageTokens.match(token, visitor.form)
    }

    /// Answers a page or form, with the cookies of browser and language.
    func page(_ request: Request) throws -> Response {
        let visitor = try visitor(request)
        let path = String(request.path.dropFirst("/manager".count).drop { $0 == "/" })
        var response = try page(visitor, path)
        if visitor.isNew { response.headers.append(("Set-Cookie", cookies.set(.staffBrowser, visitor.browser))) }
        if let chosen = request.parameter("lang"), Language(rawValue: chosen) != nil {
            response.headers.append(("Set-Cookie", cookies.set(.staffLanguage, chosen)))
        }
        return response
    }

    /// Checks method, form and session before anything is shown or done.
    private func page(_ visitor: Visitor, _ path: String) throws -> Response {
        let request = visitor.request
        let isPost = request.method == .post
        guard isPost || request.method == .get || request.method == .head else {
            return message(visitor, 405, "notFound")
        }
        let isUpload = path == RollUpload.path
        if isPost, !isUpload, !isOwn(visitor, token: request.formToken) { return message(visitor, 403, "expired") }
        if isPost, request.isOverLimit { return message(visitor, 422, "tooLong") }
        let form = request.form()
        // The pages of a sign-in under way are told apart by its mark, and ask nothing of a session.
        if isPost, !StaffSignIn.begins(path), let other = formOfAnother(visitor, owner: form?["owner"] ?? "") {
            return other
        }
        if let response = try StaffSignIn(site: self).answer(visitor, path, form) { return response }
        guard let session = visitor.session, let viewer = visitor.viewer, let member = visitor.member else {
            return .see("/manager/sign-in" + (request.cookie(cookies.name(.staffSession)) == nil ? "" : "?say=ended"))
        }
        guard session.confirmedAt != nil else { return .see("/manager/factor") }
        // Figures that are asked for by themselves keep nobody signed in.
        if request.header("x-live") == nil, parts.authenticator.sessions.mustNote(session) {
            try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
                try parts.authenticator.sessions.note(transaction, session)
            }
        }
        if path == AccountSecret.path { return try AccountSecret(site: self).answer(visitor, session, form) }
        if isUpload, isPost { return try RollUpload.take(self, visitor, viewer) }
        return try dispatch(visitor, viewer, member, path, form)
    }

    /// Finds what answers a path: a page, a file or an action.
    private func dispatch(
        _ visitor: Visitor, _ viewer: StaffActor, _ member: StaffMember, _ path: String, _ form: Form?
    ) throws -> Response {
        let isPost = visitor.request.method == .post
        if !isPost {
            for view in ConsoleTables.views {
                guard let place = Pattern.match(view.path, path) else { continue }
                guard viewer.may(view.permission) else { return try deny(visitor, viewer, view.permission, path) }
                let call = ConsoleRequest(
                    viewer: viewer, place: place, values: values(visitor.request.query), source: "console")
                guard let page = try view.make(context, call) else { return message(visitor, 404, "notFound") }
                return try show(visitor, page, path: path)
            }
            for file in ConsoleTables.files {
                guard let place = Pattern.match(file.path, path) else { continue }
                guard viewer.may(file.permission) else { return try deny(visitor, viewer, file.permission, path) }
                let call = ConsoleRequest(
                    viewer: viewer, place: place, values: values(visitor.request.query), source: "console")
                return try file.make(context, call, visitor.request) ?? message(visitor, 404, "notFound")
            }
        }
        for action in ConsoleTables.actions {
            guard let place = Pattern.match(action.path, path) else { continue }
            guard viewer.may(action.permission) else { return try deny(visitor, viewer, action.permission, path) }
            let given = isPost ? form?.fields ?? [] : visitor.request.query
            let call = ConsoleRequest(viewer: viewer, place: place, values: values(given), source: "console")
            let forms = ConsoleForms(site: self)
            return try isPost ? forms.run(visitor, action, call, path) : forms.ask(visitor, action, call, path)
        }
        return message(visitor, 404, "notFound")
    }

    /// Fields by name, without those that every form carries; of several the last.
    private func values(_ fields: [Request.Field]) -> [String: String] {
        Dictionary(
            fields.filter { $0.name != "form" && $0.name != "owner" }.map { ($0.name, $0.value) },
            uniquingKeysWith: { $1 })
    }

    /// Says that somebody may not, and keeps it.
    /// - Throws: an error of the store.
    private func deny(_ visitor: Visitor, _ viewer: StaffActor, _ permission: Permission, _ path: String) throws
        -> Response
    {
        try RequestJournal(context).denied(viewer.actor, permission, path, from: "console")
        return message(visitor, 403, "denied", more: StaffRegister.word(viewer.role, visitor.language))
    }
}
