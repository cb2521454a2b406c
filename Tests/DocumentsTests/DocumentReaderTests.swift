import Documents
import Testing

/// A reader goes on after a fault, so that one look at the list corrects them all.
struct DocumentReaderTests {
    private enum Colour: String, CaseIterable { case red, green }

    /// The faults of a text that is read with `body`, in their order.
    private func faults(_ text: String, _ body: (Section) -> Void) throws -> [String] {
        let reader = DocumentReader(file: "e.yaml")
        reader.section(try YAML.parse(text, file: "e.yaml"), "the file", body)
        return reader.faults.map(\.description)
    }

    @Test func `a key that stands twice is told with the line of the first, which holds`() throws {
        var read = ""
        let found = try faults("a: one\nb: x\na: two\n") { section in
            read = section.text("a")
            _ = section.text("b")
        }
        #expect(found == ["e.yaml:3:1: the key \"a\" stands twice, first on line 1"])
        #expect(read == "one")
    }

    @Test func `an unknown key is told with the known ones`() throws {
        let found = try faults("name: x\nnmae: y\n") { section in
            _ = section.text("name")
            _ = section.optionalText("title")
        }
        #expect(found == ["e.yaml:2:1: unknown key \"nmae\" in the file; known keys: name, title"])
    }

    @Test func `every fault is collected, each at its own place`() throws {
        let text =
            "port: 70000\nlong: \"1\"\nopen: \"true\"\ncolour: blue\ncolours: [red, blue]\nlist: x\nempty: \"\"\n"
        let found = try faults(text) { section in
            #expect(section.number("port", in: 1...65_535, standard: 80) == 80)
            #expect(section.number("long", in: 1...9, standard: 7) == 7)
            #expect(!section.flag("open", standard: false))
            #expect(section.choice("colour", standard: Colour.green) == .green)
            #expect(section.choices("colours", as: Colour.self) == [.red])
            #expect(section.list("list").isEmpty)
            #expect(section.text("empty") == "")
            #expect(section.text("absent") == "")
        }
        #expect(
            found == [
                "e.yaml:1:7: \"port\" must be a whole number from 1 to 65535",
                "e.yaml:2:7: \"long\" must be a whole number from 1 to 9", "e.yaml:3:7: \"open\" must be true or false",
                "e.yaml:4:9: \"colour\" must be one of: red, green",
                "e.yaml:5:16: \"colours\" must be one of: red, green",
                "e.yaml:6:7: \"list\" must be a list", "e.yaml:7:8: \"empty\" must be a text",
                "e.yaml:1:1: the file needs the key \"absent\"",
            ])
    }

    @Test func `what is missing has its standard, and nothing is a fault`() throws {
        let found = try faults("a: 1\n") { section in
            #expect(section.number("a", in: 1...1, standard: 9) == 1)
            #expect(section.number("b", in: 1...1, standard: 9) == 9)
            #expect(section.flag("c", standard: true))
            #expect(section.optionalChoice("d", as: Colour.self) == nil)
            #expect(section.choices("e", as: Colour.self) == nil)
            #expect(section.optionalSection("f") { _ in 1 } == nil)
        }
        #expect(found == [])
    }

    @Test func `a mapping inside names itself in its faults`() throws {
        let found = try faults("support:\n  mial: x\nother: text\n") { section in
            section.section("support") { _ = $0.optionalText("mail") }
            section.optionalSection("other") { _ in () }
        }
        #expect(
            found == [
                "e.yaml:2:3: unknown key \"mial\" in \"support\"; known keys: mail",
                "e.yaml:3:8: \"other\" must hold keys and values",
            ])
    }

    @Test func `a text may stand in for another once that is allowed, not before`() throws {
        let text = "first: {fr: un}\nsecond: {fr: deux}\n"
        let found = try faults(text) { section in
            section.section("first") { first in
                _ = first.textOrStandIn("en")
                first.allow("fr", toStandInFor: "en")
                #expect(first.textOrStandIn("en") == "un")
            }
            section.section("second") { #expect($0.textOrStandIn("en") == "deux") }
        }
        #expect(found.first == "e.yaml:1:8: \"first\" needs the key \"en\"")
        // The other file's texts are of one language: the key that stood in was asked for.
        #expect(!found.contains { $0.contains("\"second\"") })
    }
}
