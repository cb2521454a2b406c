/// Headers of every answer.
package enum SecurityHeaders {
    /// Begins with nothing; scripts, styles, pictures and forms come from the site alone.
    package static let contentPolicy = (
        name: "Content-Security-Policy",
        value:
            "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; "
            + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    /// Without HTTPS.
    private static let common: [(name: String, value: String)] = [
        contentPolicy,
        // Not no-referrer: browsers would send forms with a null origin.
        ("Referrer-Policy", "same-origin"),
        (
            "Permissions-Policy",
            "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), browsing-topics=()"
        ), ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
        ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ]
    /// Browsers that have seen it ask by HTTPS alone for two years.
    private static let secure = common + [("Strict-Transport-Security", "max-age=63072000; includeSubDomains")]

    /// - Parameter isSecure: whether the site is reached by HTTPS.
    package static func all(isSecure: Bool) -> [(name: String, value: String)] { isSecure ? secure : common }
}
