/// The site's cookies. Over HTTPS their names bind them to this host alone (`__Host-`, RFC 6265bis). A host's ports share its
/// cookies, and so the names carry the election: no election's site ever takes another one's session.
package struct Cookies: Sendable {
    /// Their raw values end the names, after the prefix and the election.
    package enum Kind: String {
        /// The browser's own token, for forms and support code.
        case browser
        /// A sign-in under way.
        case pending
        /// A session.
        case session
        /// The same of the console, whose cookies are its own.
        case staffBrowser, staffPending, staffSession
        /// A device that many share, by the leave that the bureau signed.
        case kiosk
        /// The language that somebody chose at the console.
        case staffLanguage
    }

    /// Off for a site on this machine alone, which has no HTTPS.
    package let isSecure: Bool
    /// Seconds for which a sign-in under way survives a closed tab.
    private static let pendingSeconds = 3600

    /// The election's short name: letters, digits and hyphens.
    private let election: String

    /// - Parameters:
    ///   - isSecure: whether the site is reached by HTTPS.
    ///   - election: whose site it is.
    package init(isSecure: Bool, election: String) { (self.isSecure, self.election) = (isSecure, election) }

    /// As it stands in requests and answers.
    package func name(_ kind: Kind) -> String { "\(isSecure ? "__Host-" : "")\(election)-\(kind.rawValue)" }

    /// The name that the leave of a device that many share had before names carried the election. Such a cookie lasts more than a
    /// year: read by no one, it would make of every lent device a voter's own.
    package var formerKiosk: String { (isSecure ? "__Host-" : "") + Kind.kiosk.rawValue }

    /// The value of a `Set-Cookie` header that takes the former cookie of a kiosk away.
    package var clearFormerKiosk: String { cleared(formerKiosk, "Lax") }

    /// The value of a `Set-Cookie` header: for this host alone, kept from scripts, and `SameSite` as its kind allows.
    /// - Parameter seconds: how long it outlives the browser, where it does.
    package func set(_ kind: Kind, _ value: String, seconds: Int? = nil) -> String {
        let attributes =
            switch kind {
            case .browser, .staffBrowser, .staffLanguage: "; SameSite=Lax"
            case .pending, .staffPending: "; SameSite=Lax; Max-Age=\(Cookies.pendingSeconds)"
            // A link to the site, scanned or typed, finds a kiosk a kiosk.
            case .kiosk: "; SameSite=Lax"
            case .session, .staffSession: "; SameSite=Strict"
            }
        return "\(name(kind))=\(value); Path=/; HttpOnly" + (isSecure ? "; Secure" : "") + attributes
            + (seconds.map { "; Max-Age=\($0)" } ?? "")
    }

    /// The value of a `Set-Cookie` header that takes the cookie away.
    package func clear(_ kind: Kind) -> String {
        cleared(name(kind), kind == .session || kind == .staffSession ? "Strict" : "Lax")
    }

    private func cleared(_ name: String, _ sameSite: String) -> String {
        "\(name)=; Path=/; HttpOnly" + (isSecure ? "; Secure" : "") + "; SameSite=\(sameSite); Max-Age=0"
    }
}
