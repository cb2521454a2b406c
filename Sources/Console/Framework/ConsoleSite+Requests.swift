import Delivery
package import HTTPServer
import Staff
import Store
import Threads
import WebContent

/// One request at the console or its API: who answers it, and where.
extension ConsoleSite {
    /// Everything here may read much or hash: it runs on a pool of its own, so that no voter waits for it.
    /// - Returns: an answer at once for assets and crowded networks, else work for the background pool.
    package func handle(_ request: Request) -> Reply {
        let start = Monotonic.seconds
        // Made once: nobody waits for a thread.
        if request.path.hasPrefix("/assets/") || request.path == ConsoleSite.descriptionPath {
            return .now(finish(request, answer(request), start))
        }
        guard let crowd = crowd(request) else {
            return .background { [self] in finish(request, answer(request), start) }
        }
        guard let lane = CrowdLane.enter(crowd) else { return .now(finish(request, crowded(request), start)) }
        return .background { [self] in
            defer { lane.leave() }
            return finish(request, answer(request), start)
        }
    }

    /// The same at once, for a server that serves nothing else.
    /// Never throws: a failure is a page or a problem, and a line in the log.
    private func answer(_ request: Request) -> Response {
        do {
            if request.path.hasPrefix("/assets/") { return assets.response(request) ?? .text(404, "not found\n") }
            // What is read and written here would be lost.
            try store.checkFile()
            if request.path.hasPrefix("/api/") { return try ConsoleAPI(site: self).answer(request) }
            return try page(request)
        } catch {
            log("\(name(request.path)) failed: \(error)")
            if let error = error as? StoreError, let seconds = error.retrySeconds {
                return later(request, seconds, error.kind == .busy ? nil : error.description)
            }
            return request.path.hasPrefix("/api/")
                ? problem(500, "Internal error: the administrator finds it in the log.")
                : message(stranger(request), 500, "broken")
        }
    }

    /// Adds headers, counts the answer and writes its line.
    func finish(_ request: Request, _ response: Response, _ start: Double) -> Response {
        finisher.finish(request, response, as: name(request.path), since: start)
    }

    /// A path as the log may show it: the pattern, without numbers and names.
    private func name(_ path: String) -> String {
        let isAPI = path.hasPrefix("/api/v1/")
        let rest = String(path.dropFirst(isAPI ? "/api/v1/".count : "/manager/".count))
        let patterns = ConsoleTables.paths
        let found = patterns.first { Pattern.match($0, rest) != nil }
        return (isAPI ? "/api/v1/" : "/manager/") + (found ?? StaffSignIn.name(rest) ?? "other")
    }
}
