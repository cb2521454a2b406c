/// The site's cookies. Over HTTPS their names bind them to this host alone (`__Host-`, RFC 6265bis).
struct Cookies: Sendable {
    enum Kind: String {
        /// The browser's own token, for forms and support code.
        case browser
        /// A sign-in under way.
        case pending
        /// A session.
        case session
        /// The same of the console, whose cookies are its own.
        case staffBrowser, staffPending, staffSession
        /// The language that somebody chose at the console.
        case staffLanguage
    }

    /// Off for a site on this machine alone, which has no HTTPS.
    let isSecure: Bool
    /// Seconds for which a sign-in under way survives a closed tab.
    private static let pendingSeconds = 3600

    func name(_ kind: Kind) -> String { (isSecure ? "__Host-" : "") + kind.rawValue }

    func set(_ kind: Kind, _ value: String) -> String {
        let attributes =
            switch kind {
            case .browser, .staffBrowser, .staffLanguage: "; SameSite=Lax"
            case .pending, .staffPending: "; SameSite=Lax; Max-Age=\(Cookies.pendingSeconds)"
            case .session, .staffSession: "; SameSite=Strict"
            }
        return "\(name(kind))=\(value); Path=/; HttpOnly" + (isSecure ? "; Secure" : "") + attributes
    }

    func clear(_ kind: Kind) -> String {
        "\(name(kind))=; Path=/; HttpOnly" + (isSecure ? "; Secure" : "")
            + "; SameSite=\(kind == .session || kind == .staffSession ? "Strict" : "Lax"); Max-Age=0"
    }
}

/// Headers of every answer.
enum SecurityHeaders {
    private static let common: [(name: String, value: String)] = [
        (
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
                + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        // Not no-referrer: browsers would send forms with a null origin.
        ("Referrer-Policy", "same-origin"),
        (
            "Permissions-Policy",
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), browsing-topics=()"
        ), ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
    private static let secure = common + [("Strict-Transport-Security", "max-age=63072000; includeSubDomains")]

    /// The ballot page alone may run WebAssembly, in a worker made of bytes that were checked.
    static let ballot = (
        name: "Content-Security-Policy",
        value: "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; style-src 'self'; "
            + "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )

    static func all(isSecure: Bool) -> [(name: String, value: String)] { isSecure ? secure : common }
}
