import Crypto
import Elections
package import HTTPServer
import Inputs
import Operations
import Staff
import Store
import Synchronization
import WebContent

/// What the API's requests and answers have in common.
extension ConsoleSite {
    /// What every address of the API begins with.
    static let prefix = "/api/v1/"
    /// Where the description stands, for everybody.
    static let descriptionPath = "/api/v1/openapi.json"
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

    /// The description as it is sent: made at the first request and kept, since who asks needs no token.
    /// - Throws: an error of the store, since some choices stand there.
    func description() throws -> [UInt8] {
        if let made = madeDescription.withLock({ $0 }) { return made }
        let made = try APIDescription(context: context, address: address).made().bytes
        madeDescription.withLock { $0 = made }
        return made
    }

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
