import Authentication
import Elections
import HTTPServer
import Polling
import Store
import Templating
import WebContent

/// `/kiosk`: a device that many share. It is enabled by a link that a member of the bureau signed; from then on nothing is
/// stored there, and whoever goes away is signed out.
///
///     bureau member ── signed link: place, end ──> device ── GET /kiosk ──> asks ── POST ──> cookie until the end
///     voter leaves, or a minute without a touch ──> /kiosk/end ──> session, sign-in and browser's token are gone
///     a touch ──> /extend, at most every few seconds; a minute without one ──> the server ends the session by itself
///     a page of somebody before, in another tab ──> /kiosk/end ──> nothing of the next person's ends
enum KioskRoutes {
    /// Becoming a kiosk and leaving one.
    static let table = [
        VoterSite.Route(method: .get, path: "/kiosk") { site, visit in .now(try site.kiosk(visit)) },
        VoterSite.Route(method: .post, path: "/kiosk") { site, visit in .now(try site.takeKiosk(visit)) },
        VoterSite.Route(method: .get, path: KioskRoutes.end) { site, visit in .now(try site.leaveKiosk(visit)) },
        VoterSite.Route(method: .post, path: KioskRoutes.end) { site, visit in .now(try site.endKiosk(visit)) },
    ]

    /// Where a voter's visit to a kiosk ends.
    static let end = "/kiosk/end"

    /// Seconds without a touch after which a voter is taken to have gone.
    static let idleSeconds = Device.shared.idleSeconds
    /// The same where a code is waited for and nothing is typed yet: the five minutes for which the page asks, since a message may
    /// take them, and one to find the telephone, put on the glasses and read it. Whoever passes by meanwhile learns nothing: the
    /// page names neither identifier nor contact, and without the message nobody goes on from it. A code that stands in the field
    /// is waited for no longer than anything else.
    static let waitingSeconds = 360
    /// Seconds for which a device stays a kiosk when its hours are over: as long as browsers keep a cookie. It must never
    /// become one that stores receipts without anybody's will.
    static let keptSeconds = 400 * 86_400

    /// Minutes after which a page before a session is left where no script runs, which would tell whether anybody is there: twice
    /// the idle time, in which a long passphrase is typed twice. So long lasts, whatever scripts run, a sign-in whose code was
    /// typed and of which nothing more is heard; and what was typed in a field longer ago is not taken.
    static let scriptlessMinutes = 2
    /// The pages of a sign-in under way: of its code, and of the secret that is chosen or asked for.
    static let signInPages: Set<PageSet.Page> = [.code, .verified, .challenge, .enter, .choose]
    /// The parameter of the start's address by which a page's script comes back to it, once it has ended what was its own: nothing
    /// ends for it, and it leads to nobody's space.
    static let leaving = "left"

    /// Of the page on which a device becomes a kiosk.
    static let shape: [String: Shape] = [
        "place": .text, "until": .text, "grant": .text, "isOn": .flag, "isOver": .flag,
    ]
}

