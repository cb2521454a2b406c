/// A page that a browser wrote out (its document serialised), or one as our templates write it: elements with their attributes,
/// and the text between them. It reads that writing alone, strictly, so that nothing is seen differently here than by a browser.
struct SavedPage {
    /// Why a file is not read, in words that follow "it is no page".
    struct Fault: Error { let words: String }

    /// Who wrote the page.
    enum Writer {
        /// A browser that runs scripts.
        case browser
        /// The site: attributes without a value, apostrophes as entities, and what stands in `<noscript>` is read.
        case site
    }

    /// What stands in an element, in order.
    indirect enum Node {
        case element(Element)
        case text(String)
    }

    /// Names are in small letters; no attribute stands twice.
    struct Element {
        let name: String
        let attributes: [String: String]
        /// Empty for elements that have no end.
        var children: [Node] = []

        /// The value of an attribute; nil where it is missing, empty where it is written without one.
        subscript(_ attribute: String) -> String? { attributes[attribute] }

        /// All text below, in its order.
        var text: String {
            children.reduce(into: "") { text, child in
                switch child {
                case .text(let piece): text += piece
                case .element(let element): text += element.text
                }
            }
        }

        /// All elements below, in their order.
        var all: [Element] {
            children.flatMap { child in
                if case .element(let element) = child { [element] + element.all } else { [Element]() }
            }
        }

        /// Those of one name among them.
        func all(_ name: String) -> [Element] { all.filter { $0.name == name } }
    }

    /// Elements that have no end.
    private static let void: Set<String> = ["meta", "link", "img", "input", "br", "base", "source"]
    /// Attributes that the templates write without a value.
    private static let flags: Set<String> = [
        "checked", "controls", "defer", "disabled", "download", "formnovalidate", "hidden", "multiple", "novalidate",
        "open", "readonly", "required", "reversed", "selected",
    ]
    /// Elements whose content a browser that runs scripts holds, and writes, as bare text.
    private var raw: Set<String> { writer == .browser ? ["script", "noscript"] : ["script", "style"] }
    /// Bytes of a page, at most: 8 MiB.
    private static let mostBytes = 8 << 20
    /// Elements in elements, at most: the pages are eight deep.
    private static let deepest = 32

    /// What stands for a file that is no page.
    static var empty: SavedPage { SavedPage() }

    /// The whole page; a pair of carriage return and line feed is one character.
    private let text: [Character]
    /// The character that is read next.
    private var at = 0
    /// Holds the page's elements; has no name itself.
    private(set) var root = Element(name: "", attributes: [:])

    /// Whose writing is taken; nothing else is.
    private let writer: Writer

    private init() { (text, writer) = ([], .browser) }

    /// Reads a whole page.
    /// - Throws: `Fault` at the first sign that its writer would not have written.
    init(_ bytes: [UInt8], by writer: Writer = .browser) throws(Fault) {
        self.writer = writer
        guard bytes.count <= SavedPage.mostBytes, let whole = String(validating: bytes, as: UTF8.self) else {
            throw Fault(words: "it is no text of a page")
        }
        text = Array(whole)
        guard take("<!DOCTYPE html>") else { throw Fault(words: "it does not begin with <!DOCTYPE html>") }
        root.children = try children(of: "", depth: 0)
        guard at == text.count else { throw Fault(words: "something stands behind its end") }
    }

    /// Passes these words where they stand here; false, and nothing passed, where they do not.
    private mutating func take(_ words: String) -> Bool {
        let words = Array(words)
        guard text.count - at >= words.count, Array(text[at..<at + words.count]) == words else { return false }
        at += words.count
        return true
    }

