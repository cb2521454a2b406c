import Crypto
import Elections
import Foundation
package import HTTPServer
import Inputs
import Operations
import Staff
import Store
import WebContent

/// The JSON API: what the console shows and does, for programs with a token.
///
/// Every answer but a file is JSON. A refusal is a problem document (RFC 9457). A deed may carry an `Idempotency-Key`: sent
/// again it is answered as the first time and done once.
extension ConsoleSite {
    /// Requests of one token in ten minutes.
    private static let mostRequests = 3000
    /// Wrong tokens from one address in ten minutes.
    private static let mostWrong = 100
    /// What every address of the API begins with.
    static let prefix = "/api/v1/"
    /// Where the description stands, for everybody.
    static let descriptionPath = "/api/v1/openapi.json"
    /// Letters of an idempotency key.
    private static let keyLengths = 1...100

    /// Answers one request. Without a token that holds it is 401, and 429 where an address tries too many.
    /// - Throws: an error of the store, or of a page; the caller makes a problem of it.
    func api(_ request: Request) throws -> Response {
        if request.path == ConsoleSite.descriptionPath {
            guard request.method == .get || request.method == .head else {
                return problem(405, "Only GET is allowed here.")
            }
            return Response(200, type: "application/json", body: try description())
        }
        guard request.path.hasPrefix(ConsoleSite.prefix) else { return problem(404, "There is nothing here.") }
        guard let client = try client(request) else {
            if let token = bearer(request) { remember(token, isOpen: false) }
            guard limits.count("api-wrong", from: request.source) <= ConsoleSite.mostWrong else {
                return waiting(
                    problem(429, "Too many wrong tokens from this address: wait ten minutes."), RateLimiter.window)
            }
            var response = problem(401, "Send a token of this election: Authorization: Bearer isoloir_...")
            response.headers.append(("WWW-Authenticate", "Bearer"))
            return response
        }
        if let token = bearer(request) { remember(token, isOpen: true) }
        guard limits.count("api:\(client.id)", from: "token") <= ConsoleSite.mostRequests else {
            return waiting(
                problem(429, "More than \(ConsoleSite.mostRequests) requests in ten minutes: wait a little."), 60)
        }
        let language = request.preferredLanguage(among: Language.allCases) ?? .en
        let viewer = Viewer(principal: client.principal, role: client.role, language: language)
        return try route(request, viewer, client, String(request.path.dropFirst(ConsoleSite.prefix.count)))
    }

    /// Whose token a request carries.
    /// - Returns: nil for a token that was made up, removed or has expired.
    func client(_ request: Request) throws(StoreError) -> StaffClients.Client? {
        guard let token = bearer(request) else { return nil }
        return try store.read { (reading: borrowing Reading) throws(StoreError) in
            try clients.client(reading, token: token)
        }
    }

    /// The token of a request; nil where it has none.
    func bearer(_ request: Request) -> String? {
        guard let header = request.header("authorization"), header.hasPrefix("Bearer ") else { return nil }
        return String(header.dropFirst("Bearer ".count))
    }

