package import Delivery
import Documents
package import Elections
import Synchronization
package import Templating
package import WebContent

/// The voters' pages in every language of an election, loaded and checked once: texts and everything else that is the same
/// for all visitors are filled in beforehand.
package final class PageSet: Sendable {
    /// A page's template.
    package enum Page: String, CaseIterable, Sendable {
        case home, code, challenge, enter, choose, message, space, change, lost, lostDone, help, kiosk
        case ballot, voted, box, boxBallot, result, verified, figures

        /// What a template may ask for beside texts and election.
        var shape: [String: Shape] {
            var shape: [String: Shape] = [
                "title": .text, "switch": .text, "q": .text, "form": .text, "supportCode": .text,
                "error": .object(["text": .text, "more": .text, "wait": .text]), "isBad": .flag,
                "note": .object(["text": .text]),
                "seal": .text, "restored": .text, "isSignedIn": .flag, "isHome": .flag, "signOutOwner": .text,
                "ended": .text,
                "unsent": .text, "other": .text,
                "otherUnsent": .text,
                "kiosk": .object([
                    "seconds": .text, "typedSeconds": .text, "place": .text, "hasSession": .flag, "minutes": .text,
                    "leaves": .text, "isHeld": .flag, "isEmptied": .flag, "owner": .text, "mark": .text,
                    "made": .text, "next": .text,
                ]),
            ].merging(PollWords.shape) { $1 }
            for (name, own) in own { shape[name] = own }
            return shape
        }

        /// What this page alone may ask for.
        private var own: [String: Shape] {
            let captcha = Shape.object(["token": .text, "quiet": .flag, "isWrong": .flag])
            switch self {
            case .home:
                return [
                    "typed": .text, "work": .text, "captcha": captcha, "isRenew": .flag, "isBadSecret": .flag,
                ]
            case .code:
                return [
                    "label": .text, "isQuiet": .flag, "isEmpty": .flag, "isReset": .flag, "captcha": captcha,
                    "username": .text, "until": .object(["about": .text, "text": .text]), "wait": .text,
                    "asked": .object(["text": .text]), "mark": .text, "isOver": .flag,
                ]
            case .challenge: return ["question": .text, "mark": .text]
            case .enter: return ["username": .text, "mark": .text]
            case .verified: return ["asked": .object(["text": .text]), "mark": .text]
            case .choose:
                return ["isReset": .flag, "username": .text, "mark": .text, "typed": Page.typed].merging(Page.twice) {
                    $1
                }
            case .message: return ["lines": .list(.text), "back": .text, "backText": .text]
            case .space:
                return [
                    "owner": .text, "name": .text, "isRehearsal": .flag, "hasBallots": .flag, "idleUntil": .text,
                    "idleSeconds": .text,
                    "ballots": .list(
                        .object([
                            "title": .text, "state": .text, "link": .object(["path": .text]),
                            "receipt": .object(["path": .text, "ballot": .text]),
                        ])),
                    "signIns": .list(.object(["at": .text, "by": .text])),
                    "data": .list(.object(["term": .text, "value": .text])),
                ]
            case .change:
                return [
                    "isBadPresent": .flag, "username": .object(["text": .text]), "typed": Page.typed,
                    "idleSeconds": .text, "owner": .text,
                ]
                .merging(Page.twice) { $1 }
            case .lost:
                return [
                    "isFirst": .flag, "isForgotten": .flag, "path": .text, "typed": .text, "work": .text,
                    "captcha": captcha,
                ]
            case .lostDone: return ["typed": .text, "hint": .object(["text": .text]), "path": .text]
            case .kiosk: return KioskPages.shape
            case .ballot: return BallotPages.shape
            case .voted: return BallotPages.votedShape
            case .box:
                return [
                    "boxes": .list(.object(["title": .text, "count": .text, "path": .text, "link": .text]))
                ].merging(Page.wayBack) { $1 }
            case .boxBallot: return BoxPages.shape
            case .result: return ResultPages.shape
            case .figures: return FigurePages.shape
            case .help:
                return [
                    "work": .text, "captcha": captcha, "back": .text, "backText": .text,
                    "asked": .object(["name": .text, "contact": .text, "text": .text]),
                    "bad": .object(["name": .flag, "contact": .flag, "text": .flag]),
                ]
            }
        }

        /// A new secret as it was typed, twice: a mismatch empties neither field.
        private static let typed = Shape.object(["secret": .text, "again": .text])
        /// In which of its two fields a fault stands.
        private static let twice: [String: Shape] = ["isBadFirst": .flag, "isBadAgain": .flag]
        /// Where a page that everybody may read leads on: the space of whoever is signed in, the first page of others.
        static let wayBack: [String: Shape] = ["back": .text, "backText": .text]
    }

    /// Texts and the election's values are filled in already.
    private let templates: [Language: [Page: Template]]
    /// With the election's values in them, by their keys.
    private let texts: [Language: [String: String]]
    /// One of the forms of the home page that have nothing special to say.
    private struct Home: Hashable {
        let language: Language
        let isChosen: Bool
    }

    /// By language and by whether it was chosen in the address.
    private let homes: [Home: Template]
    /// Forms of the home page for the moment.
    private let standing = StandingHomes()

    /// Home pages with what holds for the moment filled in: it changes with the poll, not with the visitor.
    private final class StandingHomes: Sendable {
        /// The last values of each form and the template that has them.
        private let made = Mutex<[Home: (values: [String: TemplateValue], template: Template)]>([:])

        /// - Parameter values: of the moment; where they are those of the last time, the template is used again.
        func template(
            _ home: Home, of base: Template, _ values: [String: TemplateValue]
        ) throws(TemplateError) -> Template {
            if let known = made.withLock({ $0[home] }), known.values == values { return known.template }
            let template = try base.bound(values)
            made.withLock { $0[home] = (values, template) }
            return template
        }
    }

    /// - Parameters:
    ///   - folder: the election's own templates before the program's.
    ///   - assets: whose addresses and digests pages carry.
    /// - Throws: `SiteFault` when a text is missing in one language, or a template is missing or asks for what its
    ///   page has not.
    package init(_ election: Election, templates folder: TemplateFolder, assets: AssetSet) throws(SiteFault) {
        var (templates, texts): ([Language: [Page: Template]], [Language: [String: String]]) = ([:], [:])
        let known = try PageTexts.read(folder, .fr).keys.sorted()
        for language in Language.allCases {
            let found = try PageSet.texts(folder, election, language)
            guard found.keys.sorted() == known else {
                let odd = Set(found.keys).symmetricDifference(known).sorted().joined(separator: ", ")
                throw SiteFault("pages/fr.yaml and pages/\(language.rawValue).yaml do not hold the same texts: \(odd)")
            }
            texts[language] = found
            let values = PageSet.values(election, language, assets)
            for page in Page.allCases {
                templates[language, default: [:]][page] = try PageSet.template(page, folder, found, values)
            }
        }
        (self.templates, self.texts) = (templates, texts)
        homes = try PageSet.homes(templates, texts, title: PageSet.homeTitle(election))
    }

    /// A text by its key.
    /// Empty for a key that there is not.
    package func text(_ key: String, _ language: Language) -> String { texts[language]?[key] ?? "" }

    /// A page as HTML.
    /// - Throws: when a value is missing that the template asks for.
    package func bytes(
        _ page: Page, _ language: Language, _ values: [String: TemplateValue]
    ) throws(TemplateError) -> [UInt8] {
        guard let template = templates[language]?[page] else { return [] }
        return Array(try template.render(values).utf8)
    }

    /// The home page as nearly everybody sees it.
    /// - Parameters:
    ///   - standing: what holds for the moment: the poll's hours, the seal, word of a restore.
    ///   - own: the visitor's form, support code and work.
    /// - Throws: when a value is missing that the template asks for.
    package func home(
        _ language: Language, isChosen: Bool, standing values: [String: TemplateValue], own: [String: TemplateValue]
    ) throws(TemplateError) -> [UInt8] {
        let home = Home(language: language, isChosen: isChosen)
        guard let base = homes[home] else { return [] }
        return Array(try standing.template(home, of: base, values).render(own).utf8)
    }

    /// The four forms of the home page, of which each is filled in but for the moment and the visitor.
    private static func homes(
        _ templates: [Language: [Page: Template]], _ texts: [Language: [String: String]], title: String
    ) throws(SiteFault) -> [Home: Template] {
        var homes: [Home: Template] = [:]
        for language in Language.allCases {
            for isChosen in [false, true] {
                let fixed: [String: TemplateValue] = [
                    "title": .text(texts[language]?[title] ?? ""),
                    "switch": .text("/?lang=\(language == .fr ? "en" : "fr")"),
                    "q": .text(isChosen ? "?lang=\(language.rawValue)" : ""), "error": .nothing,
                    "isBad": .flag(false), "isBadSecret": .flag(false), "note": .nothing, "isSignedIn": .flag(false),
                    "isHome": .flag(true), "signOutOwner": .text(""),
                    "ended": .text(""), "unsent": .text(""), "other": .text(""), "otherUnsent": .text(""),
                    "typed": .text(""), "isRenew": .flag(false), "captcha": .nothing, "kiosk": .nothing,
                ]
                do throws(TemplateError) {
                    homes[Home(language: language, isChosen: isChosen)] = try templates[language]?[.home]?.bound(fixed)
                } catch { throw SiteFault("\(error)") }
            }
        }
        return homes
    }

    /// Loads one page's template and fills in texts and election.
    private static func template(
        _ page: Page, _ folder: TemplateFolder, _ texts: [String: String], _ values: [String: TemplateValue]
    ) throws(SiteFault) -> Template {
        let name = "pages/\(page.rawValue).html"
        var shape = page.shape
        shape["t"] = .object(texts.mapValues { _ in .text })
        shape["e"] = PageSet.shape(values)
        do {
            let template = try Template(
                try folder.text(name), name: name, escaping: .html, shape: shape,
                partials: { try? folder.text("pages/\($0).html") })
            return try template.bound(["t": .object(texts.mapValues { .text($0) }), "e": .object(values)])
        } catch {
            throw SiteFault("\(error)")
        }
    }

    /// The texts with the election's values in them.
    /// - Throws: `SiteFault` when a text asks for what an election has not.
    private static func texts(
        _ folder: TemplateFolder, _ election: Election, _ language: Language
    ) throws(SiteFault) -> [String: String] {
        let sources = try PageTexts.read(folder, language)
        let values = textValues(election, language, sources)
        let shape = values.mapValues { value -> Shape in if case .flag = value { .flag } else { .text } }
        var texts: [String: String] = [:]
        for (key, source) in sources {
            do throws(TemplateError) {
                let template = try Template(
                    language.typeset(source), name: "pages/\(language.rawValue).yaml, \(key)",
                    escaping: .plain, shape: shape)
                texts[key] = try template.render(values)
            } catch { throw SiteFault("\(error)") }
        }
        return texts
    }
}
