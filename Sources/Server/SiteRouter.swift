import Console
import HTTPServer
import VoterSite

/// Hands each request to the election whose host was asked for, and there to the voters' site or the console.
struct SiteRouter: Sendable {
    let table: SiteTable
    /// Whether the console listens apart, so that nothing of it is answered here.
    let isConsoleApart: Bool
    let neutral: NeutralPages
    /// The address of the SMS gateway's receipts, where the settings name one.
    let gateway: HostTable<Bool>?
    /// Answers for paths that are not the voters', whatever the host.
    let extra: @Sendable (Request) -> Response?

    private func isConsoles(_ request: Request) -> Bool { !isConsoleApart && ConsoleSite.owns(request.path) }

    func handle(_ request: Request) -> Reply {
        switch table.answering(request) {
        case .site(let site): isConsoles(request) ? site.console.handle(request) : site.site.handle(request)
        case .standstill:
            .now(beside(request, isGateways: true) ?? neutral.answer(request, .standstill))
        case .nobody:
            .now(beside(request, isGateways: isGateways(request)) ?? neutral.answer(request, .elsewhere))
        }
    }

    /// Whether the host is the one at which the SMS gateway was told to leave receipts: others learn of none.
    private func isGateways(_ request: Request) -> Bool { gateway?.find(request.header("host")) != nil }

    /// What a gateway or a monitoring program asks for by the machine's own name.
    private func beside(_ request: Request, isGateways: Bool) -> Response? {
        let response = request.path == "/health" ? health() : isGateways ? extra(request) : nil
        return response.map { neutral.finish(request, $0, as: request.path) }
    }

    /// Whether all elections are in order. Anybody may ask: what is wrong, and with which one, stands in log and figures.
    private func health() -> Response {
        let isGood = table.all.allSatisfy { $0.site?.site.standing().status == 200 }
        return isGood ? .text(200, "ok\n") : .text(503, "not ok\n")
    }

    func overloaded(_ request: Request) -> Response {
        switch table.answering(request) {
        case .site(let site): isConsoles(request) ? site.console.overloaded(request) : site.site.overloaded(request)
        case .standstill: neutral.answer(request, .standstill)
        case .nobody: neutral.answer(request, .elsewhere)
        }
    }

    func bodyLimit(_ request: Request) -> Int {
        guard case .site(let site) = table.answering(request) else { return 0 }
        return isConsoles(request) ? site.console.bodyLimit(request) : site.site.bodyLimit(request)
    }

    func upload(_ request: Request) -> (path: String, limit: Int)? {
        guard !isConsoleApart, case .site(let site) = table.answering(request) else { return nil }
        return site.console.upload(request)
    }
}
