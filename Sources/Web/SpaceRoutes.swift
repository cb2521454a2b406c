import Access
import Contacts
import Delivery
import Elections
import Issuance
import Passphrases
import Polling
import Store
import Templating
import VoterRoll

/// `/space`: what a signed-in voter sees and can do.
enum SpaceRoutes {
    static let table = [
        VoterSite.Route(method: .get, path: "/space") { site, visit in
            .now(try site.signedIn(visit) { try site.space(visit, $0) })
        },
        VoterSite.Route(method: .get, path: "/space/secret") { site, visit in
            .now(try site.signedIn(visit) { try site.change(visit, $0) })
        },
        VoterSite.Route(method: .post, path: "/space/secret") { site, visit in try site.takeChange(visit) },
        VoterSite.Route(method: .post, path: "/extend") { site, visit in
            .now(try site.extend(visit))
        },
        VoterSite.Route(method: .post, path: "/sign-out") { site, visit in .now(try site.signOut(visit)) },
    ]

    /// Sign-ins shown.
    static let shownSignIns = 10

    /// What can be done with a ballot now, as a text's key.
    static func state(_ phase: PollHours.Phase, isOpen: Bool) -> String {
        if isOpen { return "ballotReady" }
        return switch phase {
        case .ahead: "ballotRehearsal"
        case .overdue: "ballotLate"
        case .open, .extended: "ballotShut"
        case .suspended: "ballotSuspended"
        case .grace, .ended, .closedEarly: "ballotClosed"
        case .abandoned: "ballotAbandoned"
        }
    }
}

