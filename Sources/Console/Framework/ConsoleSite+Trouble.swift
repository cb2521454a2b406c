import Elections
package import HTTPServer
import Threads
import WebContent

/// Answers of a console that cannot answer: they need nothing of the store.
extension ConsoleSite {
    /// The answer for a request that the pool would not take.
    package func overloaded(_ request: Request) -> Response { finish(request, later(request, 5), Monotonic.seconds) }

    /// Says that something must be tried again.
    /// - Parameter reason: what is wrong beside too much at once, in English.
    func later(_ request: Request, _ seconds: Int, _ reason: String? = nil) -> Response {
        guard request.path.hasPrefix("/api/") else {
            return waiting(message(stranger(request), 503, reason == nil ? "busy" : "standstill"), seconds)
        }
        return waiting(problem(503, reason ?? "Busy: try again in a moment."), seconds)
    }

    /// Whoever asks, as far as it can be told without the store.
    func stranger(_ request: Request) -> Visitor {
        let asked = request.parameter("lang") ?? request.cookie(cookies.name(.staffLanguage))
        let language =
            asked.flatMap(Language.init(rawValue:)) ?? request.preferredLanguage(among: Language.allCases)
            ?? election.languages.first ?? .fr
        return Visitor(request: request, language: language, browser: "", isNew: false, form: "")
    }
}
