import Console
import Contacts
import Elections
import HTTPServer

/// Finds the console at an address that the consoles of several elections share. Accounts belong to an election, and two
/// elections may have accounts with the same identifier: so the election is named first, by its short name, which is no
/// secret. Whether somebody has an account there is told by nothing that is answered here.
///
///     /manager/...?election=cse-2026 ──> cookie, then /manager/...: that election's console, and its sign-in
///     the same from another site ──────> the page that asks which one, with this one filled in
///     /manager/election ───────────────> the page that asks which one; also where the cookie names none
///     program ── Isoloir-Election: cse-2026 ──> that election's API
///
/// A form that one election's page sends while the browser's cookie names another is refused: its token is of the other key.
struct ConsoleRouter: Sendable {
    /// Where another election is chosen.
    static let choosing = "/manager/election"
    /// Seconds for which a browser remembers the choice: half a year, as long as an election is prepared and kept.
    private static let keptSeconds = 15_552_000
    /// Letters, digits and hyphens of a short name.
    private static let longestName = 40

    let table: SiteTable
    let neutral: NeutralPages
    /// The consoles' address.
    let origin: Origin?

    /// Whether the consoles are reached by HTTPS.
    private var isSecure: Bool { origin?.scheme == .https }
    private var cookie: String { (isSecure ? "__Host-" : "") + "console-election" }

    /// The console of a request; nil where no election, or none that is known, is named.
    private func answering(_ request: Request) -> SiteTable.Answering {
        if table.isAlone { return table.answering(request) }
        guard request.path != ConsoleRouter.choosing,
            let name = request.header("isoloir-election") ?? request.cookie(cookie)
        else { return .nobody }
        return table.answering(election: name)
    }

    func handle(_ request: Request) -> Reply {
        if !table.isAlone, let chosen = choice(request) { return .now(chosen) }
        switch answering(request) {
        case .site(let site): return site.console.handle(request)
        case .standstill: return .now(neutral.answer(request, .standstill))
        case .nobody: return .now(neutral.answer(request, .consoles))
        }
    }

    /// The same for names that there are and names that there are not: the browser keeps it and goes on.
    private func choice(_ request: Request) -> Response? {
        guard request.method == .get, ConsoleRouter.isPage(request.path), let name = request.parameter("election"),
            1...ConsoleRouter.longestName ~= name.utf8.count,
            name.utf8.allSatisfy({ 97...122 ~= $0 || 48...57 ~= $0 || $0 == UInt8(ascii: "-") })
        else { return nil }
        guard request.cookie(cookie) == name || isAsked(request) else {
            return neutral.choice(
                request, of: name, path: request.path == ConsoleRouter.choosing ? "/manager" : request.path)
        }
        var response = Response.see(request.path)
        response.headers.append(
            (
                "Set-Cookie",
                "\(cookie)=\(name); Path=/; HttpOnly\(isSecure ? "; Secure" : ""); SameSite=Lax; "
                    + "Max-Age=\(ConsoleRouter.keptSeconds)"
            ))
        return neutral.finish(request, response, as: "/manager")
    }

    /// Whether somebody asks for the page who is at the consoles or typed the address: a page from elsewhere must not lead the
    /// tabs of somebody with accounts in two elections from one to the other.
    private func isAsked(_ request: Request) -> Bool {
        if let fetchSite = request.fetchSite { return ["same-origin", "none"].contains(fetchSite) }
        // Browsers of before 2023, and those that came without HTTPS, say at most where they were.
        return ["origin", "referer"].compactMap { request.header($0) }.allSatisfy { text in
            let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
            return origin != nil && Origin(parts.prefix(3).joined(separator: "/")) == origin
        }
    }

    /// Whether a path is one of the console, in characters that stand in an address as they are.
    private static func isPage(_ path: String) -> Bool {
        (path == "/manager" || path.hasPrefix("/manager/"))
            && path.utf8.allSatisfy {
                97...122 ~= $0 || 65...90 ~= $0 || 47...57 ~= $0 || $0 == UInt8(ascii: "-")
            }
    }

    /// Where messages lead the staff of an election: at an address that consoles may share, with the election in it.
    static func address(of election: Election, _ settings: ServerSettings) -> String {
        settings.console.map { "\($0.url)/manager?election=\(election.id)" } ?? "\(election.address)/manager"
    }

    func overloaded(_ request: Request) -> Response {
        switch answering(request) {
        case .site(let site): site.console.overloaded(request)
        case .standstill: neutral.answer(request, .standstill)
        case .nobody: neutral.answer(request, .consoles)
        }
    }

    func bodyLimit(_ request: Request) -> Int {
        if case .site(let site) = answering(request) { site.console.bodyLimit(request) } else { 0 }
    }

    func upload(_ request: Request) -> (path: String, limit: Int)? {
        if case .site(let site) = answering(request) { site.console.upload(request) } else { nil }
    }
}
