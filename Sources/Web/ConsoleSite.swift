package import Access
package import Bureau
import Contacts
package import Crypto
import Elections
import Foundation
package import Journal
package import Recovery
package import Staff
package import Store
import Synchronization
package import Tally
import Templating

/// The console of one election, and the API: who asks is known and may, or is told so and journalled.
package final class ConsoleSite: Sendable {
    /// What the console works with.
    package struct Parts: Sendable {
        package let store: Store
        package let door: Doorkeeper
        package let signIn: SignInDesk
        package let register: StaffRegister
        package let desk: VoterDesk
        package let deliveries: DeliveryDesk
        package let reminders: Reminders
        package let letters: LetterDoor
        package let snapshots: SnapshotDesk
        package let policy: PolicyDesk
        package let roll: RollDesk
        package let help: HelpQueue
        package let teller: Teller
        package let logbook: Logbook
        package let clock: Clock
        package let randomness: Randomness
        package let key: ElectionKey

        package init(
            store: Store, door: Doorkeeper, signIn: SignInDesk, register: StaffRegister, desk: VoterDesk,
            deliveries: DeliveryDesk, reminders: Reminders, letters: LetterDoor, snapshots: SnapshotDesk,
            policy: PolicyDesk, roll: RollDesk, help: HelpQueue, teller: Teller, logbook: Logbook, clock: Clock,
            randomness: Randomness, key: ElectionKey
        ) {
            (self.store, self.door, self.signIn, self.register) = (store, door, signIn, register)
            (self.desk, self.deliveries, self.reminders, self.letters) = (desk, deliveries, reminders, letters)
            (self.snapshots, self.policy, self.roll, self.help) = (snapshots, policy, roll, help)
            (self.teller, self.logbook, self.clock, self.randomness) = (teller, logbook, clock, randomness)
            self.key = key
        }
    }

    let parts: Parts
    let pages: ConsolePages
    let assets: AssetSet
    let cookies: Cookies
    let limits: SourceLimits
    let clients: StaffClients
    let factor: SecondFactor
    let approvals: Approvals
    /// The console's address, without a path.
    let address: String
    private let forms: LookupKey
    /// Where our pages come from; nil would let no form in.
    private let own: Origin?
    let log: @Sendable (String) -> Void
    private let headers: [(name: String, value: String)]
    /// The API's description, once it was asked for.
    let madeDescription = Mutex<[UInt8]?>(nil)
    /// The last audit of the box.
    let kept = Mutex<(at: Int, findings: [String])?>(nil)
    /// Where uploads are kept until they were read.
    let uploads: String

    /// Everything that the console shows, does and hands out.
    static let views = VoterViews.all + DeliveryViews.all + LetterViews.all + PictureViews.all + HouseViews.all
    static let actions =
        VoterActions.all + DeliveryActions.all + LetterActions.all + PictureActions.all + HouseActions.all
        + RecordActions.all
    static let files = VoterFiles.all + LetterFiles.all + PictureFiles.all + RecordFiles.all

    var election: Election { parts.desk.election.election }
    var store: Store { parts.store }

    /// - Parameter address: where the console is reached: scheme, host and port.
    package init(
        _ parts: Parts, pages: ConsolePages, assets: AssetSet, address: String, uploads: String,
        log: @escaping @Sendable (String) -> Void
    ) {
        (self.parts, self.pages, self.assets, self.address) = (parts, pages, assets, address)
        (self.uploads, self.log) = (uploads, log)
        own = Origin(address)
        cookies = Cookies(isSecure: own?.scheme != .http)
        limits = SourceLimits(clock: parts.clock)
        clients = StaffClients(parts.register)
        factor = SecondFactor(parts.register)
        approvals = Approvals(parts.register)
        forms = LookupKey(parts.key.subkey(.forms))
        headers = SecurityHeaders.all(isSecure: cookies.isSecure) + [("Cache-Control", "no-store")]
    }

    /// Whether a path is the console's or the API's.
    package static func owns(_ path: String) -> Bool {
        path == "/manager" || path.hasPrefix("/manager/") || path.hasPrefix("/api/")
    }

    func text(_ key: String, _ language: Language) -> String { pages.text(key, language) }

    /// Why a deeper room refused: in its own words for who reads English, else by a phrase that says the same, or by a text
    /// that fits every case.
    func refusal(_ reason: String, _ key: String, _ language: Language) -> String {
        let said = said(reason, language)
        return language == .fr && said == reason ? text(key, language) : said.prefix(1).uppercased() + said.dropFirst()
    }

    /// A reason of a deeper room as far as it can be said in a language.
    func said(_ reason: String, _ language: Language) -> String {
        language == .fr ? pages.phrases.french(reason) : reason
    }

    func time(_ seconds: Int) -> String { LocalTime.short(seconds, zone: election.timeZone) }

    // MARK: One request

    /// Everything here may read much or hash: it runs on a pool of its own, so that no voter waits for it.
    package func handle(_ request: Request) -> Reply {
        .background { [self] in finish(request, answer(request), Monotonic.seconds) }
    }

    /// The same at once, for a server that serves nothing else.
    private func answer(_ request: Request) -> Response {
        do {
            if request.path.hasPrefix("/assets/") { return assets.response(request) ?? .text(404, "not found\n") }
            // What is read and written here would be lost.
            try store.checkFile()
            if request.path.hasPrefix("/api/") { return try api(request) }
            return try page(request)
        } catch {
            log("\(name(request.path)) failed: \(error)")
            if let error = error as? StoreError, let seconds = error.retrySeconds {
                return later(request, seconds, error.kind == .busy ? nil : error.description)
            }
            return request.path.hasPrefix("/api/")
                ? problem(500, "Internal error: the administrator finds it in the log.")
                : message(stranger(request), 500, "broken")
        }
    }

    func finish(_ request: Request, _ response: Response, _ start: Double) -> Response {
        var response = response
        let own = response.headers
        for header in headers where !own.contains(where: { $0.name == header.name }) { response.headers.append(header) }
        log(
            "\(request.method.rawValue) \(name(request.path)) \(response.status) \(response.size) \(Int((Monotonic.seconds - start) * 1000))ms"
        )
        return response
    }

    /// A path as the log may show it: the pattern, without numbers and names.
    private func name(_ path: String) -> String {
        let isAPI = path.hasPrefix("/api/v1/")
        let rest = String(path.dropFirst(isAPI ? "/api/v1/".count : "/manager/".count))
        let patterns = ConsoleSite.views.map(\.path) + ConsoleSite.actions.map(\.path) + ConsoleSite.files.map(\.path)
        let found = patterns.first { Pattern.match($0, rest) != nil }
        return (isAPI ? "/api/v1/" : "/manager/") + (found ?? ConsoleSignIn.name(rest) ?? "other")
    }

    // MARK: Pages

    /// One request of a browser at the console.
    struct Visitor: Sendable {
        let request: Request
        let language: Language
        let browser: String
        let isNew: Bool
        /// What forms carry.
        let form: String
        var member: StaffMember?
        var session: Session?

        var viewer: Viewer? {
            member.map { Viewer(principal: $0.principal, role: $0.role, language: language) }
        }
    }

    private static let browserDigits = 32

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
                guard let session = try parts.door.session(reading, token: token),
                    case .staff(let name) = session.principal,
                    let member = try parts.register.member(reading, name: name)
                else { return (nil, nil) }
                return (member, session)
            }
        }
        let asked = request.parameter("lang") ?? request.cookie(cookies.name(.staffLanguage))
        let language =
            asked.flatMap(Language.init(rawValue:)) ?? member?.language
            ?? Visit.preferred(request, among: Language.allCases) ?? election.languages.first ?? .fr
        return Visitor(
            request: request, language: language, browser: browser, isNew: kept == nil,
            form: hex(forms.hash("console:" + browser)), member: member, session: session)
    }

    /// Whether a form was sent from our own page, by the browser that was given it.
    func isOwn(_ visitor: Visitor, token: String) -> Bool {
        if let origin = visitor.request.header("origin"), own == nil || Origin(origin) != own { return false }
        if let site = visitor.request.header("sec-fetch-site"), site != "same-origin" { return false }
        return !visitor.isNew && Secret(token).matches(Secret(visitor.form))
    }

    private func page(_ request: Request) throws -> Response {
        let visitor = try visitor(request)
        let path = String(request.path.dropFirst("/manager".count).drop { $0 == "/" })
        var response = try page(visitor, path)
        if visitor.isNew { response.headers.append(("Set-Cookie", cookies.set(.staffBrowser, visitor.browser))) }
        if let chosen = request.parameter("lang"), Language(rawValue: chosen) != nil {
            response.headers.append(("Set-Cookie", cookies.set(.staffLanguage, chosen)))
        }
        return response
    }

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
        if let response = try signingIn(visitor, path, form) { return response }
        guard let session = visitor.session, let viewer = visitor.viewer, let member = visitor.member else {
            return .see("/manager/sign-in" + (request.cookie(cookies.name(.staffSession)) == nil ? "" : "?say=ended"))
        }
        guard session.confirmedAt != nil else { return .see("/manager/factor") }
        // Figures that are asked for by themselves keep nobody signed in.
        if request.header("x-live") == nil, parts.door.mustNote(session) {
            try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
                try parts.door.note(transaction, session)
            }
        }
        if path == AccountSecret.path { return try ownSecret(visitor, session, form) }
        if isUpload, isPost { return try RollUpload.take(self, visitor, viewer) }
        return try dispatch(visitor, viewer, member, path, form)
    }

    private func dispatch(
        _ visitor: Visitor, _ viewer: Viewer, _ member: StaffMember, _ path: String, _ form: Form?
    ) throws -> Response {
        let isPost = visitor.request.method == .post
        if !isPost {
            for view in ConsoleSite.views {
                guard let place = Pattern.match(view.path, path) else { continue }
                guard viewer.may(view.deed) else { return try deny(visitor, viewer, view.deed, path) }
                let call = Call(viewer: viewer, place: place, values: values(visitor.request.query), source: "console")
                guard let screen = try view.make(self, call) else { return message(visitor, 404, "notFound") }
                return try show(visitor, screen, path: path)
            }
            for file in ConsoleSite.files {
                guard let place = Pattern.match(file.path, path) else { continue }
                guard viewer.may(file.deed) else { return try deny(visitor, viewer, file.deed, path) }
                let call = Call(viewer: viewer, place: place, values: values(visitor.request.query), source: "console")
                return try file.make(self, call, visitor.request) ?? message(visitor, 404, "notFound")
            }
        }
        for action in ConsoleSite.actions {
            guard let place = Pattern.match(action.path, path) else { continue }
            guard viewer.may(action.deed) else { return try deny(visitor, viewer, action.deed, path) }
            let given = isPost ? form?.fields ?? [] : visitor.request.query
            let call = Call(viewer: viewer, place: place, values: values(given), source: "console")
            return try isPost ? run(visitor, action, call, path) : ask(visitor, action, call, path)
        }
        return message(visitor, 404, "notFound")
    }

    private func values(_ fields: [Request.Field]) -> [String: String] {
        Dictionary(fields.filter { $0.name != "form" }.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// Says that somebody may not, and keeps it.
    private func deny(_ visitor: Visitor, _ viewer: Viewer, _ deed: Deed, _ path: String) throws -> Response {
        try journalDenied(viewer, deed, path, from: "console")
        return message(visitor, 403, "denied", more: StaffRegister.word(viewer.role, visitor.language))
    }

    // MARK: Deeds

    /// The form of a deed.
    private func ask(
        _ visitor: Visitor, _ action: ConsoleAction, _ call: Call, _ path: String, status: Int = 200,
        error: String? = nil, bad: String? = nil
    ) throws -> Response {
        guard let intro = try action.intro(self, call) else { return message(visitor, 404, "notFound") }
        let fields = try action.fields(self, call).map { formField($0, action, call, bad: bad) }
        let form = FormBlock(
            path: "/manager/" + path, fields: fields, button: text("\(action.name).do", call.language))
        let back = Block.links([(text("back", call.language), "/manager/" + action.back(call))])
        let hint = "\(action.name).hint"
        let hints = pages.has(hint) ? [Block.text(text(hint, call.language))] : []
        return try show(
            visitor,
            Screen(
                title: text("\(action.name).title", call.language), blocks: intro + hints + [.form(form), back],
                data: .none), path: path, status: status, error: error)
    }

    private func formField(
        _ field: DeedField, _ action: ConsoleAction, _ call: Call, bad: String?
    ) -> FormBlock.Field {
        let language = call.language
        let own = "\(action.name).\(field.name)"
        let label = self.label(field, action, language)
        let hintKeys = ["\(own).hint", "f.\(field.name).hint"]
        let hint = hintKeys.first(where: pages.has).map { text($0, language) } ?? ""
        let input: FormBlock.Input
        switch field.kind {
        case .text(let maximum): input = .text(maximum: maximum)
        case .long(let maximum): input = .long(maximum: maximum)
        case .choice(let values):
            // Nothing is chosen for anybody: a form that is sent unread is refused.
            let open = field.isRequired && values.count > 1 ? [("", text("choose", language))] : []
            input = .choice(open + values.map { ($0, choiceText(field.name, $0, language)) })
        case .flag: input = .check
        case .date: input = .date
        case .number(let range): input = .number(range)
        }
        return FormBlock.Field(
            name: field.name, label: label, hint: hint, input: input,
            value: call.values[field.name] ?? field.value ?? "",
            isRequired: field.isRequired, isBad: field.name == bad)
    }

    func label(_ field: DeedField, _ action: ConsoleAction, _ language: Language) -> String {
        if let label = field.label { return label[language] }
        let own = "\(action.name).\(field.name)"
        return text(pages.has(own) ? own : "f.\(field.name)", language)
    }

    /// What a choice is called: by its own key, the election's names, or itself.
    func choiceText(_ field: String, _ value: String, _ language: Language) -> String {
        let key = "v.\(field).\(value)"
        if pages.has(key) { return text(key, language) }
        if value == "yes" || value == "no" { return text(value, language) }
        if field == "college" { return election.colleges[value]?[language] ?? value }
        if field == "site" { return election.sites[value]?[language] ?? value }
        return value
    }

    private func run(_ visitor: Visitor, _ action: ConsoleAction, _ call: Call, _ path: String) throws -> Response {
        guard try action.intro(self, call) != nil else { return message(visitor, 404, "notFound") }
        if let (field, fault) = try faults(action, call).first {
            return try ask(visitor, action, call, path, status: 422, error: fault, bad: field)
        }
        try journalDeed(action, call, path, from: visitor.request.source)
        switch try action.run(self, call) {
        case .done(let note, let next, _):
            return .see("/manager/\(next)?say=" + (ConsoleSite.escaped(note)) + "&sign=" + sign(note, visitor))
        case .shown(let screen): return try show(visitor, screen, path: path)
        case .refused(let status, let words, let field, let more, let retry):
            let refusal = try ask(
                visitor, action, call, path, status: status, error: words + (more.map { " " + $0 } ?? ""), bad: field)
            return retry.map { waiting(refusal, $0) } ?? refusal
        }
    }

    /// A word that we wrote ourselves into an address, so that nobody else's words stand on our page.
    func sign(_ note: String, _ visitor: Visitor) -> String {
        String(hex(forms.hash("note:\(visitor.browser):\(note)")).prefix(16))
    }

    static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: String(UnicodeScalar(byte))
            default: "%" + hex([byte]).uppercased()
            }
        }.joined()
    }
}