extension VoterSite {
    /// The leave that a token gives or gave; nil for what no member of the bureau signed.
    /// - Parameter token: from the link, the form or the cookie.
    func grant(_ token: String) throws(StoreError) -> KioskGrant? {
        guard !token.isEmpty else { return nil }
        let members = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.members.all(reading, parts.station.election)
        }
        return KioskGrant(token: token, election: election.id, members: members)
    }

    /// Whether a leave's hours are over.
    private func isOver(_ grant: KioskGrant) -> Bool { grant.until <= parts.clock.now }

    /// The kiosk from which a request comes; one whose hours are over stays one.
    func kiosk(_ request: Request) -> VoterRequest.Kiosk? {
        guard let token = request.cookie(cookies.name(.kiosk)) else { return nil }
        do throws(StoreError) {
            return try grant(token).map { VoterRequest.Kiosk(place: $0.place, until: $0.until) }
        } catch {
            // Nothing is stored on a device of which nobody can say what it is.
            log("a kiosk's leave could not be looked at: \(error)")
            return VoterRequest.Kiosk(place: "", until: nil)
        }
    }

    /// What is said at a kiosk whose hours are over; nil elsewhere. Whoever is signed in there goes on.
    func kioskOver(_ visit: VoterRequest) -> Response? {
        guard let kiosk = visit.kiosk, let until = kiosk.until, until <= parts.clock.now else { return nil }
        let words = pages.text("kioskOverSince", visit.language).replacing("{place}", with: kiosk.place)
            .replacing("{until}", with: election.timeWords(until, visit.language))
        return message(visit, 403, "kioskOver", lines: [words])
    }

    /// What pages are told of a kiosk.
    /// - Parameters:
    ///   - hasSession: whether the page is a signed-in voter's own.
    ///   - isSignedIn: the same of pages that everybody may read.
    ///   - waited: seconds for which a code is waited for.
    func kioskValue(
        _ visit: VoterRequest, _ page: PageSet.Page, hasSession: Bool, isSignedIn: Bool, waited: Int?
    ) -> TemplateValue {
        guard let kiosk = visit.kiosk else { return .nothing }
        let holder = kioskHolder(visit, page)
        let seconds = page == .code ? KioskRoutes.waitingSeconds : KioskRoutes.idleSeconds
        // A session has ended by then: its page says so in time.
        let ofOthers = 60 * (isSignedIn ? KioskRoutes.idleSeconds / 60 : KioskRoutes.scriptlessMinutes)
        // Where no script tells whether a code stands in the field, the page comes anew without it, until it is left.
        let left = waited.map { max(KioskRoutes.idleSeconds, KioskRoutes.waitingSeconds - $0) } ?? ofOthers
        let isEmptied = left > ofOthers
        return .object([
            "seconds": .text("\(seconds)"), "typedSeconds": .text("\(KioskRoutes.idleSeconds)"),
            "place": .text(kiosk.place), "hasSession": .flag(hasSession),
            "isHeld": .flag(!holder.isNobody), "owner": .text(holder.owner), "mark": .text(holder.mark),
            "made": .text("\(parts.clock.now)"),
            "minutes": .text("\((left + 59) / 60)"), "leaves": .text("\(min(left, ofOthers))"),
            "isEmptied": .flag(isEmptied),
            "next": .text(isEmptied ? visit.path("/code") : visit.path(KioskRoutes.end, holder.parameters)),
        ])
    }

    /// Asks whoever opened the signed link whether this device is to be a kiosk.
    func kiosk(_ visit: VoterRequest) throws(StoreError) -> Response {
        let token = visit.request.parameter("grant") ?? ""
        // One that is over ends the kiosk that it began, and begins none.
        guard let grant = try grant(token), !isOver(grant) || visit.isKiosk else {
            return message(visit, 403, "kioskBad")
        }
        return page(
            .kiosk, visit, PageHead(title: "kioskTitle"),
            [
                "place": .text(grant.place), "until": .text(election.timeWords(grant.until, visit.language)),
                "grant": .text(token), "isOn": .flag(visit.isKiosk),
                "isOver": .flag(isOver(grant)),
            ])
    }

    /// Makes a kiosk of the device until the leave ends, or makes it none; the sign-in that was under way ends.
    func takeKiosk(_ visit: VoterRequest) throws(StoreError) -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        let isOff = form["action"] == "off"
        guard let grant = try grant(form["grant"]), isOff || !isOver(grant) else {
            return message(visit, 403, "kioskBad")
        }
        // Whatever was under way here is somebody's who stands elsewhere now.
        try endAll(visit)
        let seconds = grant.until - parts.clock.now + KioskRoutes.keptSeconds
        let cookie = isOff ? cookies.clear(.kiosk) : cookies.set(.kiosk, form["grant"], seconds: seconds)
        return see(visit, "/", cookies: gone + [cookie])
    }

    /// The way back to the start: nothing of the voter stays, the browser's own token included.
    func endKiosk(_ visit: VoterRequest) throws(StoreError) -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        return try left(visit, KioskHolder(owner: form["owner"], mark: form["mark"]))
    }

    /// The start, in the language of the next person's browser, not in the one that this voter chose, once what a page was made
    /// for has ended.
    private func left(_ visit: VoterRequest, _ holder: KioskHolder) throws(StoreError) -> Response {
        let (cookies, isAll) = try end(visit, of: holder)
        if isScript(visit) { return ended(cookies) }
        var response = Response.see(isAll ? "/" : "/?\(KioskRoutes.leaving)=1")
        for cookie in cookies { response.headers.append(("Set-Cookie", cookie)) }
        return response
    }

    /// The same for a page that was left by itself, since no script runs there. From elsewhere nobody ends anything.
    /// Nothing ends for a request from another site, from a browser that is no kiosk, or for HEAD.
    func leaveKiosk(_ visit: VoterRequest) throws(StoreError) -> Response {
        let site = visit.request.header("sec-fetch-site") ?? "same-origin"
        guard visit.isKiosk, !visit.isNew, site == "same-origin", visit.request.method == .get else {
            return see(visit, "/")
        }
        return try left(
            visit,
            KioskHolder(
                owner: visit.request.parameter("owner") ?? "", mark: visit.request.parameter("mark") ?? ""))
    }

    /// Whether a script asks, which leaves the page when it has the answer.
    func isScript(_ visit: VoterRequest) -> Bool { visit.request.header("accept") == "text/plain" }

    /// What a script is told of a session that has ended.
    /// - Parameter cookies: values of `Set-Cookie`.
    func ended(_ cookies: [String]) -> Response {
        var response = Response.text(200, "ended\n")
        for cookie in cookies { response.headers.append(("Set-Cookie", cookie)) }
        return response
    }

    /// Cookies that take the session, the sign-in and the browser's token away.
    var gone: [String] { [cookies.clear(.session), cookies.clear(.pending), cookies.clear(.browser)] }

    /// At a kiosk whoever stands at the start is the next person: a sign-in that was under way there is somebody's who has gone, and
    /// so is a session, where the start was not reached by a link of the voter's own pages. A page's script that comes back to the
    /// start has ended what was its own; what else is under way has been begun by the next person, in another tab.
    /// - Returns: nil where there is neither, and on devices of one's own.
    func restart(_ visit: VoterRequest) throws(StoreError) -> Response? {
        let cameByLink = visit.request.header("sec-fetch-site") == "same-origin"
        let isLeft = !cameByLink && visit.request.cookie(cookies.name(.session)) != nil
        guard visit.isKiosk, !isLeaving(visit), pending(visit) != nil || isLeft else { return nil }
        try endAll(visit)
        let said = visit.request.parameter("say").flatMap { SignInRoutes.notes[$0] == nil ? nil : "say=\($0)" }
        return see(visit, "/", said ?? "", cookies: gone)
    }

    /// Whether a page's script comes back to the start of a kiosk.
    func isLeaving(_ visit: VoterRequest) -> Bool {
        visit.isKiosk && visit.request.parameter(KioskRoutes.leaving) != nil
    }

    /// Ends the session and the sign-in under way, where there are any.
    private func endAll(_ visit: VoterRequest) throws(StoreError) {
        let session = try session(visit)
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            if let session { try parts.authenticator.end(transaction, session) }
            if let token = pending(visit) { try parts.authenticator.cancel(transaction, token: token) }
        }
    }
}
