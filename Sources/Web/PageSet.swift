import Access
package import Delivery
import Documents
package import Elections
import Passphrases
package import Templating

/// The voters' pages in every language of an election, loaded and checked once: texts and everything else that is the same
/// for all visitors are filled in beforehand.
package final class PageSet: Sendable {
    /// A page's template.
    package enum Page: String, CaseIterable, Sendable {
        case home, code, challenge, enter, choose, message, space, change, lost, lostDone, help
        case ballot, box, boxBallot, result

        /// What a template may ask for beside texts and election.
        var shape: [String: Shape] {
            var shape: [String: Shape] = [
                "title": .text, "switch": .text, "q": .text, "form": .text, "supportCode": .text,
                "error": .object(["text": .text, "more": .text]), "isBad": .flag, "note": .object(["text": .text]),
                "seal": .text, "restored": .text, "isSignedIn": .flag, "ended": .text, "unsent": .text,
            ].merging(PollWords.shape) { $1 }
            for (name, own) in own { shape[name] = own }
            return shape
        }

        private var own: [String: Shape] {
            let captcha = Shape.object(["token": .text, "quiet": .flag, "isWrong": .flag])
            switch self {
            case .home:
                return [
                    "typed": .text, "work": .text, "captcha": captcha, "isRenew": .flag,
                ]
            case .code:
                return ["label": .text, "isQuiet": .flag, "isEmpty": .flag, "isReset": .flag, "captcha": captcha]
            case .challenge: return ["question": .text]
            case .enter: return [:]
            case .choose: return ["isReset": .flag]
            case .message: return ["lines": .list(.text), "back": .text, "backText": .text]
            case .space:
                return [
                    "name": .text, "isRehearsal": .flag, "hasBallots": .flag, "idleUntil": .text, "idleSeconds": .text,
                    "ballots": .list(
                        .object(["title": .text, "state": .text, "link": .object(["path": .text])])),
                    "signIns": .list(.object(["at": .text, "by": .text])),
                    "data": .list(.object(["term": .text, "value": .text])),
                ]
            case .change: return ["reference": .text, "idleSeconds": .text]
            case .lost: return ["isFirst": .flag, "path": .text, "typed": .text, "work": .text, "captcha": captcha]
            case .lostDone: return ["typed": .text, "hint": .object(["text": .text]), "path": .text]
            case .ballot: return BallotRoutes.shape
            case .box:
                return ["boxes": .list(.object(["title": .text, "count": .text, "path": .text, "link": .text]))]
            case .boxBallot: return BoxRoutes.shape
            case .result: return ResultRoutes.shape
            case .help:
                return [
                    "work": .text, "captcha": captcha, "back": .text, "backText": .text,
                    "asked": .object(["name": .text, "contact": .text, "text": .text]),
                ]
            }
        }
    }

    private let templates: [Language: [Page: Template]]
    private let texts: [Language: [String: String]]
    /// One of the forms of the home page that have nothing special to say.
    private struct Home: Hashable {
        let language: Language
        let isChosen: Bool
    }

    private let homes: [Home: Template]

    package init(_ election: Election, templates folder: TemplateFolder, assets: AssetSet) throws(SiteFault) {
        var (templates, texts): ([Language: [Page: Template]], [Language: [String: String]]) = ([:], [:])
        let known = try PageSet.sources(folder, .fr).keys.sorted()
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
        homes = try PageSet.homes(templates, texts)
    }

    /// A text by its key.
    package func text(_ key: String, _ language: Language) -> String { texts[language]?[key] ?? "" }

    /// A page as HTML.
    package func bytes(
        _ page: Page, _ language: Language, _ values: [String: TemplateValue]
    ) throws(TemplateError) -> [UInt8] {
        guard let template = templates[language]?[page] else { return [] }
        return Array(try template.render(values).utf8)
    }

    /// The home page as nearly everybody sees it, with all filled in but form, support code, work and the poll's hours.
    package func home(
        _ language: Language, isChosen: Bool, _ values: [String: TemplateValue]
    ) throws(TemplateError) -> [UInt8] {
        guard let template = homes[Home(language: language, isChosen: isChosen)] else { return [] }
        return Array(try template.render(values).utf8)
    }

    private static func homes(
        _ templates: [Language: [Page: Template]], _ texts: [Language: [String: String]]
    ) throws(SiteFault) -> [Home: Template] {
        var homes: [Home: Template] = [:]
        for language in Language.allCases {
            for isChosen in [false, true] {
                let fixed: [String: TemplateValue] = [
                    "title": .text(texts[language]?["homeTitle"] ?? ""),
                    "switch": .text("/?lang=\(language == .fr ? "en" : "fr")"),
                    "q": .text(isChosen ? "?lang=\(language.rawValue)" : ""), "error": .nothing,
                    "isBad": .flag(false), "note": .nothing, "isSignedIn": .flag(false), "ended": .text(""),
                    "unsent": .text(""),
                    "typed": .text(""), "isRenew": .flag(false), "captcha": .nothing,
                ]
                do throws(TemplateError) {
                    homes[Home(language: language, isChosen: isChosen)] = try templates[language]?[.home]?.bound(fixed)
                } catch { throw SiteFault("\(error)") }
            }
        }
        return homes
    }

    private static func template(
        _ page: Page, _ folder: TemplateFolder, _ texts: [String: String], _ values: [String: TemplateValue]
    ) throws(SiteFault) -> Template {
        let name = "pages/\(page.rawValue).html"
        var shape = page.shape
        shape["t"] = .object(texts.mapValues { _ in .text })
        shape["e"] = .object(values.mapValues { if case .flag = $0 { .flag } else { .text } })
        do {
            let template = try Template(
                try folder.text(name), name: name, escaping: .html, shape: shape,
                partials: { try? folder.text("pages/\($0).html") })
            return try template.bound(["t": .object(texts.mapValues { .text($0) }), "e": .object(values)])
        } catch {
            throw SiteFault("\(error)")
        }
    }

    /// The texts as they stand in the file, by key.
    static func sources(
        _ folder: TemplateFolder, _ language: Language, prefix: String = ""
    ) throws(SiteFault) -> [String: String] {
        let file = "pages/\(prefix)\(language.rawValue).yaml"
        let reader = DocumentReader(file: file)
        do {
            let root = try YAML.parse(try folder.text(file), file: file)
            let texts = reader.section(root, "the texts") { section in
                Dictionary(uniqueKeysWithValues: section.keys.map { ($0, section.text($0)) })
            }
            guard reader.faults.isEmpty else {
                throw SiteFault(reader.faults.map(\.description).joined(separator: "\n"))
            }
            return texts
        } catch let fault as SiteFault { throw fault } catch {
            throw SiteFault("\(error)")
        }
    }

    /// The texts with the election's values in them.
    private static func texts(
        _ folder: TemplateFolder, _ election: Election, _ language: Language
    ) throws(SiteFault) -> [String: String] {
        let policy = election.access
        let values: [String: TemplateValue] = [
            "minimum": .text("\(PassphraseRules.minimum(policy))"), "digits": .text("\(policy.codeDigits)"),
            "longDigits": .text("\(policy.codeDigits + Doorkeeper.extraDigits)"),
            "minutes": .text("\(policy.codeMinutes)"), "isRandom": .flag(policy.scheme == .random),
            "isDigits": .flag(policy.scheme == .digits), "isName": .flag(policy.scheme == .name),
            "isEmail": .flag(policy.scheme == .email), "isKept": .flag(policy.renewal == .keep),
            "isPassphrase": .flag(policy.secretKind == .passphrase),
            "isGenerated": .flag(policy.secretKind == .generated), "isPassword": .flag(policy.secretKind == .password),
            "hasCode": .flag(policy.codeChannel != .none), "hasLetters": .flag(election.channels.contains(.letter)),
        ]
        let shape = values.mapValues { value -> Shape in if case .flag = value { .flag } else { .text } }
        var texts: [String: String] = [:]
        for (key, source) in try sources(folder, language) {
            do throws(TemplateError) {
                let template = try Template(
                    language == .fr ? PageSet.spaced(source) : source, name: "pages/\(language.rawValue).yaml, \(key)",
                    escaping: .plain, shape: shape)
                texts[key] = try template.render(values)
            } catch { throw SiteFault("\(error)") }
        }
        return texts
    }

    /// French punctuation stays with the word before it: a no-break space stands before `: ; ? ! \u{BB}` and after `\u{AB}`.
    static func spaced(_ text: String) -> String {
        var text = text
        for mark in [":", ";", "?", "!", "\u{BB}"] { text = text.replacing(" " + mark, with: "\u{A0}" + mark) }
        return text.replacing("\u{AB} ", with: "\u{AB}\u{A0}")
    }

    private static func values(
        _ election: Election, _ language: Language, _ assets: AssetSet
    ) -> [String: TemplateValue] {
        let policy = election.access
        let other: Language = language == .fr ? .en : .fr
        return [
            "lang": .text(language.rawValue), "otherLang": .text(other.rawValue),
            "hasSwitch": .flag(election.languages.count > 1), "title": .text(election.title[language]),
            "organiser": .text(election.organiser.name), "style": .text(assets.path("style.css")),
            "styleDigest": .text(assets.integrity("style.css")), "script": .text(assets.path("site.js")),
            "scriptDigest": .text(assets.integrity("site.js")), "logo": .text(assets.path("logo.svg")),
            "supportName": .text(election.support.name), "supportPhone": .text(election.support.phone),
            "supportDial": .text(election.support.phone.filter { $0.isNumber || $0 == "+" }),
            "supportEmail": .text(election.support.email), "supportHours": .text(election.support.hours[language]),
            "identifierType": .text(policy.scheme == .email ? "email" : "text"),
            "identifierMode": .text(
                policy.scheme == .digits ? "numeric" : policy.scheme == .email ? "email" : "text"),
            "minimum": .text("\(PassphraseRules.minimum(policy))"),
            "isGenerated": .flag(policy.secretKind == .generated), "isPassword": .flag(policy.secretKind == .password),
            "isEmail": .flag(policy.scheme == .email),
        ]
    }
}
