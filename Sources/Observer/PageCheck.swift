import BallotCore

/// Compares a ballot page that a voter saved with the seal: what it runs, what it encrypts with, and what it draws.
package struct PageCheck {
    /// What the pages are made of; anything else has no business there.
    private static let elements: Set<String> = [
        "html", "head", "meta", "title", "link", "script", "body", "header", "nav", "main", "footer", "section", "h1",
        "h2",
        "p", "strong", "br", "a", "img", "div", "span", "noscript", "form", "fieldset", "legend", "label", "input",
        "button", "dl", "progress", "details", "summary", "dialog",
    ]
    /// Beside those that begin with `data-`.
    private static let attributes: Set<String> = [
        "action", "alt", "aria-describedby", "aria-label", "aria-labelledby", "autocomplete", "charset", "class",
        "content", "defer", "height", "hidden", "href", "hreflang", "id", "integrity", "lang", "max", "method", "name",
        "novalidate", "rel", "role", "src", "tabindex", "translate", "type", "value", "width",
    ]
    /// What the sealed style sheet knows on a ballot page.
    private static let classes: Set<String> = [
        "skip", "logo", "site", "notice", "notice bad", "notice good", "lead", "left", "question", "hint", "choice",
        "choice blank", "second", "step", "own", "mark", "mark tracker", "mark tracker given", "reason", "call",
        "times",
        "seal", "button", "printed", "private",
    ]
    /// What of the form is not seen until it is needed.
    private static let hiddenFields: Set<String> = ["fault"]
    /// What a question is made of.
    private static let parts: Set<String> = ["legend", "p", "label", "input", "span"]
    /// The attributes of a question's parts, beside those that begin with `data-`: a further one could hide an answer, or
    /// have another name spoken for it.
    private static let plainAttributes: [String: Set<String>] = [
        "fieldset": ["class", "translate"], "legend": [], "p": ["class", "id"], "label": ["class"],
        "input": ["type", "name", "value", "aria-describedby"], "span": [],
    ]
    /// What browsers' extensions leave on fields to find them again, beside names with an underscore or a hyphen.
    private static let extensionMarks: Set<String> = ["fdprocessedid", "abineguid", "inmaintabuse"]
    /// HTML's own names with a hyphen, beside those that begin with `aria-`; none has an underscore.
    private static let hyphens: Set<String> = ["accept-charset", "http-equiv"]

    /// Whether an attribute means nothing to any browser, so that it changes neither names nor answers.
    private static func isExtensionMark(_ name: String) -> Bool {
        extensionMarks.contains(name) || name.contains("_")
            || name.contains("-") && !name.hasPrefix("aria-") && !hyphens.contains(name)
    }

    /// What the head loads beside scripts.
    /// By the word in `rel`.
    private static let links = ["stylesheet": ["style.css", "pages.css"], "icon": ["logo.svg"]]
    /// The scripts that a ballot page runs.
    private static let scripts = ["site.js", "receipt.js", "language.js", "grace.js", "ballot.js", "session.js"]
    /// The further one of a device that many share.
    private static let kioskScript = "kiosk.js"

    /// What it is held against.
    private let seal: SiteSeal
    /// The saved file; an empty page where it could not be read.
    private let page: SavedPage
    /// What is not as it was sealed, in words; each stands for itself, and several may come of one change.
    package private(set) var faults: [String] = []
    /// Comparisons made.
    package private(set) var compared = 0

    /// Compares at once; of a file that is no page, `faults` says why.
    /// - Parameter file: the bytes that the ballot page's own button saved; the page must not have been touched since.
    package init(_ file: [UInt8], seal: SiteSeal) {
        self.seal = seal
        do throws(SavedPage.Fault) { page = try SavedPage(file) } catch {
            page = SavedPage.empty
            faults = ["the file is not a page saved by the ballot page's own button: \(error.words)"]
            return
        }
        compareParts()
        compareScripts()
        compareBallot()
    }

    /// Makes one comparison; `fault` is kept where it fails.
    private mutating func expect(_ isTrue: Bool, _ fault: String) {
        compared += 1
        if !isTrue { faults.append(fault) }
    }

    // MARK: What a page may be made of

    /// Elements, attributes, addresses and classes of the whole page, and the seal that it shows.
    private mutating func compareParts() {
        for element in page.root.all {
            expect(
                PageCheck.elements.contains(element.name), "the page holds <\(element.name)>, which no ballot page has")
            for (name, value) in element.attributes.sorted(by: { $0.key < $1.key }) {
                let isKnown = PageCheck.attributes.contains(name) || PageCheck.isExtensionMark(name)
                expect(isKnown, "<\(element.name)> has the attribute \(name)=\"\(value)\", which no ballot page has")
                if ["href", "src", "action"].contains(name) { compareAddress(element, name, value) }
            }
            let mark = element["class"] ?? "notice"
            expect(
                PageCheck.classes.contains(mark), "<\(element.name)> is drawn as \"\(mark)\", which no ballot page has")
        }
        let marks = page.root.all.filter { $0["class"] == "seal" }.map(\.text)
        expect(marks == [seal.fingerprint], "the page shows the seal \(marks), not \(seal.fingerprint)")
    }

    /// Where a link, a script, a picture or a form leads: to a sealed file, or to a page of the site.
    private mutating func compareAddress(_ element: SavedPage.Element, _ name: String, _ value: String) {
        let isOwn = value.hasPrefix("/") && !value.hasPrefix("//") && !value.hasPrefix("/\\")
        switch (element.name, name) {
        case ("link", _):
            let sealed = PageCheck.links[element["rel"] ?? ""] ?? []
            expect(
                seal.name(at: value).map(sealed.contains) == true, "the page loads \(value) as \(element["rel"] ?? "?")"
            )
        case ("script", _), ("img", _):
            expect(seal.name(at: value) != nil, "<\(element.name)> loads \(value), which is not sealed")
        case ("form", _):
            let path = value.prefix { $0 != "?" }
            expect(["/receipt", "/extend", "/sign-out", "/kiosk/end"].contains(path), "a form is sent to \(value)")
        default:
            let isHarmless = isOwn || value.hasPrefix("#") || value.hasPrefix("tel:") || value.hasPrefix("mailto:")
            expect(isHarmless, "<\(element.name)> leads to \(value)")
        }
    }

    /// Which scripts run, in which order, and with which digests the page wants its files.
    private mutating func compareScripts() {
        let scripts = page.root.all("script")
        let sources = scripts.map { $0["src"] ?? $0.text }
        expect(
            [PageCheck.scripts, PageCheck.scripts + [PageCheck.kioskScript]].contains(
                sources.map { seal.name(at: $0) ?? "?" }),
            "the page runs other scripts than \(PageCheck.scripts.joined(separator: ", ")): \(sources)")
        for script in scripts {
            expect(script.text.isEmpty, "a script stands inside the page: \(script.text)")
            compareDigest(script["src"], script["integrity"])
        }
        guard let form = form else { return }
        let files = [
            ("worker", "sealer.js"), ("wasm", "ballot.wasm"), ("sealed", "sealed.json"), ("seal", "seal.json"),
        ]
        for (name, file) in files {
            let address = form["data-\(name)"] ?? "nothing"
            compareDigest(address, form["data-\(name)-digest"])
            expect(seal.name(at: address) == file, "the page loads \(address) as \(file)")
        }
    }

    /// Whether the digest beside an address is that of the sealed file.
    private mutating func compareDigest(_ address: String?, _ integrity: String?) {
        let name = seal.name(at: address ?? "")
        expect(
            name != nil && integrity == name.flatMap { seal.integrity($0) },
            "the page wants \(address ?? "nothing") with the digest \(integrity ?? "none"), which is not the sealed one"
        )
    }

    // MARK: What is voted on

    /// The form in which one votes; nil where the page has none.
    private var form: SavedPage.Element? { page.root.all("form").first { $0["id"] == "choose" } }

    /// Which ballot and which election document the page votes with. No secret may be in the file.
    private mutating func compareBallot() {
        guard let form, page.root.all.count(where: { $0["id"] == "choose" }) == 1 else {
            expect(false, "the page has no ballot")
            return
        }
        let tokens = page.root.all("input").filter { $0["name"] == "form" }.compactMap { $0["value"] }
        expect(
            form["data-credential"] == "" && tokens.allSatisfy(\.isEmpty),
            "the file holds the voter's credential or session: it was not written by the page's button; keep it secret")
        let names = page.root.all("input").filter { $0["name"] == "ballot" }.compactMap { $0["value"] }
        guard names.count == 1, let sealed = seal.texts.ballots.first(where: { $0.ballot == names[0] }) else {
            expect(false, "the page is for no sealed ballot: \(names)")
            return
        }
        expect(
            form["data-path"]?.prefix { $0 != "?" } == "/ballots/\(sealed.ballot)",
            "the page sends its ballot to \(form["data-path"] ?? "nowhere")")
        guard let document = ElectionDocument(Array((form["data-document"] ?? "").utf8)) else {
            expect(false, "the election document in the page cannot be read")
            return
        }
        expect(
            String(decoding: document.fingerprint, as: UTF8.self) == sealed.fingerprint
                && String(decoding: document.uuid, as: UTF8.self) == sealed.uuid,
            "the election document in the page is not the sealed one of \(sealed.ballot)")
        compareSight(form)
        compareQuestions(form, document, sealed)
    }

    /// Nothing that could be chosen is kept from the voter's eye.
    private mutating func compareSight(_ form: SavedPage.Element) {
        for element in form.all where element["hidden"] != nil {
            expect(PageCheck.hiddenFields.contains(element["id"] ?? ""), "<\(element.name)> is hidden: \(element.text)")
        }
        // A question inside of something could be folded away with it.
        let inside = form.children.compactMap { child -> SavedPage.Element? in
            if case .element(let element) = child { element } else { nil }
        }
        for element in inside where element.name != "fieldset" {
            expect(element.all("fieldset").isEmpty, "a question stands inside <\(element.name)>")
        }
        for name in ["details", "dialog"] {
            for element in page.root.all(name) {
                expect(!element.all.contains { $0["id"] == "choose" }, "the ballot stands inside <\(name)>")
            }
        }
        for element in page.root.all where element["class"] == "skip" {
            expect(
                element.name == "a" && element.all.isEmpty, "<\(element.name)> is drawn out of sight: \(element.text)")
        }
    }

    /// Title, questions and fields, in the language of the page.
    private mutating func compareQuestions(
        _ form: SavedPage.Element, _ document: ElectionDocument, _ sealed: SiteSeal.Texts.Ballot
    ) {
        let original = document.questions.map { question in
            SiteSeal.Texts.Question(
                title: String(decoding: question.text, as: UTF8.self),
                answers: question.answers.map { String(decoding: $0, as: UTF8.self) })
        }
        // The document holds the French texts where the election has them, else those of its one language.
        expect(
            (sealed.texts["fr"] ?? sealed.texts.min { $0.key < $1.key }?.value)?.questions == original,
            "the sealed texts of \(sealed.ballot) are not those of its election document")
        let language = page.root.all("html").first?["lang"] ?? ""
        guard let texts = sealed.texts[language] else {
            expect(false, "the page is in the language \"\(language)\", in which nothing was sealed")
            return
        }
        let title = page.root.all.first { $0["id"] == "ballot" }?.text
        expect(title == texts.title, "the page is headed \"\(title ?? "")\", not \"\(texts.title)\"")
        let drawn = form.all("fieldset")
        expect(
            drawn.count == texts.questions.count,
            "the page asks \(drawn.count) questions, not \(texts.questions.count)")
        expect(
            form.all("input").count == drawn.reduce(0) { $0 + $1.all("input").count },
            "the page has fields outside its questions")
        for (number, pair) in zip(drawn, texts.questions).enumerated() {
            let shape = document.questions.indices.contains(number) ? document.questions[number].shape : nil
            let blank = shape?.hasBlank == true ? [seal.texts.blank[language] ?? ""] : []
            compareQuestion(pair.0, pair.1, number + 1, blank: blank, shape)
        }
    }

    /// Nothing is hidden, and nothing is spoken for an answer but its own words and the question's hint.
    /// - Parameter number: the question's, from 1.
    private mutating func compareAttributes(_ drawn: SavedPage.Element, _ number: Int) {
        let hint = drawn.all("p").first { $0["class"] == "hint" }?["id"]
        let first = page.root.all.first { $0["id"] == hint && hint != nil }
        expect(
            hint == nil || first?.text == drawn.all("p").first { $0["id"] == hint }?.text,
            "the hint of question \(number) is not the first of its name")
        for element in [drawn] + drawn.all {
            for (name, value) in element.attributes.sorted(by: { $0.key < $1.key })
            where !PageCheck.isExtensionMark(name) {
                let isKnown = PageCheck.plainAttributes[element.name]?.contains(name) == true
                let isOwn = name != "aria-describedby" || value == hint
                expect(isKnown && isOwn, "question \(number) has <\(element.name)> with \(name)=\"\(value)\"")
            }
        }
    }

    /// One question as it is drawn.
    /// - Parameters:
    ///   - number: from 1, for messages.
    ///   - blank: the blank vote's words, or nothing where none is offered.
    ///   - shape: of the election document; nil where it has no such question.
    private mutating func compareQuestion(
        _ drawn: SavedPage.Element, _ sealed: SiteSeal.Texts.Question, _ number: Int, blank: [String],
        _ shape: Question?
    ) {
        let title = drawn.all("legend").map(\.text)
        expect(title == [sealed.title], "question \(number) reads \(title), not \"\(sealed.title)\"")
        for element in drawn.all {
            expect(PageCheck.parts.contains(element.name), "question \(number) holds <\(element.name)>")
        }
        compareAttributes(drawn, number)
        let labels = drawn.all("label")
        let (texts, answers) = (labels.map(\.text), sealed.answers + blank)
        expect(texts == answers, "the answers of question \(number) are drawn as \(texts), not as sealed: \(answers)")
        let values = sealed.answers.indices.map { "\($0)" } + blank.map { _ in "blank" }
        expect(
            labels.map { $0.all("input").map { $0["value"] ?? "" } } == values.map { [$0] }
                && drawn.all("input").count == values.count
                && drawn.all("input").allSatisfy { $0["type"] == "radio" || $0["type"] == "checkbox" },
            "the fields of question \(number) do not stand at their answers")
        expect(
            drawn["data-least"] == shape.map { "\($0.least)" } && drawn["data-most"] == shape.map { "\($0.most)" },
            "question \(number) takes another number of answers than the sealed one")
    }
}
