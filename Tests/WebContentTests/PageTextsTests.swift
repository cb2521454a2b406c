import Delivery
import Elections
import Foundation
import HTTPServer
import TestSupport
import Testing
import WebContent

/// The words of pages, and the language in which somebody wants them.
struct PageTextsTests {
    private func read(_ text: String, prefix: String = "") throws -> [String: String] {
        let folder = try TestFolder()
        try FileManager.default.createDirectory(
            at: folder.url.appending(path: "pages"), withIntermediateDirectories: true)
        _ = try folder.file("pages/\(prefix)fr.yaml", text.utf8)
        return try PageTexts.read(TemplateFolder([folder.url.path]), .fr, prefix: prefix)
    }

    @Test func `texts are read by their keys, the console's by their prefix`() throws {
        #expect(try read("a: un\nb: \"deux\"\n") == ["a": "un", "b": "deux"])
        #expect(try read("a: un\n", prefix: "console.") == ["a": "un"])
        #expect(throws: SiteFault.self) { try PageTexts.read(TemplateFolder(["/nowhere"]), .fr) }
    }

    @Test(arguments: [
        (
            "a: un\nb: \"\"\na: deux\nc: [x]\n",
            ["fr.yaml:3:1: the key \"a\" stands twice", "fr.yaml:2:4: ", "fr.yaml:4:4: "]
        ),
        ("- un\n", ["fr.yaml:1:1: the texts must hold keys and values"]), ("a: *x\n", ["fr.yaml:1:4: anchors"]),
    ])
    func `every fault of the file is told at once`(text: String, places: [String]) throws {
        let fault = try #require(throws: SiteFault.self) { try read(text) }
        for place in places { #expect(fault.description.contains("pages/" + place), "\(fault)") }
    }

    @Test(arguments: [
        ("en", Language.en), ("fr-CH, en;q=0.9", .fr), ("fr;q=0.4, en;q=0.8", .en), ("de, en;q=0.2", .en),
        ("EN-GB", .en),
        ("fr;q=0, en;q=0.1", .en), ("en, fr", .en), ("fr, en", .fr), ("de", nil), ("", nil), ("*", nil),
        ("fr;q=0", nil),
    ])
    func `the language is the one that the browser prefers`(header: String, expected: Language?) {
        let request = Request(
            method: .get, path: "/", headers: [Request.Field(name: "accept-language", value: header)])
        #expect(request.preferredLanguage(among: [.fr, .en]) == expected)
        #expect(request.preferredLanguage(among: []) == nil)
    }

    @Test func `a square code is drawn module by module`() {
        #expect(SquareDrawing.outline([[true, false], [false, true]]) == "M0 0h1v1h-1zM1 1h1v1h-1z")
        #expect(SquareDrawing.outline([]) == "")
    }
}
