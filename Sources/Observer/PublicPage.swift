/// What anybody is given of a voting site, held against the seal: it runs nothing and loads nothing that is not sealed.
struct PublicPage {
    /// What could run, load or draw something of another place, or move the page's addresses there.
    private static let forbidden: Set<String> = [
        "applet", "base", "embed", "frame", "frameset", "iframe", "math", "object", "portal", "style", "svg",
        "template",
    ]
    private static let forbiddenAttributes: Set<String> = [
        "formaction", "http-equiv", "is", "ping", "poster", "srcdoc", "srcset", "style",
    ]
    /// What the head loads beside scripts.
    private static let links = ["stylesheet": ["style.css", "pages.css"], "icon": ["logo.svg"]]

    /// What is not as it was sealed, in words that follow the page's path.
    private(set) var faults: [String] = []
    /// Sealed files that the page loads, by the addresses that it gives: a browser asks for exactly these.
    private(set) var loaded: [(address: String, sha256: String)] = []
    /// What it is held against.
    private let seal: SiteSeal

    /// Compares at once; of a page that cannot be read, `faults` says why.
    init(_ bytes: [UInt8], seal: SiteSeal) {
        self.seal = seal
        let page: SavedPage
        do throws(SavedPage.Fault) { page = try SavedPage(bytes, by: .site) } catch {
            faults = ["is no page of this program: \(error.words)"]
            return
        }
        for element in page.root.all { compare(element) }
        let text = page.root.all.filter { $0["class"] == "seal" }.map(\.text)
        if text != [seal.fingerprint] { faults.append("does not show the seal's fingerprint \(seal.fingerprint)") }
    }

    /// One element with its attributes.
    private mutating func compare(_ element: SavedPage.Element) {
        if PublicPage.forbidden.contains(element.name) { faults.append("holds <\(element.name)>") }
        for name in element.attributes.keys.sorted() {
            if name.hasPrefix("on") || PublicPage.forbiddenAttributes.contains(name) {
                faults.append("holds the attribute \(name) in <\(element.name)>")
            }
        }
        if element.name == "script" { compareScript(element) }
        for name in ["href", "src", "action", "data"] {
            if element.name != "script", let address = element[name] { compare(element, address) }
        }
    }

    /// A script must be a sealed file, and hold no words of its own.
    private mutating func compareScript(_ element: SavedPage.Element) {
        guard element.text.isEmpty, let address = element["src"], let name = seal.name(at: address),
            name.hasSuffix(".js"), let sealed = seal.served[name]
        else {
            faults.append("holds a script that is not sealed: \(element["src"] ?? String(element.text.prefix(100)))")
            return
        }
        loaded.append((address, sealed))
    }

    /// Where an element leads or loads from: scripts aside, a page loads style sheet and logo, and leads where it
    /// likes, but forms and pictures stay on the site.
    private mutating func compare(_ element: SavedPage.Element, _ address: String) {
        let isOwn = address.hasPrefix("/") && !address.hasPrefix("//") && !address.hasPrefix("/\\")
        switch element.name {
        case "link":
            let files = PublicPage.links[element["rel"] ?? ""] ?? []
            guard let name = seal.name(at: address), files.contains(name), let sealed = seal.served[name] else {
                faults.append("loads \(address) as \(element["rel"] ?? "nothing known"), which is not sealed")
                return
            }
            loaded.append((address, sealed))
        case "a":
            let isHarmless = ["#", "tel:", "mailto:", "https://", "http://"].contains { address.hasPrefix($0) }
            if !isOwn, !isHarmless { faults.append("leads to \(address)") }
        default: if !isOwn { faults.append("holds <\(element.name)> with the address \(address)") }
        }
    }
}
