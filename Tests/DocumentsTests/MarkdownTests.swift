import Documents
import Testing

/// What a text may bring into a page, and what it may not.
struct MarkdownTests {
    @Test func `the first heading is the title and leaves the text`() {
        let made = Markdown("# The *help* page\n\nBody.\n\n## Part\n")
        #expect(made.html == "<p>Body.</p>\n<h2>Part</h2>\n")
        #expect(made.title.hasPrefix("The "))
        let untitled = Markdown("## Part\n")
        #expect(untitled.title == "" && untitled.html == "<h2>Part</h2>\n")
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "a <b onclick=\"x()\">b</b>", "<img src=x onerror=y>", "[a](javascript:alert(1))",
        "![a](data:text/html;base64,PHNjcmlwdD4=)", "[a](vbscript:x)", "<javascript:alert(1)>",
    ])
    func `no script comes in`(text: String) {
        let html = Markdown(text).html.lowercased()
        for word in ["<script", "onclick=", "onerror=", "=\"javascript:", "=\"vbscript:", "=\"data:"] {
            #expect(!html.contains(word), "\(html)")
        }
    }

    @Test func `a table is drawn`() {
        let html = Markdown("| a | b |\n|---|---|\n| 1 | 2 |\n").html
        #expect(html.contains("<table>") && html.contains("<th>a</th>") && html.contains("<td>2</td>"))
    }

    @Test func `running text is typeset and code is not`() {
        let html = Markdown("Who ? `Who ?` [Who ?](/a)", typeset: { $0.replacing(" ?", with: "\u{A0}?") }).html
        #expect(html == "<p>Who\u{A0}? <code>Who ?</code> <a href=\"/a\">Who\u{A0}?</a></p>\n")
    }

    @Test func `what typesetting adds is text, and no HTML`() {
        #expect(Markdown("a", typeset: { $0 + "<b>" }).html == "<p>a&lt;b&gt;</p>\n")
    }

    @Test func `links lead where they are told to, and without an address their words stay`() {
        let html = Markdown(
            "[one](a.md) [*two* words](b.md) ![three](c.png)", link: { $0 == "b.md" ? nil : "/x/\($0)" }
        ).html
        #expect(
            html == "<p><a href=\"/x/a.md\">one</a> <em>two</em> words <img src=\"/x/c.png\" alt=\"three\" /></p>\n")
    }
}
