import CMarkdown
import Glibc

/// Turns Markdown into HTML (cmark-gfm, with tables). HTML inside the text is left out, and addresses of scripts are emptied.
/// Safe to put into a page: what it holds of HTML is cmark's own.
package struct Markdown: Sendable {
    /// The text of the first heading; empty where there is none.
    package let title: String
    /// Everything below that heading, as HTML.
    package let html: String

    /// - Parameters:
    ///   - typeset: what is done to running text, but not to code.
    ///   - link: the address that stands in place of a link's or picture's; nil takes the link away and leaves its words.
    package init(
        _ text: String, typeset: (String) -> String = { $0 }, link: (String) -> String? = { $0 }
    ) {
        cmark_gfm_core_extensions_ensure_registered()
        let parser = unsafe cmark_parser_new(CMARK_OPT_DEFAULT)
        defer { unsafe cmark_parser_free(parser) }
        unsafe cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension("table"))
        unsafe cmark_parser_feed(parser, text, text.utf8.count)
        guard let root = unsafe cmark_parser_finish(parser) else {
            (title, html) = ("", "")
            return
        }
        defer { unsafe cmark_node_free(root) }
        unsafe Markdown.change(root, typeset, link)
        title = unsafe Markdown.takeTitle(root)
        // Tables are a syntax extension: without the parser's list they would not be drawn.
        let made = unsafe cmark_render_html(root, CMARK_OPT_DEFAULT, cmark_parser_get_syntax_extensions(parser))
        defer { unsafe free(made) }
        html = unsafe made.map { unsafe String(cString: $0) } ?? ""
    }

    /// Sets running text and links as asked.
    private static func change(
        _ root: OpaquePointer, _ typeset: (String) -> String, _ link: (String) -> String?
    ) {
        let walk = unsafe cmark_iter_new(root)
        defer { unsafe cmark_iter_free(walk) }
        while true {
            let event = unsafe cmark_iter_next(walk)
            guard event != CMARK_EVENT_DONE else { return }
            guard let node = unsafe cmark_iter_get_node(walk) else { continue }
            let kind = unsafe cmark_node_get_type(node)
            if kind == CMARK_NODE_TEXT, let literal = unsafe cmark_node_get_literal(node) {
                unsafe cmark_node_set_literal(node, typeset(String(cString: literal)))
            } else if event == CMARK_EVENT_EXIT, kind == CMARK_NODE_LINK || kind == CMARK_NODE_IMAGE,
                let url = unsafe cmark_node_get_url(node)
            {
                guard let new = link(unsafe String(cString: url)) else {
                    // A node may go once its end was seen; its words stay.
                    while let child = unsafe cmark_node_first_child(node) {
                        unsafe cmark_node_insert_before(node, child)
                    }
                    unsafe cmark_node_free(node)
                    continue
                }
                unsafe cmark_node_set_url(node, new)
            }
        }
    }

    /// Takes the first heading of the highest rank out of the document and returns its words.
    private static func takeTitle(_ root: OpaquePointer) -> String {
        guard let first = unsafe cmark_node_first_child(root), unsafe cmark_node_get_type(first) == CMARK_NODE_HEADING,
            unsafe cmark_node_get_heading_level(first) == 1
        else { return "" }
        var words = ""
        var child = unsafe cmark_node_first_child(first)
        while let node = unsafe child {
            if let literal = unsafe cmark_node_get_literal(node) { words += unsafe String(cString: literal) }
            unsafe child = cmark_node_next(node)
        }
        unsafe cmark_node_free(first)
        return words
    }
}
