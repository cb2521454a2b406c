import Crypto
import Elections
import Foundation
import HTTPServer
import Inputs
import Operations
import Staff
import Store
import WebContent

/// The JSON API: what the console shows and does, for programs with a token.
///
/// Every answer but a file is JSON. A refusal is a problem document (RFC 9457). An action may carry an `Idempotency-Key`: sent
/// again it is answered as the first time and done once.
struct ConsoleAPI: ConsoleTask {
    /// Whose pages and actions it gives to programs.
    let site: ConsoleSite
    var context: ConsoleContext { site.context }

    /// Requests of one token in ten minutes.
    private static let mostRequests = 3000
    /// Wrong tokens from one address in ten minutes.
    private static let mostWrong = 100
    /// Letters of an idempotency key.
    private static let keyLengths = 1...100

    /// Answers one request. Without a token that holds it is 401, and 429 where an address tries too many.
    /// - Throws: an error of the store, or of a page; the caller makes a problem of it.
    func answer(_ request: Request) throws -> Response {
        if request.path == ConsoleSite.descriptionPath {
            guard request.method == .get || request.method == .head else {
                return site.problem(405, "Only GET is allowed here.")
            }
            return Response(200, type: "application/json", body: try site.description())
        }
        guard request.path.hasPrefix(ConsoleSite.prefix) else { return site.problem(404, "There is nothing here.") }
        guard let client = try site.client(request) else {
            if let token = site.bearer(request) { site.remember(token, isOpen: false) }
            guard site.limits.count("api-wrong", from: request.source) <= ConsoleAPI.mostWrong else {
                return site.waiting(
                    site.problem(429, "Too many wrong tokens from this address: wait ten minutes."), RateLimiter.window)
            }
            var response = site.problem(401, "Send a token of this election: Authorization: Bearer isoloir_...")
            response.headers.append(("WWW-Authenticate", "Bearer"))
            return response
        }
        if let token = site.bearer(request) { site.remember(token, isOpen: true) }
        guard site.limits.count("api:\(client.id)", from: "token") <= ConsoleAPI.mostRequests else {
            return site.waiting(
                site.problem(429, "More than \(ConsoleAPI.mostRequests) requests in ten minutes: wait a little."), 60)
        }
        let language = request.preferredLanguage(among: Language.allCases) ?? .en
        let viewer = StaffActor(principal: client.principal, role: client.role, interface: .api, language: language)
        return try route(request, viewer, client, String(request.path.dropFirst(ConsoleSite.prefix.count)))
    }

    /// Finds what answers a path: a page's data, a file, the upload or an action.
    private func route(
        _ request: Request, _ viewer: StaffActor, _ client: StaffClients.Client, _ path: String
    ) throws -> Response {
        if request.method == .get || request.method == .head,
            let response = try show(request, viewer, path)
        {
            return response
        }
        guard request.method == .post else {
            let isKnown = ConsoleTables.paths.contains { !$0.isEmpty && Pattern.match($0, path) != nil }
            return isKnown || path == RollUpload.path ? otherMethod : site.problem(404, "There is nothing here.")
        }
        if path == RollUpload.path {
            return try deny(viewer, .changeRoll, path) ?? RollUpload.take(site, request, viewer)
        }
        for action in ConsoleTables.actions {
            guard let place = Pattern.match(action.path, path) else { continue }
            if let denied = try deny(viewer, action.permission, path) { return denied }
            // A second person is a person: whoever made the token could be the first one. Nor do programs make accounts.
            if [.decide, .keepStaff, .changeClients].contains(action.permission) {
                try RequestJournal(context).denied(viewer.actor, action.permission, path, from: "api")
                return site.problem(403, "This is decided by a person at the console.")
            }
            return try run(action, place, request, viewer, client)
        }
        let isKnown = ConsoleTables.paths.contains { !$0.isEmpty && Pattern.match($0, path) != nil }
        return isKnown ? otherMethod : site.problem(404, "There is nothing here.")
    }

    /// The answer for a known address that takes no such method.
    private var otherMethod: Response { site.problem(405, "This method is not for this address.") }

