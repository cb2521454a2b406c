import Authentication
import Crypto
import Elections
import HTTPServer
import Store
import WebContent

/// One request from a device that many share: what goes on there for a voter's page, and what ends with it.
struct KioskVisit {
    /// The voters' site.
    let site: VoterSite
    /// The request.
    let visit: VoterRequest

    /// Whom a page that is made now is for. A sign-in under way goes on for as long as its page stays.
    /// - Returns: nobody on devices of one's own, and for the start, where whoever stands is the next person.
    func holder(_ page: PageSet.Page) -> KioskHolder {
        guard visit.isKiosk, visit.request.path != "/" else { return KioskHolder() }
        do throws(StoreError) {
            let session = try site.present(visit)
            if let session, !KioskRoutes.signInPages.contains(page) {
                return KioskHolder(owner: site.owner(visit, session))
            }
            guard let token = site.pending(visit) else { return KioskHolder() }
            try hold(token)
            let request = try site.store.read { (reading: borrowing Reading) throws(StoreError) in
                try site.parts.authenticator.request(reading, token: token)
            }
            return KioskHolder(mark: request.map { site.parts.authenticator.mark($0) } ?? "")
        } catch {
            // Such a page ends nothing: the server does so by itself, a minute later.
            site.log("for whom a kiosk's page is could not be read: \(error)")
            return KioskHolder()
        }
    }

