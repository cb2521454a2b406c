import Documents
import Testing

/// What is no document, or holds what a signed file must not hold, is refused with its place.
struct YAMLTests {
    /// The fault of a text as editors read it; nil where it is a document.
    private func fault(_ text: String) -> String? {
        do throws(Fault) {
            _ = try YAML.parse(text, file: "e.yaml")
            return nil
        } catch { return error.description }
    }

    @Test(arguments: [
        ("a: &x 1\nb: 2\n", "1:4", "anchors"), ("a: 1\nb: *x\n", "2:4", "anchors"),
        ("a:\n  - !!int 3\n", "2:5", "anchors"),
        ("a: &x {b: 1}\n", "1:4", "anchors"), ("a: &x [1]\n", "1:4", "anchors"),
        ("? [1]\n: 2\n", "1:3", "a key must be a plain word"), ("? {a: 1}\n: 2\n", "1:3", "a key must be a plain word"),
        ("a: 1\n---\nb: 2\n", "2:1", "one document"), ("", "1:1", "the file is empty"),
        ("# none\n", "2:1", "the file is empty"),
        ("a: \"never ended\n", "2:1", ""), ("a: 1\n\tb: 2\n", "2:1", ""),
    ])
    func `what is refused is named with its line and column`(text: String, place: String, words: String) throws {
        let found = try #require(fault(text))
        #expect(found.hasPrefix("e.yaml:\(place): "), "\(found)")
        #expect(found.contains(words), "\(found)")
    }

    @Test func `every value knows its place and whether it was quoted`() throws {
        let root = try YAML.parse("a: 1\nb:\n  - x\n  - \"1\"\n", file: "e.yaml")
        guard case .mapping(let entries) = root.content, case .list(let items) = entries[1].value.content else {
            Issue.record("no mapping with a list")
            return
        }
        #expect(entries.map(\.key) == ["a", "b"])
        #expect(entries.map(\.keyMark) == [Mark(line: 1, column: 1), Mark(line: 2, column: 1)])
        #expect(items.map(\.mark) == [Mark(line: 3, column: 5), Mark(line: 4, column: 5)])
        guard case .scalar("1", plain: false) = items[1].content,
            case .scalar("1", plain: true) = entries[0].value.content
        else {
            Issue.record("quotes were not told apart")
            return
        }
    }

    @Test func `columns are counted in characters`() throws {
        #expect(fault("{\"\u{E9}t\u{E9}\": *x}")?.hasPrefix("e.yaml:1:9: ") == true)
    }

    @Test func `a document may be 32 levels deep and no deeper`() {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(fault(nested(32)) == nil)
        #expect(fault(nested(33)) == "e.yaml:1:33: nested deeper than 32 levels")
        #expect(fault(nested(5000))?.contains("1:33: nested deeper") == true)
    }

    @Test func `a document may have a mebibyte and no more`() {
        let longest = "a: " + String(repeating: "x", count: (1 << 20) - 3)
        #expect(fault(longest) == nil)
        #expect(fault(longest + "x") == "e.yaml:1:1: the file is larger than 1048576 bytes")
        // It counts bytes: fewer characters make a file that is too large.
        #expect(fault("a: " + String(repeating: "\u{E9}", count: 1 << 19)) != nil)
    }

    @Test func `marks that pile up on a letter are refused where they stand`() {
        #expect(
            fault("a: b\nc: e" + String(repeating: "\u{301}", count: 200))?.hasPrefix("e.yaml:2:4: more than") == true)
        #expect(fault("a: e\u{301}") == nil)
    }
}
