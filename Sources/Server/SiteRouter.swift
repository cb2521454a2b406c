import Console
import HTTPServer
import VoterSite

/// Hands each request to the election whose host was asked for, and there to the voters' site or the console.
struct SiteRouter: Sendable {
    let table: SiteTable
    /// Whether the console listens apart, so that nothing of it is answered here.
    let isConsoleApart: Bool
    let neutral: NeutralPages
    /// Answers for paths that are not the voters', whatever the host.
    let extra: @Sendable (Request) -> Response?

    private func isConsoles(_ request: Request) -> Bool { !isConsoleApart && ConsoleSite.owns(request.path) }

    func handle(_ request: Request) -> Reply {
        switch table.answering(request) {
        case .site(let site): isConsoles(request) ? site.console.handle(request) : site.site.handle(request)
        case .standstill: .now(beside(request) ?? neutral.answer(request, .standstill))
        case .nobody: .now(beside(request) ?? neutral.answer(request, .elsewhere))
        }
    }

    /// What a gateway or a monitoring program asks for by the machine's own name.
    private func beside(_ request: Request) -> Response? {
        let response = request.path == "/health" ? health() : extra(request)
        return response.map { neutral.finish(request, $0, as: request.path) }
    }

    /// The health of all elections: the first that fails, naming none, since anybody may ask.
    private func health() -> Response {
        var notes: [String] = []
        for hosted in table.all {
            guard let site = hosted.site else { return .text(503, "an election is not served: see the log\n") }
            let own = site.site.standing()
            guard own.status == 200 else { return own }
            notes += String(decoding: own.body, as: UTF8.self).split(separator: "\n").map(String.init)
                .filter { !notes.contains($0) }
        }
        return .text(200, notes.map { $0 + "\n" }.joined())
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
