import CommandLineKit
import Console
import Delivery
import Foundation
import HTTPServer
import Threads
import WebContent

/// What is answered where no election's site can: for a host of no election, for an election that cannot be served, and for an
/// address that several consoles share. In both languages, and naming no election.
struct NeutralPages: Sendable {
    /// What is said.
    enum Page: String {
        /// No election has the host that was asked for.
        case elsewhere
        /// The election cannot be served.
        case standstill
        /// The consoles' address was asked without an election.
        case consoles

        /// 421 tells browsers that the request came to the wrong server (RFC 9110, 15.5.20).
        var status: Int {
            switch self {
            case .elsewhere: 421
            case .standstill: 503
            case .consoles: 200
            }
        }

        /// What programs are told.
        var words: String {
            switch self {
            case .elsewhere: "No election of this server has this host.\n"
            case .standstill: "This election cannot be served now: the administrator finds why in the server's log.\n"
            case .consoles: "Name the election by its short name in the header Isoloir-Election.\n"
            }
        }
    }

    /// Seconds after which a browser asks again where somebody must do something first.
    private static let longPause = 60

    private let pages: [Page: [UInt8]]
    private let assets: AssetSet
    private let finisher: AnswerFinisher
    /// Of requests that belong to no election.
    let metrics = Metrics(.public, election: "")

    /// - Parameter templates: the program's own.
    /// - Throws: refused where a page or an asset is missing.
    init(_ templates: TemplateFolder, log: AccessLog) throws(Refusal) {
        (pages, assets) = try refusing {
            var pages: [Page: [UInt8]] = [:]
            for page in [Page.elsewhere, .standstill, .consoles] {
                pages[page] = Array(try templates.text("pages/server/\(page.rawValue).html").utf8)
            }
            return (pages, try AssetSet(templates))
        }
        // Whether the browser came by HTTPS is not known of a host that is none of ours.
        finisher = AnswerFinisher(isSecure: false, metrics: metrics) { log.write($0) }
    }

    /// The answer, with the style that its page loads.
    func answer(_ request: Request, _ page: Page) -> Response {
        if request.path.hasPrefix("/assets/"), let asset = assets.response(request) {
            return finish(request, asset, as: "/assets/")
        }
        var response = Response(
            page.status, body: page == .consoles ? consoles(of: "", path: "/manager") : pages[page] ?? [])
        if request.path.hasPrefix("/api/") {
            response = .text(page == .consoles ? 400 : page.status, page.words)
        }
        if page == .standstill { response = response.retry(after: NeutralPages.longPause) }
        return finish(request, response, as: page.rawValue)
    }

    /// Asks which election's console is meant, with one filled in.
    /// - Parameters:
    ///   - name: a short name: letters, digits and hyphens.
    ///   - path: where the answer leads: letters, digits, hyphens and slashes.
    func choice(_ request: Request, of name: String, path: String) -> Response {
        finish(
            request, Response(Page.consoles.status, body: consoles(of: name, path: path)), as: Page.consoles.rawValue)
    }

    private func consoles(of name: String, path: String) -> [UInt8] {
        let text = String(decoding: pages[.consoles] ?? [], as: UTF8.self)
        return Array(
            text.replacingOccurrences(of: "{{path}}", with: path).replacingOccurrences(of: "{{election}}", with: name)
                .utf8)
    }

    /// Adds headers, counts an answer that belongs to no election, and writes its line.
    func finish(_ request: Request, _ response: Response, as name: String) -> Response {
        finisher.finish(request, response, as: name, since: Monotonic.seconds)
    }
}
