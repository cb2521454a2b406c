import BallotCore
import Contacts
package import Documents
import Foundation

/// Reads `election.yaml`.
package enum ElectionReader {
    /// The election, or every fault of the file with its line and column.
    /// - Parameter isStored: whether it was read and stored before: rules that came later must not make a store unreadable.
    package static func read(_ text: String, file: String, isStored: Bool = false) -> Result<Election, Faults> {
        let reader = DocumentReader(file: file)
        do throws(Fault) {
            let root = try YAML.parse(text, file: file)
            if !isStored { checkWording(root, reader) }
            let election = reader.section(root, "the election") { read($0, isStored: isStored) }
            return reader.faults.isEmpty ? .success(election) : .failure(Faults(list: reader.faults))
        } catch {
            return .failure(Faults(list: [error]))
        }
    }

    /// All that is wrong with a file.
    package struct Faults: Error { package let list: [Fault] }

    /// Names that go into file names, addresses and columns.
    private static func isName(_ text: String) -> Bool {
        text.count <= 40 && text.first?.isLetter == true
            && text.utf8.allSatisfy { 97...122 ~= $0 || 48...57 ~= $0 || $0 == UInt8(ascii: "-") }
    }

    /// Reads the whole file; a fault leaves a stand-in value and is kept by the reader.
    private static func read(_ section: Section, isStored: Bool) -> Election {
        let id = section.text("election")
        if !isName(id) { section.fault("election", "\"election\" must be a short name of a-z, 0-9 and hyphens") }
        let zoneName = section.text("timezone")
        let zone = zone(section, zoneName, isStored: isStored)
        let times = times(section, zone, isStored: isStored)
        let languages = section.choices("languages", as: Language.self) ?? [.fr]
        let channels = section.choices("channels", as: Channel.self) ?? [.email]
        if languages.isEmpty { section.fault("languages", "an election speaks at least one language") }
        // A language that nobody is addressed in is asked of nobody.
        if let only = languages.first, Set(languages).count == 1 {
            for other in Language.allCases where other != only {
                section.allow(only.rawValue, toStandInFor: other.rawValue)
            }
        }
        if channels.isEmpty { section.fault("channels", "an election needs at least one channel") }
        let colleges = section.section("colleges", colleges) ?? [:]
        let sites =
            section.optionalSection("sites") { ElectionReader.sites($0, isStored: isStored) } ?? (
                titles: [:], zones: [:]
            )
        let level = section.number("level", in: 1...3, standard: 2)
        let sender = section.section("sender", sender) ?? ("", "")
        return Election(
            id: id, title: section.section("title", text) ?? LocalText(fr: "", en: ""),
            organiser: section.section("organiser", organiser) ?? Election.Organiser(name: "", address: []),
            senderName: sender.0, senderAddress: sender.1, address: address(section),
            supports: supports(section),
            timeZone: zoneName, announcedOpening: times.opens, announcedClose: times.closes,
            graceMinutes: section.number("grace", in: 0...60, standard: 15), languages: languages, channels: channels,
            level: level, colleges: colleges, sites: sites.titles, siteZones: sites.zones,
            ballots: ballots(section, colleges, sites.titles, isStored: isStored),
            access: section.optionalSection("access") {
                access($0, level: level, channels: channels, isStored: isStored)
            }
                ?? AccessPolicy(level: level), confirm: section.choice("confirm", standard: .rounds))
    }

    /// A text in both languages, one line each; the one language of an election stands in for the other.
    static func text(_ section: Section) -> LocalText {
        LocalText(fr: line(section, "fr"), en: line(section, "en"))
    }

    /// Text of one line: it goes into mail headers and letters.
    static func line(_ section: Section, _ key: String) -> String {
        let text = section.textOrStandIn(key)
        if text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
            section.fault(key, "\"\(key)\" must be one line without control characters")
        }
        return text
    }

    /// Titles by name, one at least.
    private static func colleges(_ section: Section) -> [String: LocalText] { named(section) { _, _ in } }

    /// Titles by short name; `more` reads what else stands at an entry.
    private static func named(_ section: Section, more: (String, Section) -> Void) -> [String: LocalText] {
        var result: [String: LocalText] = [:]
        for key in section.keys {
            if !isName(key) { section.fault(key, "\"\(key)\" must be a short name of a-z, 0-9 and hyphens") }
            result[key] = section.section(key) { entry in
                more(key, entry)
                return text(entry)
            }
        }
        if result.isEmpty { section.fault("", "at least one entry is needed here") }
        return result
    }

    /// The sites' titles, and the zones of those that have one of their own.
    private static func sites(
        _ section: Section, isStored: Bool
    ) -> (titles: [String: LocalText], zones: [String: String]) {
        var zones: [String: String] = [:]
        let titles = named(section) { key, site in
            if let name = site.optionalText("timezone"), zone(site, name, isStored: isStored) != nil {
                zones[key] = name
            }
        }
        return (titles, zones)
    }

    /// A time zone that is a place.
    private static func zone(_ section: Section, _ name: String, isStored: Bool) -> TimeZone? {
        let zone = isStored ? TimeZone(identifier: name) : TimeZonePlace.zone(name)
        if zone == nil, !name.isEmpty {
            let isOther = TimeZone(identifier: name) != nil
            section.fault(
                "timezone",
                isOther
                    ? "\"\(name)\" is no place: name the zone by a city of it, such as Europe/Paris, Indian/Reunion or America/Miquelon"
                    : "\"\(name)\" is no time zone; Europe/Paris is one")
        }
        return zone
    }

    /// Name and 1 to 6 lines of address.
    private static func organiser(_ section: Section) -> Election.Organiser {
        let lines = section.texts("address").map(\.text)
        if lines.isEmpty { section.fault("address", "letters need the organiser's \"address\", a list of lines") }
        if lines.count > PostalAddress.mostLines { section.fault("address", "an address has at most six lines") }
        return Election.Organiser(name: line(section, "name"), address: lines)
    }

    /// What the From line says, and the address behind it.
    private static func sender(_ section: Section) -> (String, String) {
        let name = line(section, "name")
        return (name, email(section, "email"))
    }

    /// A mail address; empty, with a fault, where it is none.
    static func email(_ section: Section, _ key: String) -> String {
        let text = section.text(key)
        do throws(EmailAddress.Fault) { return try EmailAddress(text).text } catch {
            if !text.isEmpty { section.fault(key, "\"\(text)\" \(error.reason)") }
            return ""
        }
    }

    /// Contacts on a letter: more would not fit its foot.
    package static let mostSupports = 3

    /// One contact, or a list of them.
    private static func supports(_ section: Section) -> [Election.Support] {
        let none = Election.Support(
            about: nil, name: "", email: "", phone: "", hours: LocalText(fr: "", en: ""))
        guard let node = section.required("support") else { return [none] }
        guard case .list(let nodes) = node.content else {
            return [section.section(at: node, "\"support\"", support)]
        }
        if !(1...mostSupports ~= nodes.count) {
            section.fault("support", "\"support\" is one contact, or a list of up to \(mostSupports)")
        }
        let found = nodes.map { section.section(at: $0, "a contact of \"support\"", support) }
        if found.count > 1, found.contains(where: { $0.about == nil }) {
            section.fault("support", "where there are several contacts, each says in \"about\" what it is for")
        }
        return found.isEmpty ? [none] : found
    }

    /// One contact; `about` may be left out.
    private static func support(_ section: Section) -> Election.Support {
        Election.Support(
            about: section.optionalSection("about", text), name: line(section, "name"), email: email(section, "email"),
            phone: phone(section),
            hours: section.section("hours", text) ?? LocalText(fr: "", en: ""))
    }

    /// A number as people call it, short ones included.
    private static func phone(_ section: Section) -> String {
        let text = line(section, "phone")
        let isNumber =
            text.filter(\.isNumber).count >= 3
            && text.unicodeScalars.allSatisfy { "+0123456789 .-()\u{A0}\u{202F}".unicodeScalars.contains($0) }
        if !text.isEmpty, !isNumber { section.fault("phone", "\"\(text)\" is no telephone number") }
        return text
    }

    /// The site's address: https, a host, no path, so that it can be printed large and typed.
    private static func address(_ section: Section) -> String {
        let text = section.text("address")
        guard let origin = Origin(text), origin.isLocal || origin.scheme == .https && origin.host.contains("."),
            !text.hasSuffix("/"),
            text.utf8.allSatisfy({ 33...126 ~= $0 }), text.count <= 60
        else {
            section.fault(
                "address", "\"address\" must be https:// and a host name without a path, 60 characters at most")
            return text
        }
        return text
    }

    /// The announced hours, seconds since 1970; zeros where either cannot be read.
    private static func times(
        _ section: Section, _ zone: TimeZone?, isStored: Bool
    ) -> (opens: Int, closes: Int) {
        func time(_ key: String) -> Int? {
            let text = section.text(key)
            guard let zone else { return nil }
            if isStored, let time = LocalTime.read(text, zone: zone) { return time }
            let reading = LocalTime.reading(text, zone: zone)
            if case .time(let time) = reading { return time }
            if !text.isEmpty { section.fault(key, "\"\(text)\" \(reading.fault)") }
            return nil
        }
        // Both are asked for before either may fail, so that neither is taken for an unknown key.
        let (first, second) = (time("opens"), time("closes"))
        guard let opens = first, let closes = second else { return (0, 0) }
        if closes <= opens { section.fault("closes", "the poll closes before it opens") }
        return (opens, closes)
    }

    /// At least one ballot, no two of one name, each with so many choices as the encryption takes.
    private static func ballots(
        _ section: Section, _ colleges: [String: LocalText], _ sites: [String: LocalText], isStored: Bool
    ) -> [Election.Ballot] {
        _ = section.required("ballots")
        var seen: Set<String> = []
        let ballots = section.list("ballots").map { node in
            section.section(at: node, "a ballot") { ballot in
                let id = ballot.text("id")
                if !isName(id) { ballot.fault("id", "\"id\" must be a short name of a-z, 0-9 and hyphens") }
                if !seen.insert(id).inserted { ballot.fault("id", "two ballots are called \"\(id)\"") }
                let questions = ballot.list("questions").map { node in
                    ballot.section(at: node, "a question") { question($0, isStored: isStored) }
                }
                // Counted as the ballot's encryption counts them: a blank vote is a choice of its question.
                let choices = questions.reduce(0) { $0 + $1.answers.count + ($1.hasBlank ? 1 : 0) }
                if choices > ElectionDocument.mostChoices {
                    ballot.fault(
                        "questions",
                        "a ballot has at most \(ElectionDocument.mostChoices) choices over all of its questions, blank votes among them, and this one has \(choices): make two ballots of it"
                    )
                }
                return Election.Ballot(
                    id: id, title: ballot.section("title", text) ?? LocalText(fr: "", en: ""),
                    colleges: known(ballot, "colleges", colleges), sites: known(ballot, "sites", sites),
                    smallGroupAccepted: ballot.optionalText("smallGroupAccepted"),
                    questions: questions, mark: node.mark)
            }
        }
        if ballots.isEmpty { section.fault("ballots", "an election has at least one ballot") }
        return ballots
    }

    /// A question with its answers; one answer by default, and a blank vote.
    private static func question(_ section: Section, isStored: Bool) -> Election.Question {
        let title = section.section("title", text) ?? LocalText(fr: "", en: "")
        let nodes = section.list("answers")
        let answers = nodes.map { node -> LocalText in
            // A name is the same in every language; a sentence is given in each.
            if case .scalar(let name, _) = node.content, !name.isEmpty { return LocalText(fr: name, en: name) }
            return section.section(at: node, "an answer", text)
        }
        if answers.isEmpty { section.fault("answers", "a question needs \"answers\" to choose from") }
        let range = 0...max(1, answers.count)
        let least = section.number("min", in: range, standard: 1)
        let most = section.number("max", in: range, standard: 1)
        if least > most { section.fault("min", "\"min\" is larger than \"max\"") }
        if most == 0 { section.fault("max", "\"max\" must be 1 or more") }
        let question = Election.Question(
            title: title, answers: answers, least: least, most: most,
            hasBlank: section.flag("blank", standard: true))
        if !isStored { for (key, message) in answerFaults(question) { section.fault(key, message) } }
        return question
    }

    /// The names under a key, each of which must be among `names`; empty where the key is left out.
    private static func known(_ section: Section, _ key: String, _ names: [String: LocalText]) -> [String] {
        guard section.node(key) != nil else { return [] }
        let found = section.texts(key)
        if found.isEmpty { section.fault(key, "nobody may vote on this ballot: leave \"\(key)\" out to admit all") }
        for (name, _) in found where names[name] == nil {
            let choices = names.keys.sorted().joined(separator: ", ")
            section.fault(key, "there is no \"\(name)\" among the \(key) of this election (\(choices))")
        }
        return found.map(\.text)
    }

    /// How voters sign in. Settings that together would let in the wrong person are refused where they stand.
    private static func access(
        _ section: Section, level: Int, channels: [Channel], isStored: Bool
    ) -> AccessPolicy {
        var policy = AccessPolicy(level: level)
        policy.fourEyes = section.flag("fourEyes", standard: policy.fourEyes)
        if let identifier = section.optionalSection(
            "identifier",
            {
                (
                    $0.choice("scheme", standard: AccessPolicy.Scheme.random),
                    $0.choice("renewal", standard: AccessPolicy.Renewal.replace),
                    $0.flag("link", standard: policy.identifierLink)
                )
            })
        {
            (policy.scheme, policy.renewal, policy.identifierLink) = identifier
        }
        if policy.scheme == .email, channels.contains(.letter) {
            section.fault("identifier", "with the scheme \"email\" no voter can be reached by letter")
        }
        section.optionalSection("code") { code in
            policy.codeDigits = code.number("digits", in: 6...10, standard: policy.codeDigits)
            policy.codeMinutes = code.number("minutes", in: 1...15, standard: policy.codeMinutes)
            policy.codeAttempts = code.number("attempts", in: 1...10, standard: policy.codeAttempts)
            policy.codeResendSeconds = code.number("resend", in: 30...60, standard: policy.codeResendSeconds)
            policy.codeChannel = code.choice("channel", standard: policy.codeChannel)
        }
        section.optionalSection("secret") { secret in
            policy.secretKind = secret.choice("kind", standard: policy.secretKind)
            let least = policy.secretKind == .password ? 12 : policy.secretKind == .generated ? 9 : 15
            let standard = policy.secretKind == .passphrase ? 20 : least
            policy.secretMinimum = secret.number("minimum", in: least...64, standard: standard)
            policy.secretMustChange = secret.flag("mustChange", standard: false)
            policy.secretReset = secret.choice("reset", standard: policy.secretReset)
            renewal(secret, &policy)
        }
        if policy.secretKind == .generated, channels.contains(.letter) {
            section.fault(
                "secret",
                "a generated secret travels by mail or SMS only: take \"letter\" out of \"channels\", or let voters choose a passphrase"
            )
        }
        if policy.codeChannel == .none, policy.secretKind != .generated {
            section.fault(
                "code",
                "without a connection code whoever holds an identifier would be its voter: take \"none\" out of \"channel\", or let \"secret.kind\" be generated"
            )
        }
        if policy.codeChannel == .none, policy.secretMustChange {
            section.fault("secret", "\"mustChange\" needs a connection code: take \"none\" out of \"code.channel\"")
        }
        section.optionalSection("recovery") { recovery in
            policy.recoveryCaptcha = recovery.choice("captcha", standard: policy.recoveryCaptcha)
            desk(recovery, &policy)
        }
        signIn(section, &policy)
        policy.challenge = section.optionalSection("challenge") { challenge($0, isStored: isStored) }
        return policy
    }
}
