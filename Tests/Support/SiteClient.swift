import Foundation
package import HTTPServer

/// A browser without a socket: it asks a site's handler, keeps the cookies that it is given, and waits for what is put off.
package final class SiteClient {
    private let handler: WebServer.Handler
    /// Where its requests come from.
    private let source: String
    /// By name, as the site gave them.
    package var cookies: [String: String] = [:]

    /// - Parameter source: its address.
    package init(source: String = "192.0.2.1", _ handler: @escaping WebServer.Handler) {
        (self.source, self.handler) = (source, handler)
    }

    /// Asks for a page.
    /// - Parameters:
    ///   - address: path and parameters.
    ///   - headers: beside the cookies, with names in small letters.
    @discardableResult
    package func get(_ address: String, _ headers: [String: String] = [:]) -> Response {
        send(.get, address, headers: headers)
    }

    /// Sends a form of a page: with the page's own hidden tokens, where no other value is given.
    /// - Parameter page: where the form stands; nil for one that somebody made up.
    @discardableResult
    package func submit(
        _ address: String, of page: Response?, _ fields: [String: String] = [:], _ headers: [String: String] = [:]
    ) -> Response {
        var all = fields
        for name in ["form", "mark", "owner", "grant"] where all[name] == nil { all[name] = page?.hidden(name) }
        let pairs = all.sorted { $0.key < $1.key }.map { "\($0)=\(SiteClient.escaped($1))" }
        return send(.post, address, headers: headers, body: pairs.joined(separator: "&"))
    }

    /// Sends any request.
    /// - Parameter body: of a form, encoded as it is to be.
    @discardableResult
    package func send(
        _ method: Request.Method, _ address: String, headers: [String: String] = [:], body: String = ""
    ) -> Response {
        let halves = address.split(separator: "?", maxSplits: 1)
        let query = halves.dropFirst().flatMap { $0.split(separator: "&") }.map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1).map { String($0).removingPercentEncoding ?? "" }
            return Request.Field(name: parts[0], value: parts.count > 1 ? parts[1] : "")
        }
        var all = headers.map { Request.Field(name: $0, value: $1) }
        if !cookies.isEmpty {
            let pairs = cookies.map { "\($0)=\($1)" }
            all.append(Request.Field(name: "cookie", value: pairs.joined(separator: "; ")))
        }
        if method == .post, headers["content-type"] == nil {
            all.append(Request.Field(name: "content-type", value: "application/x-www-form-urlencoded"))
        }
        let request = Request(
            method: method, path: String(halves.first ?? "/"), query: query, headers: all, body: Array(body.utf8),
            source: source)
        let response: Response
        switch handler(request) {
        case .now(let made): response = made
        case .later(let work), .background(let work): response = work()
        }
        keep(response)
        return response
    }

    /// Takes cookies as browsers do: one that is over goes away.
    private func keep(_ response: Response) {
        for header in response.headers where header.name == "Set-Cookie" {
            let pair = header.value.split(separator: ";")[0].split(separator: "=", maxSplits: 1).map(String.init)
            let isOver = header.value.contains("Max-Age=0")
            cookies[pair[0]] = isOver ? nil : pair.count > 1 ? pair[1] : ""
        }
    }

    /// A field's value as forms encode it.
    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}

extension Response {
    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of the page's first hidden field of a name.
    package func hidden(_ name: String) -> String? {
        let mark = "name=\"\(name)\" value=\""
        return text.firstRange(of: mark).map { String(text[$0.upperBound...].prefix { $0 != "\"" }) }
    }
}
