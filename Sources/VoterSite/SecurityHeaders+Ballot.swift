import HTTPServer

extension SecurityHeaders {
    /// The ballot page may run WebAssembly, in a worker made of bytes that were checked: `child-src` says the same to browsers of
    /// before 2022.
    static let ballot = (
        name: "Content-Security-Policy",
        value:
            "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src blob:; child-src blob:; style-src 'self'; "
            + "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )

    /// The pages that say beforehand whether a browser can vote try it, under the ballot page's rule.
    static let able = (
        name: contentPolicy.name,
        value: contentPolicy.value.replacing("script-src 'self'", with: "script-src 'self' 'wasm-unsafe-eval'")
    )
}
