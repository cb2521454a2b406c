import Threads

/// What every answer of a site is given before it leaves: headers, a count, a line in the log.
package struct AnswerFinisher: Sendable {
    /// What an answer carries, unless it says otherwise itself.
    private let headers: [(name: String, value: String)]
    private let metrics: Metrics
    /// Takes a line; called by several threads.
    private let log: @Sendable (String) -> Void

    /// - Parameters:
    ///   - isSecure: whether the site is reached by HTTPS.
    ///   - log: takes a line of the access log.
    package init(isSecure: Bool, metrics: Metrics, log: @escaping @Sendable (String) -> Void) {
        headers = SecurityHeaders.all(isSecure: isSecure) + [("Cache-Control", "no-store")]
        (self.metrics, self.log) = (metrics, log)
    }

    /// Finishes an answer.
    /// The line has neither address nor browser: who was here when is nobody's business.
    /// - Parameters:
    ///   - name: the pattern of the path, without what a visitor put into it.
    ///   - start: when the whole request was there, by the monotonic clock.
    ///   - isSilent: whether it leaves no line and no count, unless something went wrong with it (5xx).
    package func finish(
        _ request: Request, _ response: consuming Response, as name: @autoclosure () -> String, since start: Double,
        isSilent: Bool = false
    ) -> Response {
        for header in headers where response.header(header.name) == nil { response.headers.append(header) }
        if isSilent, response.status < 500 { return response }
        let (name, seconds) = (name(), Monotonic.seconds - start)
        metrics.note(route: name, status: response.status, seconds: seconds)
        log("\(request.method.rawValue) \(name) \(response.status) \(response.size) \(Int(seconds * 1000))ms")
        return response
    }
}