    /// At a kiosk, a sign-in under way goes on for as long as its page stays, from now on: one whose code was typed as long as a
    /// scriptless page, another as long as a code is waited for. On devices of one's own it is left alone.
    /// - Returns: whether one goes on.
    @discardableResult
    func hold(_ token: String) throws(StoreError) -> Bool {
        guard visit.isKiosk else { return false }
        return try site.store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
            try site.parts.authenticator.hold(
                transaction, token: token, verified: 60 * KioskRoutes.scriptlessMinutes,
                waiting: KioskRoutes.waitingSeconds)
        }
    }

    /// What a kiosk's script is told that somebody touches the page of a sign-in: whether the very sign-in goes on, or has opened
    /// the session that is present, which then goes on in its place.
    func holdSignIn(mark: String) throws(StoreError) -> Response {
        if let token = site.pending(visit) {
            let (isCurrent, hasOpened) = try site.store.read {
                (reading: borrowing Reading) throws(StoreError) -> (Bool, Bool) in
                let authenticator = site.parts.authenticator
                return (
                    try authenticator.isCurrent(reading, token: token, mark: mark),
                    try FirstPress(authenticator).justOpened(reading, token: token) != nil
                )
            }
            // The answer that brings the session may be on its way.
            if isCurrent, try hold(token) || hasOpened { return .text(200, "held\n") }
        }
        guard let session = try site.present(visit), try hasOpened(session, mark: mark), try site.session(visit) != nil
        else { return .text(401, "ended\n") }
        return .text(200, "opened\n")
    }

    /// Whether a session was opened by the sign-in of whose page this is the mark.
    private func hasOpened(_ session: Session, mark: String) throws(StoreError) -> Bool {
        guard !mark.isEmpty else { return false }
        return try site.store.read { (reading: borrowing Reading) throws(StoreError) in
            try FirstPress(site.parts.authenticator).hasOpened(reading, session, mark: mark)
        }
    }

    /// Whether a page's own session is the one that is present: its voter's, or the one that its sign-in has opened. A page of the
    /// sign-in knows of no touches in the tab in which its voter went on: those that the server has heard of keep it.
    private func isOwn(_ session: Session, _ holder: KioskHolder) throws(StoreError) -> Bool {
        if !holder.owner.isEmpty { return Secret(holder.owner).matches(Secret(site.owner(visit, session))) }
        let untouched = session.idleSeconds - (session.idleUntil - site.parts.clock.now)
        guard untouched >= KioskRoutes.elsewhereSeconds else { return false }
        return try hasOpened(session, mark: holder.mark)
    }

    /// Ends what a page was made for that is left by itself, and nothing that somebody else has begun here since.
    /// - Parameter holder: as the page names it.
    /// - Returns: values of `Set-Cookie`, and whether nothing goes on in this browser.
    private func end(of holder: KioskHolder) throws(StoreError) -> (cookies: [String], isAll: Bool) {
        let session = try site.present(visit)
        var isOwnSession = true
        if let session { isOwnSession = try isOwn(session, holder) }
        let token = site.pending(visit)
        let (isOwnSignIn, endsSignIn) = try site.store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (isOwn: Bool, ends: Bool) in
            if isOwnSession, let session { try site.parts.authenticator.end(transaction, session) }
            guard let token, try site.parts.authenticator.request(transaction.reading, token: token) != nil else {
                return (true, false)
            }
            guard !holder.mark.isEmpty,
                try site.parts.authenticator.isCurrent(transaction.reading, token: token, mark: holder.mark)
            else { return (false, false) }
            try site.parts.authenticator.cancel(transaction, token: token)
            return (true, true)
        }
        if isOwnSession, isOwnSignIn, endsSignIn || isOwnSession && session != nil { return (gone, true) }
        // A cookie of what had ended before may be another's by the time at which this answer comes.
        let ended: [(Bool, Cookies.Kind)] = [(isOwnSession && session != nil, .session), (endsSignIn, .pending)]
        return (ended.filter(\.0).map { site.cookies.clear($0.1) }, false)
    }

    /// Whether what stands in the fields of a page is not taken any more: it came to a kiosk without the script that leaves pages,
    /// and so long ago that a page without scripts would have been left.
    func isCleared(_ form: Form) -> Bool {
        // The script that tells of touches takes the field away; whoever can write it can read the others too.
        guard visit.isKiosk, let made = Int(form["made"]) else { return false }
        // Any number may stand there: none is reckoned with.
        let now = site.parts.clock.now
        return !(now - 60 * KioskRoutes.scriptlessMinutes + 1...now).contains(made)
    }

    /// The way back to the start: nothing of the voter stays, the browser's own token included. Whoever presses the button is there,
    /// and wants nothing to go on in this browser, at whichever of its tabs they stand; a script that leaves its page by itself
    /// ends what the page was made for.
    func end() throws(StoreError) -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        guard form[KioskRoutes.unasked].isEmpty else {
            return left(try end(of: KioskHolder(owner: form["owner"], mark: form["mark"])))
        }
        try endAll()
        return left((gone, true))
    }

    /// The start, in the language of the next person's browser, not in the one that this voter chose.
    /// - Parameter ended: values of `Set-Cookie`, and whether nothing goes on in this browser.
    private func left(_ ended: (cookies: [String], isAll: Bool)) -> Response {
        let (cookies, isAll) = ended
        if site.isScript(visit) { return site.ended(cookies) }
        var response = Response.see(isAll ? "/" : "/?\(KioskRoutes.leaving)=1")
        for cookie in cookies { response.headers.append(("Set-Cookie", cookie)) }
        return response
    }

    /// The same for a page that was left by itself, since no script runs there. From elsewhere nobody ends anything.
    /// Nothing ends for a request from another site, from a browser that is no kiosk, or for HEAD.
    func leave() throws(StoreError) -> Response {
        let origin = visit.request.header("sec-fetch-site") ?? "same-origin"
        guard visit.isKiosk, !visit.isNew, origin == "same-origin", visit.request.method == .get else {
            return site.see(visit, "/")
        }
        return left(
            try end(
                of: KioskHolder(
                    owner: visit.request.parameter("owner") ?? "", mark: visit.request.parameter("mark") ?? "")))
    }

    /// Cookies that take the session, the sign-in and the browser's token away.
    var gone: [String] { [site.cookies.clear(.session), site.cookies.clear(.pending), site.cookies.clear(.browser)] }

    /// At a kiosk whoever stands at the start is the next person: a sign-in that was under way there is somebody's who has gone, and
    /// so is a session, where the start was not reached by a link of the voter's own pages. A page's script that comes back to the
    /// start has ended what was its own; what else is under way has been begun by the next person, in another tab.
    /// - Returns: nil where there is neither, and on devices of one's own.
    func restart() throws(StoreError) -> Response? {
        let cameByLink = visit.request.header("sec-fetch-site") == "same-origin"
        let isLeft = !cameByLink && visit.request.cookie(site.cookies.name(.session)) != nil
        guard visit.isKiosk, !isLeaving, site.pending(visit) != nil || isLeft else { return nil }
        try endAll()
        let said = visit.request.parameter("say").flatMap { SignInRoutes.notes[$0] == nil ? nil : "say=\($0)" }
        return site.see(visit, "/", said ?? "", cookies: gone)
    }

    /// Whether a page's script comes back to the start of a kiosk.
    var isLeaving: Bool {
        visit.isKiosk && visit.request.parameter(KioskRoutes.leaving) != nil
    }

    /// Whoever types an identifier at a kiosk is the next person, whose start may have stood open in another tab: the session that
    /// is present ends. Where identifier and secret stand on one page, one that was opened a moment ago may be of this press's first.
    func takeOver() throws(StoreError) {
        guard visit.isKiosk, let session = try site.present(visit) else { return }
        let age = site.parts.clock.now - session.openedAt
        if site.election.access.signIn == .onePage, 0..<Authenticator.pressSeconds ~= age { return }
        try site.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try site.parts.authenticator.end(transaction, session)
        }
    }

    /// Ends the session and the sign-in under way, where there are any.
    func endAll() throws(StoreError) {
        let session = try site.present(visit)
        try site.store.write { (transaction: borrowing Transaction) throws(StoreError) in
            if let session { try site.parts.authenticator.end(transaction, session) }
            if let token = site.pending(visit) { try site.parts.authenticator.cancel(transaction, token: token) }
        }
    }
}