    /// Finds what answers a path: a page's data, a file, the upload or a deed.
    private func route(
        _ request: Request, _ viewer: Viewer, _ client: StaffClients.Client, _ path: String
    ) throws -> Response {
        let isGet = request.method == .get || request.method == .head
        var isKnown = false
        if path.isEmpty == false || isGet {
            for view in ConsoleTables.views where !view.path.isEmpty || path.isEmpty {
                guard let place = Pattern.match(view.path, path) else { continue }
                isKnown = true
                guard isGet else { continue }
                if let denied = try deny(viewer, view.deed, path) { return denied }
                let values = Dictionary(request.query.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
                if let fault = queryFault(view, values) { return problem(422, fault) }
                let call = Call(viewer: viewer, place: place, values: values, source: "api")
                guard let screen = try view.make(context, call) else {
                    return problem(404, "There is nothing with this number.")
                }
                return json(200, try ModelEncoder.answer(screen.model))
            }
            for file in ConsoleTables.files {
                guard let place = Pattern.match(file.path, path) else { continue }
                isKnown = true
                guard isGet else { continue }
                if let denied = try deny(viewer, file.deed, path) { return denied }
                let call = Call(viewer: viewer, place: place, values: [:], source: "api")
                return try file.make(context, call, request) ?? problem(404, "There is nothing here yet.")
            }
        }
        if path == RollUpload.path {
            isKnown = true
            if request.method == .post {
                if let denied = try deny(viewer, .changeRoll, path) { return denied }
                return try RollUpload.take(self, request, viewer)
            }
        }
        for action in ConsoleTables.actions {
            guard let place = Pattern.match(action.path, path) else { continue }
            isKnown = true
            guard request.method == .post else { continue }
            if let denied = try deny(viewer, action.deed, path) { return denied }
            // A second person is a person: whoever made the token could be the first one. Nor do programs make accounts.
            if [.decide, .keepStaff, .changeClients].contains(action.deed) {
                try RequestJournal(context).denied(viewer, action.deed, path, from: "api")
                return problem(403, "This is decided by a person at the console.")
            }
            return try run(action, place, request, viewer, client)
        }
        return isKnown ? problem(405, "This method is not for this address.") : problem(404, "There is nothing here.")
    }

    /// A refusal, kept in the journal, for whoever's role may not; nil for others.
    private func deny(_ viewer: Viewer, _ deed: Deed, _ path: String) throws -> Response? {
        guard !viewer.may(deed) else { return nil }
        try RequestJournal(context).denied(viewer, deed, path, from: "api")
        return problem(403, "The role \(viewer.role.rawValue) may not do this (\(deed.rawValue)).")
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

    // MARK: Deeds

    /// Reads the body, and answers a key that was used before as the first time.
    /// The first answer of an `Idempotency-Key` is kept; one that failed by our fault is not, so that it may be sent
    /// again.
    private func run(
        _ action: ConsoleAction, _ place: [String: String], _ request: Request, _ viewer: Viewer,
        _ client: StaffClients.Client
    ) throws -> Response {
        let type = request.header("content-type")?.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces)
            .lowercased()
        guard type == "application/json" else { return problem(415, "Send application/json.") }
        guard !JSONText.pilesUpMarks(request.body) else {
            return problem(422, "A text piles up combining marks: at most \(TextLimit.mostMarks) may stand in a row.")
        }
        guard let values = ConsoleSite.values(request.body) else {
            return problem(400, "The body is one JSON object of texts, whole numbers and true or false.")
        }
        if let long = values.keys.sorted().first(where: {
            FieldLimits.name.fault($0) != nil || FieldLimits.of($0).fault(values[$0] ?? "") != nil
        }) {
            return problem(422, "The field \"\(long.prefix(60))\" is longer than it may be.")
        }
        guard let key = request.header("idempotency-key") else {
            return try perform(action, place, values, viewer, request)
        }
        guard ConsoleSite.keyLengths.contains(key.utf8.count), key.utf8.allSatisfy({ 33...126 ~= $0 }) else {
            return problem(400, "An Idempotency-Key has 1 to 100 printable characters.")
        }
        let fingerprint = Array("\(request.path)\n".utf8) + request.body
        let earlier = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try clients.begin(transaction, client, key: key, request: fingerprint)
        }
        switch earlier {
        case .conflict:
            return problem(
                409,
                "This Idempotency-Key belongs to another request, or to one whose end is not known: look before you repeat it."
            )
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

    /// Checks the fields as a form's, keeps the request in the journal, and does the deed.
    /// - Returns: 200 with `message` and the deed's own values; else a problem with its fields.
    private func perform(
        _ action: ConsoleAction, _ place: [String: String], _ values: [String: String], _ viewer: Viewer,
        _ request: Request
    ) throws -> Response {
        let call = Call(viewer: viewer, place: place, values: values, source: "api")
        guard try action.intro(context, call) != nil else { return problem(404, "There is nothing with this number.") }
        let known = try action.fields(context, call).map(\.name)
        if let odd = values.keys.sorted().first(where: { !known.contains($0) }) {
            return problem(422, "There is no field \"\(odd.prefix(60))\" here.")
        }
        let faults = try faults(action, call)
        guard faults.isEmpty else { return problem(faults) }
        let path = String(request.path.dropFirst(ConsoleSite.prefix.count))
        try RequestJournal(context).deed(action, call, path, from: request.source)
        switch try action.run(context, call) {
        case .done(let words, _, let details):
            guard case .object(let fields) = try ModelEncoder.answer(details) else { return json(200, .none) }
            return json(200, .object(["message": .text(words)].merging(fields) { $1 }))
        case .shown(let screen): return json(200, try ModelEncoder.answer(screen.model))
        case .faults(let faults): return problem(faults)
        case .refused(let status, let words, let field, let more, let retry):
            try RequestJournal(context).refused(status, action, call, path)
            let refusal = problem(
                status, words + (more.map { " \($0)" } ?? ""),
                fields: field.map { [$0: .text(words)] } ?? [:])
            return retry.map { waiting(refusal, $0) } ?? refusal
        }
    }

    /// A refusal for several fields.
    private func problem(_ faults: [(field: String, text: String)]) -> Response {
        problem(
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

    // MARK: Answers

    /// An answer in JSON.
    func json(_ status: Int, _ value: JSONValue) -> Response {
        Response(status, type: "application/json", body: value.bytes)
    }

    /// What the server itself refuses of the API's requests.
    /// - Parameters:
    ///   - status: that the server answers with.
    ///   - path: as bytes; only those of the API get a problem.
    package static func refusal(_ status: Int, _ path: [UInt8]) -> Response? {
        guard path.starts(with: Array("/api/".utf8)) else { return nil }
        return switch status {
        case 413: problem(413, "The body is longer than this address takes.")
        case 507: problem(507, "The disk is full: tell the administrator.")
        default:
            problem(status, "The request is malformed: its framing, an escape, or a text that may not stand there.")
        }
    }

    /// The same for whoever has a site.
    func problem(_ status: Int, _ words: String, fields: [String: JSONValue] = [:]) -> Response {
        ConsoleSite.problem(status, words, fields: fields)
    }

    /// A refusal (RFC 9457), of type `about:blank`.
    /// - Parameter fields: what is wrong, by the names of fields.
    static func problem(_ status: Int, _ words: String, fields: [String: JSONValue] = [:]) -> Response {
        var problem: [String: JSONValue] = [
            "status": .number(status), "title": .text(words), "type": .text("about:blank"),
        ]
        if !fields.isEmpty { problem["fields"] = .object(fields) }
        return Response(status, type: "application/problem+json", body: JSONValue.object(problem).bytes)
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

extension JSONValue: Encodable {
    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .number(let number): try container.encode(number)
        case .flag(let flag): try container.encode(flag)
        case .list(let list): try container.encode(list)
        case .object(let object): try container.encode(object)
        case .none: try container.encodeNil()
        }
    }

    /// As JSON, the names in order.
    var bytes: [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Nothing here can fail to be written: texts, whole numbers, flags.
        return (try? encoder.encode(self)).map { [UInt8]($0) } ?? Array("null".utf8)
    }
}
