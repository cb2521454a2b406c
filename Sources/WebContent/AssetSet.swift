import Crypto
package import Delivery
import Foundation
package import HTTPServer

/// Style sheet, scripts and logo, read once; an election's own come first.
package final class AssetSet: Sendable {
    /// One file for browsers.
    package struct Asset: Sendable {
        /// The media type, with the character set where it is text.
        let type: String
        /// The bytes as browsers get them, not packed.
        let body: [UInt8]
        /// The beginning of its SHA-256, which stands in its address: another file has another address.
        let version: String

        /// - Parameter type: the media type.
        package init(type: String, body: [UInt8]) {
            (self.type, self.body) = (type, body)
            version = String(hex(sha256(body)).prefix(AssetSet.versionCount))
        }

        /// What a browser compares it with before it uses it (Subresource Integrity): `sha256-...`.
        package var integrity: String { "sha256-" + Data(sha256(body)).base64EncodedString() }

        /// The address under a name, with the version.
        package func path(_ name: String) -> String { "/assets/\(name)?v=\(version)" }

        /// With `?v=` the browser keeps it for a year, without it asks each time (304 where nothing changed).
        package func response(_ request: Request) -> Response {
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

    /// By their names below `/assets/`.
    private let assets: [String: Asset]
    /// Hexadecimal digits of a version: enough to tell two files of one name apart.
    private static let versionCount = 16
    /// Seconds for which a browser keeps a version.
    private static let keptSeconds = 31_536_000

    /// What pages load beyond the first one's style.
    package static let pagesStyle = "pages.css"

    /// Reads every file that pages name; `style.css` is made of several.
    /// - Parameter templates: an election's own folder before the program's.
    /// - Throws: `SiteFault` with the first file that is missing.
    package init(_ templates: TemplateFolder) throws(SiteFault) {
        var assets: [String: Asset] = [:]
        for (name, files, type) in [
            (
                "style.css", ["style.css"] + (AssetSet.takesDark(templates) ? ["dark.css"] : []) + ["colours.css"],
                "text/css; charset=utf-8"
            ),
            (AssetSet.pagesStyle, [AssetSet.pagesStyle], "text/css; charset=utf-8"),
            ("site.js", ["site.js"], "text/javascript; charset=utf-8"),
            ("receipt.js", ["receipt.js"], "text/javascript; charset=utf-8"),
            ("language.js", ["language.js"], "text/javascript; charset=utf-8"),
            ("grace.js", ["grace.js"], "text/javascript; charset=utf-8"),
            ("kiosk.js", ["kiosk.js"], "text/javascript; charset=utf-8"),
            ("session.js", ["session.js"], "text/javascript; charset=utf-8"),
            ("fields.js", ["fields.js"], "text/javascript; charset=utf-8"),
            ("pow.js", ["pow.js"], "text/javascript; charset=utf-8"), ("logo.svg", ["logo.svg"], "image/svg+xml"),
            ("ballot.js", ["ballot.js"], "text/javascript; charset=utf-8"),
            ("sealer.js", ["sealer.js"], "text/javascript; charset=utf-8"),
            ("ballot.wasm", ["ballot.wasm"], "application/wasm"),
            ("console.css", ["console.css"], "text/css; charset=utf-8"),
            ("console.js", ["console.js"], "text/javascript; charset=utf-8"),
        ] {
            // The texts of a poll that was sealed before there was one: its pages ask for none.
            if name == AssetSet.pagesStyle, templates.bytes("assets/\(name)") == nil { continue }
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

    /// Whether pages follow a device that asks for dark ones: not where an election brings colours that were chosen for light
    /// paper alone, which could not be read on the other.
    private static func takesDark(_ templates: TemplateFolder) -> Bool {
        guard let bytes = templates.bytes("assets/colours.css") else { return true }
        let colours = String(decoding: bytes, as: UTF8.self)
        return !colours.contains("{") || colours.contains("prefers-color-scheme")
    }

    /// The address of an asset, with its version.
    /// An address without a version for a name that there is not.
    package func path(_ name: String) -> String { assets[name]?.path(name) ?? "/assets/\(name)" }

    /// SHA-256 of everything that browsers are given, in hexadecimal, by name.
    package var digests: [(name: String, sha256: String)] {
        assets.map { ($0.key, hex(sha256($0.value.body))) }.sorted { $0.name < $1.name }
    }

    /// What a browser compares an asset with before it uses it (Subresource Integrity): `sha256-...`.
    package func integrity(_ name: String) -> String { assets[name]?.integrity ?? "" }

    /// Nil for a name that there is not.
    package func response(_ request: Request) -> Response? {
        assets[String(request.path.dropFirst("/assets/".count))]?.response(request)
    }
}
