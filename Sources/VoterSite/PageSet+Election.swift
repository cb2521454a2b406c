import Authentication
import Contacts
import Crypto
import Elections
import Issuance
import Templating
import WebContent

/// What of an election goes into the pages' texts and templates: its policy and its channels decide what is said.
extension PageSet {
    /// What texts may ask for.
    /// - Parameter sources: the texts as they stand in the file, of which some are parts of others.
    static func textValues(
        _ election: Election, _ language: Language, _ sources: [String: String]
    ) -> [String: TemplateValue] {
        let policy = election.access
        func part(_ key: String) -> String { language.typeset(sources[key] ?? "") }
        func list(_ channels: [Channel], _ prefix: String) -> TemplateValue {
            let words = channels.map { part(prefix + $0.rawValue.prefix(1).uppercased() + $0.rawValue.dropFirst()) }
            return .text(PageSet.alternatives(words, or: part("wayOr")))
        }
        let channels = Channel.allCases.filter(election.channels.contains)
        let messages = channels.filter { $0 != .letter }
        return [
            "minimum": .text("\(PassphraseRules.minimum(policy))"), "digits": .text("\(policy.codeDigits)"),
            "longDigits": .text("\(policy.codeDigits + CodeLimits.extraDigits)"),
            "minutes": .text("\(policy.codeMinutes)"), "examplePhrase": .text(part("examplePhrase")),
            "ways": list(channels, "way"), "messageWays": list(messages, "way"),
            "contactKinds": list(messages, "kind"),
        ].merging(flags(election).mapValues { .flag($0) }) { $1 }
    }

    /// `a`, `a or b`, `a, b or c`.
    /// - Parameter word: between the last two.
    static func alternatives(_ words: [String], or word: String) -> String {
        guard let last = words.last, words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " \(word) " + last
    }

    /// The key of the first page's title.
    static func homeTitle(_ election: Election) -> String {
        election.access.signIn == .onePage ? "onePageTitle" : "homeTitle"
    }

    /// What an election has, for texts and templates alike.
    /// The names stand in texts as conditions, and in templates below `e`.
    static func flags(_ election: Election) -> [String: Bool] {
        let (policy, channels) = (election.access, election.channels)
        return [
            "isRandom": policy.scheme == .random, "isDigits": policy.scheme == .digits,
            "isName": policy.scheme == .name, "isEmail": policy.scheme == .email, "isKept": policy.keepsIdentifier,
            "isPassphrase": policy.secretKind == .passphrase, "isGenerated": policy.secretKind == .generated,
            "isPassword": policy.secretKind == .password, "hasCode": policy.codeChannel != .none,
            "hasLetters": channels.contains(.letter), "hasEmail": channels.contains(.email),
            "hasSms": channels.contains(.sms), "hasMessages": channels.contains { $0 != .letter },
            "offersOther": policy.offersOtherWay(channels), "isResetOther": policy.secretReset == .otherChannel,
            "isResetDelayed": policy.secretReset == .delayed, "isResetManager": policy.secretReset == .manager,
            "isContactEither": channels.contains(.email) && channels.contains(.sms),
            "hasOtherWay": channels.count > 1, "hasSeveralContacts": election.supports.count > 1,
            "isOnePage": policy.signIn == .onePage, "isOneDesk": policy.recoveryDesk == .one,
            "hasRenew": policy.secretRenew, "sendsAnew": policy.sendsAnew,
            // Nothing that is lost needs another way then: the identifier is the address itself.
            "isRenewOnly": policy.secretRenew && policy.scheme == .email && !channels.contains(.sms),
        ]
    }

    /// What templates may ask for as `e`.
    /// - Parameter assets: whose addresses and digests pages carry.
    static func values(
        _ election: Election, _ language: Language, _ assets: AssetSet
    ) -> [String: TemplateValue] {
        let policy = election.access
        let other: Language = language == .fr ? .en : .fr
        return [
            "lang": .text(language.rawValue), "otherLang": .text(other.rawValue),
            "hasSwitch": .flag(election.languages.count > 1), "title": .text(election.title[language]),
            "organiser": .text(election.organiser.name), "style": .text(assets.path("style.css")),
            "styleDigest": .text(assets.integrity("style.css")),
            "pagesStyle": .text(assets.path(AssetSet.pagesStyle)),
            "pagesStyleDigest": .text(assets.integrity(AssetSet.pagesStyle)), "script": .text(assets.path("site.js")),
            "scriptDigest": .text(assets.integrity("site.js")), "fields": .text(assets.path("fields.js")),
            "kiosk": .text(assets.path("kiosk.js")),
            "kioskDigest": .text(assets.integrity("kiosk.js")),
            "session": .text(assets.path("session.js")),
            "sessionDigest": .text(assets.integrity("session.js")),
            "fieldsDigest": .text(assets.integrity("fields.js")), "logo": .text(assets.path("logo.svg")),
            "identifierType": .text(policy.scheme == .email ? "email" : "text"),
            "identifierMode": .text(
                policy.scheme == .digits ? "numeric" : policy.scheme == .email ? "email" : "text"),
            "identifierLeast": .text("\(least(policy.scheme))"),
            // A code on a letter has letters.
            "codeMode": .text(election.channels.contains(.letter) ? "text" : "numeric"),
            "contactType": .text(contactType(election)),
            "minimum": .text("\(PassphraseRules.minimum(policy))"),
            "wantsClasses": .flag(policy.secretKind != .passphrase),
        ].merging(flags(election).mapValues { .flag($0) }) { $1 }
            .merging(supports(election, language)) { $1 }
    }

    /// Characters of the shortest identifier of a scheme: a name may have one letter.
    private static func least(_ scheme: AccessPolicy.Scheme) -> Int {
        switch scheme {
        case .random: Identifier.randomCount
        case .digits: DigitCode.count
        case .name, .email: 1
        }
    }

    /// `support1` and on: what is filled in beforehand has no lists.
    private static func supports(_ election: Election, _ language: Language) -> [String: TemplateValue] {
        let found = election.supports.map { support($0, language) }
        let places = 1...ElectionReader.mostSupports
        return Dictionary(
            uniqueKeysWithValues: places.map { ("support\($0)", found.count >= $0 ? found[$0 - 1] : .nothing) })
    }

    /// The kind of field for a lost identifier's contact: what takes one thing alone gets its keyboard.
    private static func contactType(_ election: Election) -> String {
        guard election.access.secretKind != .generated else { return "text" }
        return switch (election.channels.contains(.email), election.channels.contains(.sms)) {
        case (true, false): "email"
        case (false, true): "tel"
        default: "text"
        }
    }

    /// One contact as templates have it; `dial` is the number without blanks.
    private static func support(_ support: Election.Support, _ language: Language) -> TemplateValue {
        .object([
            "about": support.about.map { .object(["text": .text($0[language])]) } ?? .nothing,
            "who": .text(support.name), "phone": .text(support.phone),
            "dial": .text(support.phone.filter { $0.isNumber || $0 == "+" }), "mail": .text(support.email),
            "hours": .text(support.hours[language]),
        ])
    }

    /// The shape of `e`.
    /// - Parameter values: of `values`, from which the kinds are taken.
    static func shape(_ values: [String: TemplateValue]) -> Shape {
        var shape = values.mapValues { value -> Shape in if case .flag = value { .flag } else { .text } }
        for place in 1...ElectionReader.mostSupports {
            shape["support\(place)"] = .object([
                "about": .object(["text": .text]), "who": .text, "phone": .text, "dial": .text, "mail": .text,
                "hours": .text,
            ])
        }
        return .object(shape)
    }
}
