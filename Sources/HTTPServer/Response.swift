import Glibc

/// An answer.
package struct Response: Sendable {
    /// The status code of HTTP.
    package var status: Int
    /// In the order in which they are sent. A value with a control character keeps the whole answer from being sent.
    package var headers: [(name: String, value: String)]
    /// Not sent where `file` is set.
    package var body: [UInt8]
    /// A file that is sent instead of the body, as it is.
    package var file: String?
    /// The part of the file that is sent; nil for all of it.
    package var range: Range<Int>?

    /// Begins with the header `Content-Type` alone.
    package init(_ status: Int = 200, type: String = "text/html; charset=utf-8", body: [UInt8] = []) {
        self.status = status
        headers = [("Content-Type", type)]
        self.body = body
    }

    /// Plain text, for machines.
    package static func text(_ status: Int, _ text: String) -> Response {
        Response(status, type: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// Sends the browser on with GET.
    package static func see(_ path: String) -> Response {
        var response = Response(303)
        response.headers.append(("Location", path))
        return response
    }

    /// The same, with the seconds after which to ask again.
    package consuming func retry(after seconds: Int) -> Response {
        headers.append(("Retry-After", "\(seconds)"))
        return self
    }

    /// The same, as a file to keep.
    /// - Parameter name: of the file, in ASCII without quotes.
    package consuming func attached(as name: String) -> Response {
        headers.append(("Content-Disposition", "attachment; filename=\"\(name)\""))
        return self
    }

    /// The same, with cookies.
    /// - Parameter values: of `Set-Cookie`.
    package consuming func setting(_ values: [String]) -> Response {
        for value in values { headers.append(("Set-Cookie", value)) }
        return self
    }

    /// Bytes of the body, or of the file.
    /// A file that is not there has none.
    package var size: Int {
        guard let file else { return body.count }
        if let range { return range.count }
        var status = stat()
        return unsafe stat(file, &status) == 0 ? Int(status.st_size) : 0
    }

    /// The first header of this name, as it is spelled here.
    package func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// What a handler gives back: the answer, or the slow work that will produce it.
package enum Reply: Sendable {
    /// The answer, made within a few milliseconds: the thread serves other connections too.
    case now(Response)
    /// Runs on the server's worker pool while the connection waits.
    case later(@Sendable () -> Response)
    /// The same on the pool of what nobody else may wait for: the console's exports and searches.
    case background(@Sendable () -> Response)
}
