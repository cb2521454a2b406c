import Authentication
import Elections
import HTTPServer
import Polling
import Store
import WebContent

/// What works for the voters' site with what all its pages share.
protocol SitePart: Sendable {
    /// What it works with.
    var site: SiteContext { get }
}

/// The pages and forms of one flow.
protocol SitePages: SitePart {
    /// Made for each request: it holds the site and nothing else.
    init(site: SiteContext)
}

extension SitePart {
    /// The rooms below.
    var parts: SiteParts { site.parts }
    /// The store of all parts.
    var store: Store { site.parts.store }
    /// As it was when the server started; the hours in force are the poll's.
    var election: Election { site.parts.authenticator.election.election }
    /// Texts and templates.
    var pages: PageSet { site.pages }
    /// Judges what comes with forms.
    var gate: AbuseGuard { site.gate }
    /// Names, and whether they are for HTTPS alone.
    var cookies: Cookies { site.cookies }
    /// Of browsers, forms and pages.
    var tokens: BrowserTokens { site.tokens }
    /// Takes a line; called by several threads.
    var log: @Sendable (String) -> Void { site.log }
    /// The poll; nil before it is sealed.
    var poll: Poll? { site.presentPoll.poll }
    /// What the poll's hours are to voters now.
    var phase: PollHours.Phase { site.presentPoll.phase }

    /// What pages say of the hours now.
    func words(_ language: Language) -> PollWords { site.presentPoll.words(language) }

    /// What goes on at the kiosk from which a request comes.
    func kioskVisit(_ visit: VoterRequest) -> KioskVisit { KioskVisit(site: site, visit: visit) }
}
