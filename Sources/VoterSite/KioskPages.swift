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
///     a page of somebody before, in another tab, leaves by itself ──> /kiosk/end ──> nothing of the next person's ends
///     the button "end" of any page ──> /kiosk/end ──> all that goes on in this browser ends
struct KioskPages: SitePages {
    let site: SiteContext

    /// Becoming a kiosk and leaving one.
    static let table = [
        get("/kiosk") { pages, visit in .now(try pages.kiosk(visit)) },
        post("/kiosk") { pages, visit in .now(try pages.takeKiosk(visit)) },
        get(end) { pages, visit in .now(try pages.kioskVisit(visit).leave()) },
        post(end) { pages, visit in .now(try pages.kioskVisit(visit).end()) },
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
    /// The field by which a page's script says that it leaves by itself, and nobody has pressed a button.
    static let unasked = "unasked"
    /// Seconds without a touch after which nobody is in another tab, as the page of a sign-in sees it that is left by itself: a tab
    /// that is in use tells of it every few seconds, and half of the minute lets a slow network miss several.
    static let elsewhereSeconds = idleSeconds / 2

    /// Of the page on which a device becomes a kiosk.
    static let shape: [String: Shape] = [
        "place": .text, "until": .text, "grant": .text, "isOn": .flag, "isOver": .flag,
    ]

    /// The leave that a token gives or gave; nil for what no member of the bureau signed.
    /// - Parameter token: from the link, the form or the cookie.
    private func grant(_ token: String) throws(StoreError) -> KioskGrant? {
        guard !token.isEmpty else { return nil }
        let members = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.members.all(reading, parts.station.election)
        }
        return KioskGrant(token: token, election: election.id, members: members)
    }

    /// Whether a leave's hours are over.
    private func isOver(_ grant: KioskGrant) -> Bool { grant.until <= parts.clock.now }

    /// The kiosk from which a request comes; one whose hours are over stays one. A leave under the cookie's former name counts as
    /// ever: it is signed, and for this election alone.
    func kiosk(_ request: Request) -> VoterRequest.Kiosk? {
        do throws(StoreError) {
            for name in [cookies.name(.kiosk), cookies.formerKiosk] {
                guard let token = request.cookie(name), let grant = try grant(token) else { continue }
                return VoterRequest.Kiosk(place: grant.place, until: grant.until)
            }
            return nil
        } catch {
            // Nothing is stored on a device of which nobody can say what it is.
            log("a kiosk's leave could not be looked at: \(error)")
            return VoterRequest.Kiosk(place: "", until: nil)
        }
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
        try kioskVisit(visit).endAll()
        let seconds = grant.until - parts.clock.now + KioskPages.keptSeconds
        let cookie = isOff ? cookies.clear(.kiosk) : cookies.set(.kiosk, form["grant"], seconds: seconds)
        // Another election of this host may hold a leave under the former name: it stays.
        let isFormer = try self.grant(visit.request.cookie(cookies.formerKiosk) ?? "") != nil
        return see(
            visit, "/", cookies: kioskVisit(visit).gone + [cookie] + (isFormer ? [cookies.clearFormerKiosk] : []))
    }
}
