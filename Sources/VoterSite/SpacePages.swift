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

/// `/space`: what a signed-in voter sees and can do.
enum SpaceRoutes {
    /// For signed-in voters alone.
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
}

extension VoterSite {
    /// The browser's session, noted as in use; nil when there is none or it has ended.
    /// - Throws: an error of the store.
    func session(_ visit: VoterRequest) throws(StoreError) -> Session? {
        let session = try present(visit)
        if let session, parts.authenticator.mustNote(session) {
            try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
                try parts.authenticator.note(transaction, session)
            }
        }
        return session
    }

    /// The browser's session, looked at and no more: it ends when it would have ended.
    func present(_ visit: VoterRequest) throws(StoreError) -> Session? {
        guard let token = visit.request.cookie(cookies.name(.session)) else { return nil }
        return try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.authenticator.session(reading, token: token)
        }
    }

    /// Runs `body` for a signed-in voter; sends everybody else to the first page.
    /// - Parameter body: makes the page.
    func signedIn(_ visit: VoterRequest, _ body: (Session) throws -> Response) throws -> Response {
        guard let session = try session(visit) else {
            let had = visit.request.cookie(cookies.name(.session)) != nil
            return see(visit, "/", had ? "say=ended" : "", cookies: had ? [cookies.clear(.session)] : [])
        }
        return try body(session)
    }

    /// The voter's own page: ballots, sign-ins, and what is held about them.
    func space(_ visit: VoterRequest, _ session: Session) throws -> Response {
        let language = visit.language
        let found = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Voter, VoterContacts, [SignIn])? in
            guard let voter = try parts.directory.voter(reading, session.principal) else { return nil }
            return (
                voter, try parts.directory.contacts(reading, voter),
                try parts.authenticator.signIns(reading, session.principal, limit: SpaceRoutes.shownSignIns)
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
                            "by": .text(pages.text(VoterSite.way($0), language)),
                        ])
                    }), "data": .list(data(voter, contacts, language)),
                "idleUntil": .text(election.clockWords(idle, language)),
                "idleSeconds": .text("\(max(0, idle - parts.clock.now))"), "owner": .text(owner(visit, session)),
            ])
    }

    /// The voter's ballots: what can be done with each.
    /// Before the seal they are listed without a way to vote.
    private func ballots(_ voter: Voter, _ session: Session, _ visit: VoterRequest) throws(StoreError)
        -> [TemplateValue]
    {
        let (language, now) = (visit.language, parts.clock.now)
        guard let poll else {
            let state = SpaceRoutes.state(phase, isOpen: false)
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
            let key = SpaceRoutes.state(phase, isOpen: isOpen)
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

    // MARK: Change of secret

    /// Why a secret was not changed.
    struct SecretTrouble {
        /// Of HTTP.
        var status = 200
        /// The key of what is said of it; nil where nothing was tried yet.
        var error: String?
        /// What stands behind that, as it is.
        var more: String?
        var faults: [PassphraseRules.Fault] = []
    }

    /// The page on which the secret is changed.
    func change(
        _ visit: VoterRequest, _ session: Session, _ trouble: SecretTrouble = SecretTrouble(),
        typed: Form = Form(fields: [])
    ) throws(StoreError) -> Response {
        let (error, faults) = (trouble.error, trouble.faults)
        let username = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.authenticator.shownIdentifier(reading, session)
        }
        let isOfPresent = error == "secretWrong" || error == "secretEmpty"
        return page(
            .change, visit, PageHead(status: trouble.status, title: "spaceSecret", error: error, more: trouble.more),
            [
                "isBadPresent": .flag(isOfPresent),
                "username": username.map { .object(["text": .text($0)]) } ?? .nothing,
                "owner": .text(owner(visit, session)),
                "idleSeconds": .text("\(min(session.idleSeconds, session.endsAt - parts.clock.now))"),
            ].merging(VoterSite.typedTwice(typed, faults)) { $1 })
    }

    /// Changes the secret, for which the present one is asked; other sessions end.
    func takeChange(_ visit: VoterRequest) throws -> Reply {
        guard let session = try session(visit) else { return .now(see(visit, "/", "say=ended")) }
        let form = visit.request.form() ?? Form(fields: [])
        guard isOwn(visit, form, session) else { return .now(see(visit, "/", "say=other")) }
        if SecretText.normalised(form["present"]).isEmpty {
            return .now(try change(visit, session, SecretTrouble(status: 422, error: "secretEmpty"), typed: form))
        }
        return later(visit) { [self] in
            let outcome = try parts.desk.change(
                session, present: form["present"], form["secret"], again: form["again"])
            switch outcome {
            case .next: return see(visit, "/space", "set=changed")
            case .wrong:
                return try change(visit, session, SecretTrouble(status: 422, error: "secretWrong"), typed: form)
            case .wait(let seconds):
                return try change(
                    visit, session, SecretTrouble(status: 429, error: "secretWait", more: "\(seconds)"), typed: form)
            case .busy(let seconds): return busy(visit, seconds: seconds)
            case .refused(let faults, let uncounted):
                return try change(
                    visit, session,
                    SecretTrouble(
                        status: 422, error: faults.first.map(VoterSite.text), more: reasons(visit, faults, uncounted),
                        faults: faults), typed: form)
            case .opened, .forgotten, .gone: return see(visit, "/", "say=ended")
            }
        }
    }

    /// Keeps a session open: a script is told for how many seconds, a form leads back. One that only looks, because another
    /// tab may have kept it open, learns how long it lasts as it is. The page of somebody who was signed in here before keeps
    /// nobody's session open, and learns nothing of it.
    func extend(_ visit: VoterRequest) throws(StoreError) -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        let looks = !form["look"].isEmpty
        let isOfScript = visit.request.header("accept") == "text/plain"
        let present = try present(visit)
        // The page of a sign-in keeps that one alone, whoever is signed in beside it.
        if visit.isKiosk, form["owner"].isEmpty, present == nil || !form["mark"].isEmpty {
            return try kioskVisit(visit).holdSignIn(mark: form["mark"])
        }
        if let present, !isOwn(visit, form, present) {
            return isOfScript ? .text(409, "other\n") : see(visit, "/", "say=other")
        }
        let session = try looks ? present : session(visit)
        guard isOfScript else { return see(visit, "/space") }
        guard let session else { return .text(401, "ended\n") }
        let idle = looks ? session.idleUntil : parts.clock.now + session.idleSeconds
        let end = min(idle, session.endsAt)
        let hour = election.clockWords(end, visit.language)
        return .text(200, "\(end - parts.clock.now) \(hour)\n")
    }

    /// Ends the session here; others of the same voter go on.
    /// The page of somebody who was signed in here before ends nobody else's.
    func signOut(_ visit: VoterRequest) throws(StoreError) -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        if let session = try present(visit) {
            if !isOwn(visit, form, session) { return isScript(visit) ? ended([]) : see(visit, "/", "say=other") }
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try parts.authenticator.end(transaction, session)
            }
        }
        if isScript(visit) { return ended([cookies.clear(.session)]) }
        // The ballot page says when its voter leaves without having sent anything.
        let isUnsent = !form["unsent"].isEmpty
        return see(visit, "/", isUnsent ? "say=left" : "say=signedOut", cookies: [cookies.clear(.session)])
    }
}
