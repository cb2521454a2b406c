import Crypto
package import Delivery

/// Style sheet, scripts and logo, read once; an election's own come first.
package final class AssetSet: Sendable {
    private struct Asset: Sendable {
        let type: String
        let body: [UInt8]
        let version: String
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
        ] {
            var body: [UInt8] = []
            for file in files {
                do throws(TemplateFolder.Missing) { body += Array(try templates.text("assets/\(file)").utf8) } catch {
                    throw SiteFault(error.description)
                }
            }
            assets[name] = Asset(
                type: type, body: body, version: String(hex(sha256(body)).prefix(AssetSet.versionCount)))
        }
        self.assets = assets
    }

    /// The address of an asset, with its version.
    func path(_ name: String) -> String { "/assets/\(name)?v=\(assets[name]?.version ?? "")" }

    func response(_ request: Request) -> Response? {
        let name = String(request.path.dropFirst("/assets/".count))
        guard let asset = assets[name] else { return nil }
        var response = Response(200, type: asset.type, body: asset.body)
        let isVersioned = request.parameter("v") == asset.version
        response.headers.append(
            ("Cache-Control", isVersioned ? "public, max-age=\(AssetSet.keptSeconds), immutable" : "no-cache"))
        response.headers.append(("ETag", "\"\(asset.version)\""))
        if request.header("if-none-match") == "\"\(asset.version)\"" {
            response.status = 304
            response.body = []
        }
        return response
    }
}
