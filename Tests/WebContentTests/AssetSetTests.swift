import Crypto
import Delivery
import Foundation
import HTTPServer
import TestSupport
import Testing
import WebContent

/// What browsers load beside pages, each by its own digest.
struct AssetSetTests {
    private static let templates = repository.appending(path: "Templates").path

    private func get(_ path: String, _ version: String? = nil, known: String? = nil) -> Request {
        Request(
            method: .get, path: path, query: version.map { [Request.Field(name: "v", value: $0)] } ?? [],
            headers: known.map { [Request.Field(name: "if-none-match", value: $0)] } ?? [])
    }

    /// The program's assets with an election's own before them.
    private func assets(_ own: [String: String] = [:]) throws -> AssetSet {
        let folder = try TestFolder()
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "assets"), withIntermediateDirectories: true)
        for (name, text) in own { _ = try folder.file("assets/\(name)", text.utf8) }
        return try AssetSet(TemplateFolder([folder.url.path, AssetSetTests.templates]))
    }

    @Test func `an asset's address, its integrity and its digest are of its bytes`() throws {
        let set = try assets(["site.js": "let a = 1;"])
        let digest = sha256(Array("let a = 1;".utf8))
        #expect(set.path("site.js") == "/assets/site.js?v=\(hex(digest).prefix(16))")
        #expect(set.integrity("site.js") == "sha256-" + Data(digest).base64EncodedString())
        #expect(set.digests.first { $0.name == "site.js" }?.sha256 == hex(digest))
        #expect(try assets(["site.js": "let a = 2;"]).path("site.js") != set.path("site.js"))
        #expect(set.digests.map(\.name) == set.digests.map(\.name).sorted())
    }

    @Test func `what a page asks for by its version is kept, and nothing else is`() throws {
        let set = try assets(["site.js": "let a = 1;"])
        let version = String(hex(sha256(Array("let a = 1;".utf8))).prefix(16))
        let kept = try #require(set.response(get("/assets/site.js", version)))
        #expect(kept.status == 200 && kept.body == Array("let a = 1;".utf8))
        #expect(kept.header("Cache-Control") == "public, max-age=31536000, immutable")
        // Under the version of before, today's bytes must not be kept for a year.
        for version in [nil, "0123456789abcdef"] {
            #expect(set.response(get("/assets/site.js", version))?.header("Cache-Control") == "no-cache")
        }
        let unchanged = set.response(get("/assets/site.js", known: "\"\(version)\""))
        #expect(unchanged?.status == 304 && unchanged?.body == [])
        #expect(set.response(get("/assets/site.js", known: "\"other\""))?.status == 200)
    }

    @Test(arguments: [
        "/assets/dark.css", "/assets/../pages/home.html", "/assets/", "/assets/site.js/", "/assets/audio/fr/0.wav",
    ])
    func `nothing but what pages name is given out`(path: String) throws {
        #expect(try assets().response(get(path)) == nil)
    }

    @Test func `an election's colours come last, and without dark ones the page stays light`() throws {
        func style(_ own: [String: String]) throws -> String {
            let response = try assets(own).response(get("/assets/style.css"))
            return String(decoding: response?.body ?? [], as: UTF8.self)
        }
        let dark = try String(contentsOfFile: AssetSetTests.templates + "/assets/dark.css", encoding: .utf8)
        #expect(try style(["colours.css": "/* none */"]).contains(dark))
        let light = try style(["colours.css": ":root { --main: #123456; }"])
        #expect(!light.contains(dark) && light.hasSuffix(":root { --main: #123456; }"))
        #expect(try style(["colours.css": "@media (prefers-color-scheme: dark) { a { color: red } }"]).contains(dark))
    }

    @Test func `a missing file is named with the cure`() throws {
        let folder = try TestFolder()
        let fault = try #require(throws: SiteFault.self) { try AssetSet(TemplateFolder([folder.url.path])) }
        #expect(fault.description == "assets/style.css is missing: give the templates' folder with --templates.")
    }
}