    /// What stands in an element up to its end, which is passed.
    /// - Throws: `Fault` where the end is missing, or elements stand too deep in each other.
    private mutating func children(of name: String, depth: Int) throws(Fault) -> [Node] {
        guard depth <= SavedPage.deepest else { throw Fault(words: "its elements are nested too deeply") }
        var nodes: [Node] = []
        while at < text.count {
            guard text[at] == "<" else {
                nodes.append(.text(try plain(until: "<")))
                continue
            }
            if take("</\(name)>"), !name.isEmpty { return nodes }
            nodes.append(.element(try element(depth: depth)))
        }
        guard name.isEmpty else { throw Fault(words: "<\(name)> has no end") }
        return nodes
    }

    /// An element from its first sign to the end of its content.
    private mutating func element(depth: Int) throws(Fault) -> Element {
        at += 1
        let name = word()
        guard !name.isEmpty else { throw Fault(words: "it holds a comment or a mark that the page has not: \(near)") }
        var attributes: [String: String] = [:]
        while take(" ") {
            let attribute = word()
            guard !attribute.isEmpty else { throw Fault(words: "it is not as \(author) writes it: \(near)") }
            let isFlag = writer == .site && SavedPage.flags.contains(attribute) && at < text.count && text[at] != "="
            guard isFlag || take("=\"") else { throw Fault(words: "it is not as \(author) writes it: \(near)") }
            let value = isFlag ? "" : try plain(until: "\"")
            guard isFlag || take("\""), attributes.updateValue(value, forKey: attribute) == nil else {
                throw Fault(words: "it is not as \(author) writes it: \(near)")
            }
        }
        guard take(">") else { throw Fault(words: "it is not as \(author) writes it: \(near)") }
        var element = Element(name: name, attributes: attributes)
        if raw.contains(name) {
            element.children = [.text(try bare(until: "</\(name)>"))]
        } else if !SavedPage.void.contains(name) {
            element.children = try children(of: name, depth: depth + 1)
        }
        return element
    }

    /// Text as it stands, up to an end that is passed.
    /// - Throws: `Fault` where the page ends before.
    private mutating func bare(until end: String) throws(Fault) -> String {
        let start = at
        while at < text.count {
            let last = at
            if text[at] == "<", take(end) { return String(text[start..<last]) }
            at += 1
        }
        throw Fault(words: "\(end) is missing")
    }

    /// A name in small letters.
    private mutating func word() -> String {
        var word = ""
        while at < text.count, let scalar = text[at].unicodeScalars.first, text[at].unicodeScalars.count == 1,
            "a"..."z" ~= scalar || "0"..."9" ~= scalar || scalar == "-"
        {
            word.append(text[at])
            at += 1
        }
        return word
    }

    /// Text with its entities resolved, up to a character that is not passed.
    /// - Throws: `Fault` at an entity that the page's writer would not have written.
    private mutating func plain(until end: Character) throws(Fault) -> String {
        var plain = ""
        while at < text.count, text[at] != end {
            guard text[at] == "&" else {
                plain.append(text[at])
                at += 1
                continue
            }
            let known = SavedPage.entities + (writer == .site ? SavedPage.siteEntities : [])
            guard let (name, character) = known.first(where: { isHere($0.0) }) else {
                throw Fault(words: "it is not as \(author) writes it: \(near)")
            }
            at += name.count
            plain.append(character)
        }
        return plain
    }

    /// What browsers write for characters, and nothing else.
    private static let entities: [([Character], Character)] = [
        (Array("&amp;"), "&"), (Array("&lt;"), "<"), (Array("&gt;"), ">"), (Array("&quot;"), "\""),
        (Array("&nbsp;"), "\u{A0}"),
    ]

    /// The further one that our templates write.
    private static let siteEntities: [([Character], Character)] = [(Array("&#39;"), "'")]

    /// Who should have written the page, for a message.
    private var author: String { writer == .browser ? "a browser" : "this program" }

    /// Whether these characters stand here.
    private func isHere(_ words: [Character]) -> Bool {
        text.count - at >= words.count && Array(text[at..<at + words.count]) == words
    }

    /// What stands here, for a message.
    private var near: String { "\"" + String(text[max(0, at - 20)..<min(text.count, at + 40)]) + "\"" }
}
