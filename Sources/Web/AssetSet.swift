import Crypto
package import Delivery
import Foundation

/// Style sheet, scripts and logo, read once; an election's own come first.
package final class AssetSet: Sendable {
    /// One file for browsers.
    struct Asset: Sendable {
        let type: String
        let body: [UInt8]
        let version: String

        init(type: String, body: [UInt8]) {
            (self.type, self.body) = (type, body)
            version = String(hex(sha256(body)).prefix(AssetSet.versionCount))
        }

        /// What a browser compares it with before it uses it (Subresource Integrity): `sha256-...`.
        var integrity: String { "sha256-" + Data(sha256(body)).base64EncodedString() }

        /// The address under a name, with the version.
        func path(_ name: String) -> String { "/assets/\(name)?v=\(version)" }

        func response(_ request: Request) -> Response {
            var response = Response(200, type: type, body: body)
            let isVersioned = request.parameter("v") == version
            response.headers.append(
                ("Cache-Control", isVersioned ? "public, max-age=\(AssetSet.keptSeconds), immutable" : "no-cache"))
            response.headers.append(("ETag", "\"\(version)\""))
            if request.header("if-none-match") == "\"\(version)\"" {
                response.status = 304
                response.body = []
            }
            return response
        }
    }

    private let assets: [String: Asset]
    /// Hexadecimal digits of a version: enough to tell two files of one name apart.
    private static let versionCount = 16
    /// Seconds for which a browser keeps a version.
    private static let keptSeconds = 31_536_000

    package init(_ templates: TemplateFolder) throws(SiteFault) {
        var assets: [String: Asset] = [:]
        for (name, files, type) in [
            ("style.css", ["style.css", "colours.css"], "text/css; charset=utf-8"),
            ("site.js", ["site.js"], "text/javascript; charset=utf-8"),
            ("pow.js", ["pow.js"], "text/javascript; charset=utf-8"), ("logo.svg", ["logo.svg"], "image/svg+xml"),
            ("ballot.js", ["ballot.js"], "text/javascript; charset=utf-8"),
            ("sealer.js", ["sealer.js"], "text/javascript; charset=utf-8"),
            ("ballot.wasm", ["ballot.wasm"], "application/wasm"),
            ("console.css", ["console.css"], "text/css; charset=utf-8"),
            ("console.js", ["console.js"], "text/javascript; charset=utf-8"),
        ] {
            var body: [UInt8] = []
            for file in files {
                guard let bytes = templates.bytes("assets/\(file)") else {
                    throw SiteFault("assets/\(file) is missing: give the templates' folder with --templates.")
                }
                body += bytes
            }
            assets[name] = Asset(type: type, body: body)
        }
        self.assets = assets
    }

    /// The address of an asset, with its version.
    func path(_ name: String) -> String { assets[name]?.path(name) ?? "/assets/\(name)" }

    /// SHA-256 of everything that browsers are given, in hexadecimal, by name.
    package var digests: [(name: String, sha256: String)] {
        assets.map { ($0.key, hex(sha256($0.value.body))) }.sorted { $0.name < $1.name }
    }

    /// What a browser compares an asset with before it uses it (Subresource Integrity): `sha256-...`.
    func integrity(_ name: String) -> String { assets[name]?.integrity ?? "" }

    func response(_ request: Request) -> Response? {
        assets[String(request.path.dropFirst("/assets/".count))]?.response(request)
    }
}
