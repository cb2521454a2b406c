import Authentication
import Contacts
import Delivery
import Elections
import HTTPServer
import Issuance
import Polling
import Store
import Templating
import VoterRoll
import WebContent

/// `/space`: what a signed-in voter sees.
struct SpacePages: SitePages {
    let site: SiteContext

    /// For signed-in voters alone.
    static let table = [
        get("/space") { pages, visit in .now(try pages.signedIn(visit) { try pages.space(visit, $0) }) }
    ]

    /// Sign-ins shown.
    static let shownSignIns = 10

    /// What can be done with a ballot now, as a text's key.
    /// - Parameter isOpen: whether this session may vote now.
    static func state(_ phase: PollHours.Phase, isOpen: Bool) -> String {
        if isOpen { return "ballotReady" }
        return switch phase {
        case .ahead: "ballotRehearsal"
        case .overdue: "ballotLate"
        case .open, .extended: "ballotShut"
        case .suspended: "ballotSuspended"
        case .halted: "ballotHalted"
        case .grace, .ended, .closedEarly: "ballotClosed"
        case .abandoned: "ballotAbandoned"
        }
    }

    /// The voter's own page: ballots, sign-ins, and what is held about them.
    func space(_ visit: VoterRequest, _ session: Session) throws -> Response {
        let language = visit.language
        let found = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Voter, VoterContacts, [SignIn])? in
            guard let voter = try parts.directory.voter(reading, session.principal) else { return nil }
            return (
                voter, try parts.directory.contacts(reading, voter),
                try parts.authenticator.signIns(reading, session.principal, limit: SpacePages.shownSignIns)
            )
        }
        guard let (voter, contacts, signIns) = found else { return see(visit, "/", "say=ended") }
        let ballots = try ballots(voter, session, visit)
        let idle = min(parts.clock.now + session.idleSeconds, session.endsAt)
        return page(
            .space, visit, PageHead(title: "spaceTitle", note: spaceNote(visit)),
            [
                "name": .text(voter.courteousName(language)),
                "isRehearsal": .flag(phase == .ahead || phase == .overdue),
                "hasBallots": .flag(!ballots.isEmpty),
                "ballots": .list(ballots),
                "signIns": .list(
                    signIns.map {
                        .object([
                            "at": .text(LocalTime.phrase($0.at, zone: election.timeZone, language)),
                            "by": .text(pages.text(SpacePages.way($0), language)),
                        ])
                    }), "data": .list(data(voter, contacts, language)),
                "idleUntil": .text(election.clockWords(idle, language)),
                "idleSeconds": .text("\(max(0, idle - parts.clock.now))"), "owner": .text(tokens.owner(visit, session)),
            ])
    }

    /// The voter's ballots: what can be done with each.
    /// Before the seal they are listed without a way to vote.
    private func ballots(_ voter: Voter, _ session: Session, _ visit: VoterRequest) throws(StoreError)
        -> [TemplateValue]
    {
        let (language, now) = (visit.language, parts.clock.now)
        guard let poll else {
            let state = SpacePages.state(phase, isOpen: false)
            return election.ballots.filter { $0.admits(college: voter.college, site: voter.site) }.map {
                .object([
                    "title": .text($0.title[language]), "state": .text(pages.text(state, language)), "link": .nothing,
                    "receipt": .nothing,
                ])
            }
        }
        let list = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.station.voterBallots.ballots(reading, voter: voter.id)
        }
        let isOpen = poll.takes(sessionOpenedAt: session.openedAt, now: now, election: election)
        return list.map { entry in
            let key = SpacePages.state(phase, isOpen: isOpen)
            let signed = entry.signedAt.map {
                pages.text("ballotVoted", language) + " " + LocalTime.phrase($0, zone: election.timeZone, language)
            }
            let link: TemplateValue =
                isOpen && signed == nil
                ? .object(["path": .text(visit.path("/ballots/\(entry.ballot.id)"))]) : .nothing
            let path = TemplateValue.text(visit.path("/ballots/\(entry.ballot.id)"))
            // Also after the close and in a suspension: then it is asked for most.
            let receipt: TemplateValue =
                signed != nil ? .object(["path": path, "ballot": .text(entry.ballot.id)]) : .nothing
            return .object([
                "title": .text(entry.ballot.title[language]), "state": .text(signed ?? pages.text(key, language)),
                "link": link, "receipt": receipt,
            ])
        }
    }

    /// What the page says once, by `?set=`.
    private func spaceNote(_ visit: VoterRequest) -> String? {
        switch visit.request.parameter("set") {
        case "fair": "strengthFair"
        case "good": "strengthGood"
        case "veryGood": "strengthVeryGood"
        case "changed": "spaceSecretChanged"
        default: nil
        }
    }

    /// The key of the way by which a sign-in's code went.
    private static func way(_ signIn: SignIn) -> String {
        switch signIn.route {
        case .email: "byEmail"
        case .sms: "bySms"
        case .letter: "byLetter"
        case nil: "byNone"
        }
    }

    /// What we hold about a voter, contacts masked.
    private func data(_ voter: Voter, _ contacts: VoterContacts, _ language: Language) -> [TemplateValue] {
        var rows = [
            ("dataName", voter.courteousName(language)), ("dataReference", voter.reference),
            ("dataCollege", election.colleges[voter.college]?[language] ?? voter.college),
        ]
        if !voter.site.isEmpty { rows.append(("dataSite", election.sites[voter.site]?[language] ?? voter.site)) }
        let none = pages.text("dataNo", language)
        rows.append(("dataMail", contacts.mail.map { VoterContacts.masked(mail: $0.text) } ?? none))
        rows.append(("dataPhone", contacts.phone.map { VoterContacts.masked(phone: $0.text) } ?? none))
        rows.append(("dataAddress", pages.text(contacts.address == nil ? "dataNoAddress" : "dataYes", language)))
        return rows.map { .object(["term": .text(pages.text($0.0, language)), "value": .text($0.1)]) }
    }
}