    /// A page's model or a file; nil for a path of neither.
    private func show(_ request: Request, _ viewer: StaffActor, _ path: String) throws -> Response? {
        for view in ConsoleTables.views {
            guard let place = Pattern.match(view.path, path) else { continue }
            if let denied = try deny(viewer, view.permission, path) { return denied }
            let values = Dictionary(request.query.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
            if let fault = queryFault(view, values) { return site.problem(422, fault) }
            let call = ConsoleRequest(viewer: viewer, place: place, values: values, source: "api")
            guard let page = try view.make(context, call) else {
                return site.problem(404, "There is nothing with this number.")
            }
            return site.json(200, try ModelEncoder.answer(page.model))
        }
        for file in ConsoleTables.files {
            guard let place = Pattern.match(file.path, path) else { continue }
            if let denied = try deny(viewer, file.permission, path) { return denied }
            let call = ConsoleRequest(viewer: viewer, place: place, values: [:], source: "api")
            return try file.make(context, call, request) ?? site.problem(404, "There is nothing here yet.")
        }
        return nil
    }

    /// A refusal, kept in the journal, for whoever's role may not; nil for others.
    private func deny(_ viewer: StaffActor, _ permission: Permission, _ path: String) throws -> Response? {
        guard !viewer.may(permission) else { return nil }
        try RequestJournal(context).denied(viewer.actor, permission, path, from: "api")
        return site.problem(403, "The role \(viewer.role.rawValue) may not do this (\(permission.rawValue)).")
    }

    /// What is wrong with the values in an address; nil where nothing is.
    private func queryFault(_ view: ConsoleView, _ values: [String: String]) -> String? {
        for field in view.query {
            guard let value = values[field.name] else { continue }
            switch field.kind {
            case .number(let range) where Int(value).map(range.contains) != true:
                return "\(field.name): a whole number from \(range.lowerBound) to \(range.upperBound)."
            case .text(let maximum) where value.count > maximum: return "\(field.name): at most \(maximum) characters."
            default: continue
            }
        }
        return nil
    }

    // MARK: Actions

    /// What is wrong with a request's body.
    private struct BodyRefusal: Error {
        let response: Response
    }

    /// The fields of a request's body.
    private func read(_ request: Request) -> Result<[String: String], BodyRefusal> {
        func refuse(_ status: Int, _ words: String) -> Result<[String: String], BodyRefusal> {
            .failure(BodyRefusal(response: site.problem(status, words)))
        }
        let type = request.header("content-type")?.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
            .lowercased()
        guard type == "application/json" else { return refuse(415, "Send application/json.") }
        guard !JSONText.pilesUpMarks(request.body) else {
            return refuse(422, "A text piles up combining marks: at most \(TextLimit.mostMarks) may stand in a row.")
        }
        guard let values = ConsoleAPI.values(request.body) else {
            return refuse(400, "The body is one JSON object of texts, whole numbers and true or false.")
        }
        if let long = values.keys.sorted().first(where: {
            FieldLimits.name.fault($0) != nil || FieldLimits.of($0).fault(values[$0] ?? "") != nil
        }) {
            return refuse(422, "The field \"\(long.prefix(60))\" is longer than it may be.")
        }
        return .success(values)
    }

    /// Answers a key that was used before as the first time.
    /// The first answer of an `Idempotency-Key` is kept; one that failed by our fault is not, so that it may be sent
    /// again.
    private func run(
        _ action: ConsoleAction, _ place: [String: String], _ request: Request, _ viewer: StaffActor,
        _ client: StaffClients.Client
    ) throws -> Response {
        let values: [String: String]
        switch read(request) {
        case .success(let read): values = read
        case .failure(let refusal): return refusal.response
        }
        guard let key = request.header("idempotency-key") else {
            return try perform(action, place, values, viewer, request)
        }
        guard ConsoleAPI.keyLengths.contains(key.utf8.count), key.utf8.allSatisfy({ 33...126 ~= $0 }) else {
            return site.problem(400, "An Idempotency-Key has 1 to 100 printable characters.")
        }
        let fingerprint = Array("\(request.path)\n".utf8) + request.body
        let earlier = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try clients.begin(transaction, client, key: key, request: fingerprint)
        }
        switch earlier {
        case .conflict:
            let words = "This Idempotency-Key belongs to another request, or to one whose end is not known: "
            return site.problem(409, words + "look before you repeat it.")
        case .answered(let status, let body):
            var response = Response(
                status, type: status < 400 ? "application/json" : "application/problem+json", body: body)
            response.headers.append(("Idempotency-Replayed", "true"))
            return response
        case .none:
            let outcome = Result { try perform(action, place, values, viewer, request) }
            // What failed by our fault may be sent again with its key.
            let (status, body) = (try? outcome.get()).map { ($0.status, $0.body) } ?? (500, [])
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try clients.finish(transaction, client, key: key, status: status, body: body)
            }
            return try outcome.get()
        }
    }

    /// Checks the fields as a form's, keeps the request in the journal, and does the action.
    /// - Returns: 200 with `message` and the action's own values; else a problem with its fields.
    private func perform(
        _ action: ConsoleAction, _ place: [String: String], _ values: [String: String], _ viewer: StaffActor,
        _ request: Request
    ) throws -> Response {
        let call = ConsoleRequest(viewer: viewer, place: place, values: values, source: "api")
        guard try action.about.exists(context, call) else {
            return site.problem(404, "There is nothing with this number.")
        }
        let known = try action.fields(context, call).map(\.name)
        if let odd = values.keys.sorted().first(where: { !known.contains($0) }) {
            return site.problem(422, "There is no field \"\(odd.prefix(60))\" here.")
        }
        let faults = try FieldRules(context).faults(action, call)
        guard faults.isEmpty else { return problem(faults) }
        let path = String(request.path.dropFirst(ConsoleSite.prefix.count))
        try RequestJournal(context).permission(action, call, path, from: request.source)
        switch try action.run(context, call) {
        case .done(let words, _, let details):
            guard case .object(let fields) = try ModelEncoder.answer(details) else { return site.json(200, .none) }
            return site.json(200, .object(["message": .text(words)].merging(fields) { $1 }))
        case .shown(let page): return site.json(200, try ModelEncoder.answer(page.model))
        case .faults(let faults): return problem(faults)
        case .refused(let status, let words, let field, let more, let retry):
            try RequestJournal(context).refused(status, action, call, path)
            let refusal = site.problem(
                status, words + (more.map { " \($0)" } ?? ""),
                fields: field.map { [$0: .text(words)] } ?? [:])
            return retry.map { site.waiting(refusal, $0) } ?? refusal
        }
    }

    /// A refusal for several fields.
    private func problem(_ faults: [(field: String, text: String)]) -> Response {
        site.problem(
            422, faults.map(\.text).joined(separator: " "),
            fields: Dictionary(faults.map { ($0.field, JSONValue.text($0.text)) }, uniquingKeysWith: { $1 }))
    }

    /// The fields of a body; nil when it is no object of plain values.
    /// - Parameter body: in UTF-8; empty is no field.
    private static func values(_ body: [UInt8]) -> [String: String]? {
        if body.isEmpty { return [:] }
        guard String(validating: body, as: UTF8.self) != nil,
            let object = try? JSONDecoder().decode([String: PlainValue].self, from: Data(body))
        else { return nil }
        var values: [String: String] = [:]
        for (name, value) in object {
            if let text = value.text { values[name] = text }
        }
        return values
    }
}

/// A value of a request's body, as the fields of a form would say it.
private struct PlainValue: Decodable {
    /// `yes` or `no` for flags, digits for whole numbers; nil for null.
    let text: String?

    /// - Throws: for anything but a text without NUL, a whole number, a flag or null.
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            text = nil
        } else if let flag = try? container.decode(Bool.self) {
            text = flag ? "yes" : "no"
        } else if let number = try? container.decode(Int.self) {
            text = "\(number)"
        } else {
            let string = try container.decode(String.self)
            guard !string.utf8.contains(0) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "a NUL")
            }
            text = string
        }
    }
}
