import Authentication
import Elections
import HTTPServer
import Store
import Templating
import WebContent

/// One request from a device that many share: what goes on there for a voter's page, and what ends with it.
struct KioskVisit: SitePart {
    let site: SiteContext
    let visit: VoterRequest

    /// Whom a page that is made now is for. A sign-in under way goes on for as long as its page stays.
    /// - Returns: nobody on devices of one's own, and for the start, where whoever stands is the next person.
    func holder(_ page: PageSet.Page) -> KioskHolder {
        guard visit.isKiosk, visit.request.path != "/" else { return KioskHolder() }
        do throws(StoreError) {
            let session = try present(visit)
            if let session, !KioskPages.signInPages.contains(page) {
                return KioskHolder(owner: tokens.owner(visit, session))
            }
            guard let token = pending(visit) else { return KioskHolder() }
            try hold(token)
            let request = try store.read { (reading: borrowing Reading) throws(StoreError) in
                try parts.authenticator.request(reading, token: token)
            }
            return KioskHolder(mark: request.map { parts.authenticator.mark($0) } ?? "")
        } catch {
            // Such a page ends nothing: the server does so by itself, a minute later.
            log("for whom a kiosk's page is could not be read: \(error)")
            return KioskHolder()
        }
    }

    /// At a kiosk, a sign-in under way goes on for as long as its page stays, from now on: one whose code was typed as long as a
    /// scriptless page, another as long as a code is waited for. On devices of one's own it is left alone.
    /// - Returns: whether one goes on.
    @discardableResult
    func hold(_ token: String) throws(StoreError) -> Bool {
        guard visit.isKiosk else { return false }
        return try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.authenticator.hold(
                transaction, token: token, verified: 60 * KioskPages.scriptlessMinutes,
                waiting: KioskPages.waitingSeconds)
        }
    }

    /// What a kiosk's script is told that somebody touches the page of a sign-in: whether the very sign-in goes on, or has opened
    /// the session that is present, which then goes on in its place.
    func holdSignIn(mark: String) throws(StoreError) -> Response {
        if let token = pending(visit) {
            let (isCurrent, hasOpened) = try store.read {
                (reading: borrowing Reading) throws(StoreError) -> (Bool, Bool) in
                let authenticator = parts.authenticator
                return (
                    try authenticator.isCurrent(reading, token: token, mark: mark),
                    try FirstPress(authenticator).justOpened(reading, token: token) != nil
                )
            }
            // The answer that brings the session may be on its way.
            if isCurrent, try hold(token) || hasOpened { return .text(200, "held\n") }
        }
        guard let session = try present(visit), try hasOpened(session, mark: mark), try self.session(visit) != nil
        else { return .text(401, "ended\n") }
        return .text(200, "opened\n")
    }

    /// Whether a session was opened by the sign-in of whose page this is the mark.
    private func hasOpened(_ session: Session, mark: String) throws(StoreError) -> Bool {
        guard !mark.isEmpty else { return false }
        return try store.read { (reading: borrowing Reading) throws(StoreError) in
            try FirstPress(parts.authenticator).hasOpened(reading, session, mark: mark)
        }
    }

    /// Whether a page's own session is the one that is present: its voter's, or the one that its sign-in has opened. A page of the
    /// sign-in knows of no touches in the tab in which its voter went on: those that the server has heard of keep it.
    private func isOwn(_ session: Session, _ holder: KioskHolder) throws(StoreError) -> Bool {
        if !holder.owner.isEmpty { return PageTokens.match(holder.owner, tokens.owner(visit, session)) }
        let untouched = session.idleSeconds - (session.idleUntil - parts.clock.now)
        guard untouched >= KioskPages.elsewhereSeconds else { return false }
        return try hasOpened(session, mark: holder.mark)
    }

    /// Ends what a page was made for that is left by itself, and nothing that somebody else has begun here since.
    /// - Parameter holder: as the page names it.
    /// - Returns: values of `Set-Cookie`, and whether nothing goes on in this browser.
    private func end(of holder: KioskHolder) throws(StoreError) -> (cookies: [String], isAll: Bool) {
        let session = try present(visit)
        var isOwnSession = true
        if let session { isOwnSession = try isOwn(session, holder) }
        let token = pending(visit)
        let (isOwnSignIn, endsSignIn) = try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (isOwn: Bool, ends: Bool) in
            if isOwnSession, let session { try parts.authenticator.end(transaction, session) }
            guard let token, try parts.authenticator.request(transaction.reading, token: token) != nil else {
                return (true, false)
            }
            guard !holder.mark.isEmpty,
                try parts.authenticator.isCurrent(transaction.reading, token: token, mark: holder.mark)
            else { return (false, false) }
            try parts.authenticator.cancel(transaction, token: token)
            return (true, true)
        }
        if isOwnSession, isOwnSignIn, endsSignIn || isOwnSession && session != nil { return (gone, true) }
        // A cookie of what had ended before may be another's by the time at which this answer comes.
        let ended: [(Bool, Cookies.Kind)] = [(isOwnSession && session != nil, .session), (endsSignIn, .pending)]
        return (ended.filter(\.0).map { cookies.clear($0.1) }, false)
    }

    /// Whether what stands in the fields of a page is not taken any more: it came to a kiosk without the script that leaves pages,
    /// and so long ago that a page without scripts would have been left.
    func isCleared(_ form: Form) -> Bool {
        // The script that tells of touches takes the field away; whoever can write it can read the others too.
        guard visit.isKiosk, let made = Int(form["made"]) else { return false }
        // Any number may stand there: none is reckoned with.
        let now = parts.clock.now
        return !(now - 60 * KioskPages.scriptlessMinutes + 1...now).contains(made)
    }

    /// The way back to the start: nothing of the voter stays, the browser's own token included. Whoever presses the button is there,
    /// and wants nothing to go on in this browser, at whichever of its tabs they stand; a script that leaves its page by itself
    /// ends what the page was made for.
    func end() throws(StoreError) -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        guard form[KioskPages.unasked].isEmpty else {
            return left(try end(of: KioskHolder(owner: form["owner"], mark: form["mark"])))
        }
        try endAll()
        return left((gone, true))
    }

    /// The start, in the language of the next person's browser, not in the one that this voter chose.
    /// - Parameter ended: values of `Set-Cookie`, and whether nothing goes on in this browser.
    private func left(_ ended: (cookies: [String], isAll: Bool)) -> Response {
        let (cookies, isAll) = ended
        if visit.isScript { return .ended(cookies) }
        return .see(isAll ? "/" : "/?\(KioskPages.leaving)=1").setting(cookies)
    }

    /// The same for a page that was left by itself, since no script runs there. From elsewhere nobody ends anything.
    /// Nothing ends for a request from another site, from a browser that is no kiosk, or for HEAD.
    func leave() throws(StoreError) -> Response {
        let origin = visit.request.fetchSite ?? "same-origin"
        guard visit.isKiosk, !visit.isNew, origin == "same-origin", visit.request.method == .get else {
            return see(visit, "/")
        }
        return left(
            try end(
                of: KioskHolder(
                    owner: visit.request.parameter("owner") ?? "", mark: visit.request.parameter("mark") ?? "")))
    }

    /// Cookies that take the session, the sign-in and the browser's token away.
    var gone: [String] { [cookies.clear(.session), cookies.clear(.pending), cookies.clear(.browser)] }

    /// At a kiosk whoever stands at the start is the next person: a sign-in that was under way there is somebody's who has gone, and
    /// so is a session, where the start was not reached by a link of the voter's own pages. A page's script that comes back to the
    /// start has ended what was its own; what else is under way has been begun by the next person, in another tab.
    /// - Returns: nil where there is neither, and on devices of one's own.
    func restart() throws(StoreError) -> Response? {
        let cameByLink = visit.request.fetchSite == "same-origin"
        let isLeft = !cameByLink && visit.request.cookie(cookies.name(.session)) != nil
        guard visit.isKiosk, !isLeaving, pending(visit) != nil || isLeft else { return nil }
        try endAll()
        let said = visit.request.parameter("say").flatMap { SignInPages.notes[$0] == nil ? nil : "say=\($0)" }
        return see(visit, "/", said ?? "", cookies: gone)
    }

    /// Whether a page's script comes back to the start of a kiosk.
    var isLeaving: Bool {
        visit.isKiosk && visit.request.parameter(KioskPages.leaving) != nil
    }

    /// Whoever types an identifier at a kiosk is the next person, whose start may have stood open in another tab: the session that
    /// is present ends. Where identifier and secret stand on one page, one that was opened a moment ago may be of this press's first.
    func takeOver() throws(StoreError) {
        guard visit.isKiosk, let session = try present(visit) else { return }
        let age = parts.clock.now - session.openedAt
        if election.access.signIn == .onePage, 0..<Authenticator.pressSeconds ~= age { return }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try parts.authenticator.end(transaction, session)
        }
    }

    /// Ends the session and the sign-in under way, where there are any.
    func endAll() throws(StoreError) {
        let session = try present(visit)
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            if let session { try parts.authenticator.end(transaction, session) }
            if let token = pending(visit) { try parts.authenticator.cancel(transaction, token: token) }
        }
    }

    // MARK: What pages say

    /// What is said at a kiosk whose hours are over; nil elsewhere. Whoever is signed in there goes on.
    func over() -> Response? {
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
    func value(
        _ page: PageSet.Page, hasSession: Bool, isSignedIn: Bool, waited: Int?
    ) -> TemplateValue {
        guard let kiosk = visit.kiosk else { return .nothing }
        let holder = holder(page)
        let seconds = page == .code ? KioskPages.waitingSeconds : KioskPages.idleSeconds
        // A session has ended by then: its page says so in time.
        let ofOthers = 60 * (isSignedIn ? KioskPages.idleSeconds / 60 : KioskPages.scriptlessMinutes)
        // Where no script tells whether a code stands in the field, the page comes anew without it, until it is left.
        let left = waited.map { max(KioskPages.idleSeconds, KioskPages.waitingSeconds - $0) } ?? ofOthers
        let isEmptied = left > ofOthers
        return .object([
            "seconds": .text("\(seconds)"), "typedSeconds": .text("\(KioskPages.idleSeconds)"),
            "place": .text(kiosk.place), "hasSession": .flag(hasSession),
            "isHeld": .flag(!holder.isNobody), "owner": .text(holder.owner), "mark": .text(holder.mark),
            "made": .text("\(parts.clock.now)"),
            "minutes": .text("\((left + 59) / 60)"), "leaves": .text("\(min(left, ofOthers))"),
            "isEmptied": .flag(isEmptied),
            "next": .text(isEmptied ? visit.path("/code") : visit.path(KioskPages.end, holder.parameters)),
        ])
    }
}

extension Response {
    /// What a script is told of a session that has ended.
    /// - Parameter cookies: values of `Set-Cookie`.
    static func ended(_ cookies: [String]) -> Response { .text(200, "ended\n").setting(cookies) }
}
