/// Whether a request comes from the site's own pages, by what browsers say of it: `Origin` (RFC 6454) and `Sec-Fetch-Site`
/// (Fetch Metadata). Neither proves anything of a program, which may write or leave out both: a form's token is asked for beside.
package struct OriginCheck: Sendable {
    /// Whether the header `Origin` names the site.
    private let isOwn: @Sendable (String) -> Bool

    /// - Parameter isOwn: compares the header `Origin` with the site's own, as browsers do.
    package init(isOwn: @escaping @Sendable (String) -> Bool) { self.isOwn = isOwn }

    /// Whether nothing says that the request comes from elsewhere. `null`, which browsers send of hidden origins, is elsewhere.
    package func admits(_ request: Request) -> Bool {
        if let origin = request.header("origin"), !isOwn(origin) { return false }
        return request.fetchSite.map { $0 == "same-origin" } ?? true
    }
}

extension Request {
    /// Where its page comes from, as the browser says; nil for browsers of before 2023, and for programs.
    package var fetchSite: String? { header("sec-fetch-site") }
}