extension VoterSite {
    /// The browser's session, noted as in use; nil when there is none or it has ended.
    func session(_ visit: Visit) throws(StoreError) -> Session? {
        guard let token = visit.request.cookie(cookies.name(.session)) else { return nil }
        let session = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.doorkeeper.session(reading, token: token)
        }
        if let session, parts.doorkeeper.mustNote(session) {
            try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
                try parts.doorkeeper.note(transaction, session)
            }
        }
        return session
    }

    /// Runs `body` for a signed-in voter; sends everybody else to the first page.
    func signedIn(_ visit: Visit, _ body: (Session) throws -> Response) throws -> Response {
        guard let session = try session(visit) else {
            let had = visit.request.cookie(cookies.name(.session)) != nil
            return see(visit, "/", had ? "say=ended" : "", cookies: had ? [cookies.clear(.session)] : [])
        }
        return try body(session)
    }

    func space(_ visit: Visit, _ session: Session) throws -> Response {
        let language = visit.language
        let found = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Voter, VoterContacts, [SignIn])? in
            guard let voter = try parts.directory.voter(reading, session.principal) else { return nil }
            return (
                voter, try parts.directory.contacts(reading, voter),
                try parts.doorkeeper.signIns(reading, session.principal, limit: SpaceRoutes.shownSignIns)
            )
        }
        guard let (voter, contacts, signIns) = found else { return see(visit, "/", "say=ended") }
        let ballots = try ballots(voter, session, visit)
        let idle = min(parts.clock.now + Doorkeeper.idleSeconds, session.endsAt)
        return page(
            .space, visit, title: "spaceTitle", note: spaceNote(visit),
            [
                "name": .text(voter.courteousName), "isRehearsal": .flag(phase == .ahead || phase == .overdue),
                "hasBallots": .flag(!ballots.isEmpty),
                "ballots": .list(ballots),
                "signIns": .list(
                    signIns.map {
                        .object([
                            "at": .text(LocalTime.phrase($0.at, zone: election.timeZone, language)),
                            "by": .text(pages.text(VoterSite.way($0), language)),
                        ])
                    }), "data": .list(data(voter, contacts, language)),
                "idleUntil": .text(LocalTime.clock(idle, zone: election.timeZone, language)),
                "idleSeconds": .text("\(max(0, idle - parts.clock.now))"),
            ])
    }

    /// The voter's ballots: what can be done with each.
    private func ballots(_ voter: Voter, _ session: Session, _ visit: Visit) throws(StoreError) -> [TemplateValue] {
        let (language, now) = (visit.language, parts.clock.now)
        guard let poll else {
            let state = SpaceRoutes.state(phase, isOpen: false)
            return election.ballots.filter { $0.admits(college: voter.college, site: voter.site) }.map {
                .object([
                    "title": .text($0.title[language]), "state": .text(pages.text(state, language)), "link": .nothing,
                ])
            }
        }
        let list = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.station.ballots(reading, voter: voter.id)
        }
        let isOpen = poll.takes(sessionOpenedAt: session.openedAt, now: now, election: election)
        return list.map { entry in
            let key = SpaceRoutes.state(phase, isOpen: isOpen)
            let signed = entry.signedAt.map {
                pages.text("ballotVoted", language) + " " + LocalTime.phrase($0, zone: election.timeZone, language)
            }
            let link: TemplateValue =
                isOpen && signed == nil
                ? .object(["path": .text(visit.path("/ballots/\(entry.ballot.id)"))]) : .nothing
            return .object([
                "title": .text(entry.ballot.title[language]), "state": .text(signed ?? pages.text(key, language)),
                "link": link,
            ])
        }
    }

    private func spaceNote(_ visit: Visit) -> String? {
        switch visit.request.parameter("set") {
        case "fair": "strengthFair"
        case "good": "strengthGood"
        case "veryGood": "strengthVeryGood"
        case "changed": "spaceSecretChanged"
        default: nil
        }
    }

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
            ("dataName", voter.courteousName), ("dataReference", voter.reference),
            ("dataCollege", election.colleges[voter.college]?[language] ?? voter.college),
        ]
        if !voter.site.isEmpty { rows.append(("dataSite", election.sites[voter.site]?[language] ?? voter.site)) }
        let none = pages.text("dataNo", language)
        rows.append(("dataMail", contacts.mail.map { VoterContacts.masked(mail: $0.text) } ?? none))
        rows.append(("dataPhone", contacts.phone.map { VoterContacts.masked(phone: $0.text) } ?? none))
        rows.append(("dataAddress", pages.text(contacts.address == nil ? "dataNoAddress" : "dataYes", language)))
        return rows.map { .object(["term": .text(pages.text($0.0, language)), "value": .text($0.1)]) }
    }

    // MARK: Change of secret

    func change(
        _ visit: Visit, _ session: Session, status: Int = 200, error: String? = nil, more: String? = nil
    ) throws -> Response {
        let reference = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.directory.voter(reading, session.principal)?.reference
        }
        return page(
            .change, visit, status: status, title: "spaceSecret", error: error, more: more,
            [
                "reference": .text(reference ?? ""),
                "idleSeconds": .text("\(min(Doorkeeper.idleSeconds, session.endsAt - parts.clock.now))"),
            ])
    }

    func takeChange(_ visit: Visit) throws -> Reply {
        guard let session = try session(visit) else { return .now(see(visit, "/", "say=ended")) }
        let form = visit.request.form() ?? Form(fields: [])
        return later(visit) { [self] in
            let outcome = try parts.desk.change(
                session, present: form["present"], form["secret"], again: form["again"])
            switch outcome {
            case .next: return see(visit, "/space", "set=changed")
            case .wrong: return try change(visit, session, status: 422, error: "secretWrong")
            case .wait(let seconds):
                return try change(visit, session, status: 429, error: "secretWait", more: "\(seconds)")
            case .busy(let seconds): return busy(visit, seconds: seconds)
            case .refused(let faults):
                return try change(
                    visit, session, status: 422, error: faults.first.map(VoterSite.text),
                    more: faults.dropFirst().map { pages.text(VoterSite.text($0), visit.language) }
                        .joined(separator: " "))
            case .opened, .forgotten, .gone: return see(visit, "/", "say=ended")
            }
        }
    }

    /// Keeps a session open: a script is told for how many seconds, a form leads back.
    func extend(_ visit: Visit) throws(StoreError) -> Response {
        let session = try session(visit)
        guard visit.request.header("accept") == "text/plain" else { return see(visit, "/space") }
        guard let session else { return .text(401, "ended\n") }
        let end = min(parts.clock.now + Doorkeeper.idleSeconds, session.endsAt)
        let hour = LocalTime.clock(end, zone: election.timeZone, visit.language)
        return .text(200, "\(end - parts.clock.now) \(hour)\n")
    }

    func signOut(_ visit: Visit) throws(StoreError) -> Response {
        if let session = try session(visit) {
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try parts.doorkeeper.end(transaction, session)
            }
        }
        return see(visit, "/", "say=signedOut", cookies: [cookies.clear(.session)])
    }
}
