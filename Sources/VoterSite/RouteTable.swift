import Elections
import HTTPServer

/// One page or form of the site.
struct Route: Sendable {
    /// Answers a request that was found to be in order. What it throws becomes a page.
    typealias Handler = @Sendable (SiteContext, VoterRequest) throws -> Reply

    /// `HEAD` is answered as `GET`.
    let method: Request.Method
    /// Without parameters, as it stands in the address.
    let path: String
    let handler: Handler
}

extension SitePages {
    /// A page of this flow.
    static func get(
        _ path: String, _ handler: @escaping @Sendable (Self, VoterRequest) throws -> Reply
    ) -> Route {
        Route(method: .get, path: path) { try handler(Self(site: $0), $1) }
    }

    /// A form of this flow.
    static func post(
        _ path: String, _ handler: @escaping @Sendable (Self, VoterRequest) throws -> Reply
    ) -> Route {
        Route(method: .post, path: path) { try handler(Self(site: $0), $1) }
    }
}

/// Every page and form of the site, found by its path.
struct RouteTable: Sendable {
    /// What stands at one path.
    private struct Row: Sendable { var get, post: Route.Handler? }

    private let rows: [String: Row]

    /// - Parameter election: each of whose ballots has pages of its own.
    init(_ election: Election) {
        // Health needs no handler here, and has a line in the log all the same.
        var rows = ["/health": Row()]
        for route in RouteTable.routes(election) {
            var row = rows[route.path] ?? Row()
            switch route.method {
            case .post:
                precondition(row.post == nil, "\(route.path) takes two forms")
                row.post = route.handler
            case .get, .head, .other:
                precondition(row.get == nil, "\(route.path) is two pages")
                row.get = route.handler
            }
            rows[route.path] = row
        }
        self.rows = rows
    }

    /// The pages of all flows.
    static func routes(_ election: Election) -> [Route] {
        let fixed = [
            SignInPages.table, CodePages.table, SecretPages.table, RenewalPages.table, SpacePages.table,
            SecretChangePages.table, SessionPages.table, RecoveryPages.table, HelpPages.table, HoursPages.table,
            BoxPages.table, ResultPages.table, ReceiptPages.table, KioskPages.table, FigurePages.table,
        ]
        return fixed.flatMap(\.self)
            + election.ballots.flatMap {
                BallotPages.table(of: $0.id) + CastingPages.table(of: $0.id) + BoxPages.table(of: $0.id)
            }
    }

    /// What answers a request; nil where its path has nothing for its method.
    func handler(_ request: Request) -> Route.Handler? {
        guard let row = rows[request.path] else { return nil }
        return switch request.method {
        case .get, .head: row.get
        case .post: row.post
        case .other: nil
        }
    }

    /// Whether a path has an answer to some method.
    func isKnown(_ path: String) -> Bool { rows[path] != nil }

    /// Whether a page stands at a path, to which one may come back.
    func hasPage(_ path: String) -> Bool { rows[path]?.get != nil }

    /// Whether a form is sent to a path.
    func takesForm(_ path: String) -> Bool { rows[path]?.post != nil }

    /// A path as the log may show it: of known routes only, without what a visitor put into it.
    func name(_ path: String) -> String {
        if path.hasPrefix("/assets/") { return "/assets" }
        if path.hasPrefix("/captcha/") { return "/captcha" }
        return isKnown(path) ? path : "/other"
    }
}
