package import Elections

/// What the signed records say to people, in the election's first language. Lines that trustees' programs read stay as they are,
/// and so does the first word of the custody's lines, at which those programs stop.
package struct RecordWords: Sendable {
    private let election: Election
    private let language: Language

    /// - Parameter election: its first language is the records' one, French where it has none.
    package init(_ election: Election) {
        self.election = election
        language = election.languages.first ?? .fr
    }

    /// The words of the election's language. Blanks of other kinds have no place on a record's line.
    private func said(_ french: String, _ english: String) -> String {
        PlainLine.spaced(language == .fr ? french : english)
    }

    /// A date and hour, with the sites' beside it where they show another.
    func time(_ seconds: Int) -> String { PlainLine.spaced(election.timeWords(seconds, language)) }

    /// Whose time it is, by the name that people use.
    private var zone: String { "(\(PlainLine.spaced(LocalTime.zoneName(election.timeZone, language))))" }

    // MARK: Hours

    /// - Parameters: seconds since 1970.
    func announced(from opens: Int, to closes: Int) -> String {
        said(
            "horaires annonc\u{E9}s : du \(time(opens)) au \(time(closes)) \(zone)",
            "hours announced: from \(time(opens)) to \(time(closes)) \(zone)")
    }

    /// - Parameter opened: nil where the poll was never opened.
    func inForce(from opened: Int?, to closes: Int) -> String {
        guard let opened else {
            return said(
                "horaires en vigueur : vote non ouvert, jusqu'au \(time(closes)) \(zone)",
                "hours in force: from not opened to \(time(closes)) \(zone)")
        }
        return said(
            "horaires en vigueur : du \(time(opened)) au \(time(closes)) \(zone)",
            "hours in force: from \(time(opened)) to \(time(closes)) \(zone)")
    }

    /// When the poll was opened, and from when voting was announced.
    func opened(at time: Int, announced: Int) -> [String] {
        [
            said("ouvert le \(self.time(time)) \(zone)", "opened \(self.time(time)) \(zone)"),
            said(
                "vote annonc\u{E9} \u{E0} partir du \(self.time(announced)) \(zone)",
                "voting announced from \(self.time(announced)) \(zone)"),
        ]
    }

    // MARK: People

    /// - Parameter ballot: its name in the definition, not its title.
    func turnout(_ ballot: String, _ count: TurnoutCount) -> String {
        said(
            "participation \(ballot) : \(count.signatures) \u{E9}margements pour \(count.electors) inscrits, "
                + "abstentions : \(count.abstentions), \(count.percent(",")) %",
            "turnout \(ballot): \(count.words)")
    }

    /// - Parameter presence: nil where nobody was noted.
    func present(at moment: PollMoment, _ presence: PollChronicle.Presence?) -> String {
        let place =
            switch moment {
            case .opening: said("pr\u{E9}sents \u{E0} l'ouverture :", "present at the opening:")
            case .closing: said("pr\u{E9}sents \u{E0} la cl\u{F4}ture :", "present at the closing:")
            case .count: said("pr\u{E9}sents au d\u{E9}pouillement :", "present at the count:")
            }
        guard let presence else {
            return "\(place) \(said("personne n'a \u{E9}t\u{E9} not\u{E9}", "nobody was noted"))"
        }
        let by = said("not\u{E9} par", "noted by")
        return "\(place) \(presence.names.joined(separator: ", ")) (\(by) \(presence.notedBy))"
    }

    /// A place to sign.
    /// - Parameter name: nil for the bureau, where nobody is known.
    func toSign(_ name: String?) -> String {
        let name = name ?? said("le bureau", "the bureau")
        return said("signature, \(name) :", "to sign, \(name):") + " ______________________________"
    }

    // MARK: Events

    func event(_ event: PollChronicle.Event) -> String {
        let what = what(event.kind, event.time.map(time) ?? "")
        return said(
            "\u{E9}v\u{E9}nement du \(time(event.at)) : \(what), par \(event.who)",
            "event \(time(event.at)): \(what), by \(event.who)")
            + (event.words.map { said(" : ", ": ") + $0 } ?? "")
    }

    /// Stands in place of events for which a record has no room; the journal has them.
    func more(_ count: Int) -> String {
        said(
            "\u{E9}v\u{E9}nements : \(count) de plus, qui figurent au journal",
            "event: \(count) more, which stand in the journal")
    }

    /// - Parameter time: in words already; empty for kinds that have none.
    private func what(_ kind: PollChronicle.Kind, _ time: String) -> String {
        switch kind {
        case .sealed: said("scell\u{E9}", "sealed")
        case .unsealed: said("scell\u{E9} d\u{E9}fait avant l'ouverture", "seal undone before the opening")
        case .opened: said("ouvert", "opened")
        case .suspended: said("suspendu", "suspended")
        case .resumed: said("reprise du vote", "voting went on")
        case .extended: said("cl\u{F4}ture report\u{E9}e au \(time)", "close moved to \(time)")
        case .closing:
            said(
                "d\u{E9}but de la cl\u{F4}ture, les personnes d\u{E9}j\u{E0} connect\u{E9}es pouvaient finir",
                "close begun, voters under way could finish")
        case .ended:
            said(
                "fin du vote selon une horloge que rien ne confirmait", "ended by a clock that nothing vouched for")
        case .reopened:
            said("reprise : cette horloge \u{E9}tait fausse", "taken up again: that clock was wrong")
        case .stopped: said("plus aucun bulletin n'est pris", "no ballot taken any more")
        case .closed: said("cl\u{F4}ture d\u{E9}finitive", "closed for good")
        case .abandoned:
            said("abandon d\u{E9}finitif, sans r\u{E9}sultat", "abandoned for good, without a result")
        case .restored:
            said("base r\u{E9}tablie \u{E0} partir d'une sauvegarde", "the store was restored from a backup")
        case .told: said("message \u{E0} tous les \u{E9}lecteurs demand\u{E9}", "word to every voter ordered")
        case .incident: said("incident du \(time)", "incident of \(time)")
        }
    }

    // MARK: Opening

    func emptyBox(_ ballot: String, electors: Int) -> String {
        said(
            "scrutin \(ballot) : \(electors) inscrits, 0 bulletin dans l'urne, 0 \u{E9}margement sur la liste",
            "ballot \(ballot): \(electors) electors, 0 ballots in the box, 0 signatures on the list")
    }

    /// - Parameter check: what the trustee signed, by `TrusteeRegister.check`.
    func trustee(_ name: String, _ check: TrusteeRegister.Check) -> String {
        let (french, english) =
            switch check {
            case .signed: ("a contr\u{F4}l\u{E9} l'\u{E9}lection scell\u{E9}e", "checked the sealed election")
            case .waived(let words):
                ("n'a pas contr\u{F4}l\u{E9}, dispense de \(words)", "not checked, waived by \(words)")
            case .missing: ("n'a pas contr\u{F4}l\u{E9}", "not checked")
            }
        return said("d\u{E9}tenteur \(name) : \(french)", "trustee \(name): \(english)")
    }

    // MARK: Result

    /// A ballot's line of the result record.
    /// - Parameters:
    ///   - ballot: its name in the definition.
    ///   - ballots: how many were added up.
    ///   - weight: the sum of their weights, the same number where all weigh 1.
    package func counted(_ ballot: String, ballots: Int, weight: Int) -> String {
        said(
            "scrutin \(ballot) : \(ballots) bulletins, poids \(weight)",
            "ballot \(ballot): \(ballots) ballots, weight \(weight)")
    }

    /// Heads a question's answers.
    /// - Parameter number: from 1, in the ballot's order.
    package func question(_ number: Int, _ title: LocalText) -> String {
        said("  question \(number) : \(title[language])", "  question \(number): \(title[language])")
    }

    /// One answer with its total.
    /// - Parameter count: votes by weight.
    package func votes(_ count: Int, _ answer: LocalText) -> String {
        said("    \(count) pour \(answer[language])", "    \(count) for \(answer[language])")
    }

    /// The blank votes of a question that has them, by weight.
    package func blank(_ count: Int) -> String { said("    \(count) blancs", "    \(count) blank") }

    /// Valid votes: what was cast less the blank ones, by weight.
    package func valid(_ count: Int) -> String {
        said("    \(count) suffrages exprim\u{E9}s", "    \(count) valid")
    }

    // MARK: Custody

    /// Heads the custody's lines, at which trustees' programs stop reading: its first word is "custody" in both
    /// languages.
    func custody(at seconds: Int) -> String {
        said("custody (conservation des secrets) le \(time(seconds)) \(zone)", "custody at \(time(seconds)) \(zone)")
    }

    /// What became of the server's copy of the box key.
    func key(_ erasure: BoxKeyErasure) -> String {
        let end =
            switch erasure {
            case .begun:
                said(
                    "\u{E9}crasement commenc\u{E9}, fin non not\u{E9}e (programme interrompu)",
                    "overwriting begun, its end not noted (the program was interrupted)")
            case .erased: said("\u{E9}cras\u{E9}e et supprim\u{E9}e", "overwritten and removed")
            case .absent: said("absente", "none lay there")
            case .kept(_, let reason):
                said("N'A PAS PU \u{CA}TRE EFFAC\u{C9}E : ", "COULD NOT BE ERASED: ") + reason
            }
        return said("cl\u{E9} de l'urne \(erasure.path) : ", "box key \(erasure.path): ") + end
    }

    /// Whether a member signed that their copy is destroyed.
    func key(of member: String, isSigned: Bool) -> String {
        said(
            "cl\u{E9} de l'urne, copie de \(member) : \(isSigned ? "destruction sign\u{E9}e" : "DESTRUCTION NON SIGN\u{C9}E")",
            "box key, copy of \(member): \(isSigned ? "destroyed, signed" : "NOT SIGNED AS DESTROYED")")
    }

    /// A file of the box key that seal or opening used on this machine.
    /// - Parameter report: as of a backup.
    func keyFile(_ path: String, report: (by: String, reason: String)?) -> String {
        let french = report.map { "d\u{E9}truit, par \($0.by) : \($0.reason)" } ?? "DESTRUCTION NON D\u{C9}CLAR\u{C9}E"
        let english = report.map { "destroyed, by \($0.by): \($0.reason)" } ?? "NOT REPORTED DESTROYED"
        return said("cl\u{E9} de l'urne, fichier \(path) : \(french)", "box key, file \(path): \(english)")
    }

    /// - Parameters:
    ///   - isRemoved: whether the program removed it from the server; what was copied elsewhere it does not know.
    ///   - report: who destroyed it, and how; nil where nobody said so.
    func backup(
        _ name: String, _ sha256: String, isRemoved: Bool, report: (by: String, reason: String)?
    ) -> String {
        let french =
            report.map { "d\u{E9}truite, par \($0.by) : \($0.reason)" }
            ?? (isRemoved ? "retir\u{E9}e du serveur ; COPIES AILLEURS : " : "") + "DESTRUCTION NON D\u{C9}CLAR\u{C9}E"
        let english =
            report.map { "destroyed, by \($0.by): \($0.reason)" }
            ?? (isRemoved ? "removed from the server; COPIES ELSEWHERE: " : "") + "NOT REPORTED DESTROYED"
        return said("sauvegarde \(name) \(sha256) : \(french)", "backup \(name) \(sha256): \(english)")
    }
}
