import Authentication
import Captcha
import Contacts
import Crypto
import Elections
import HTTPServer
import WebContent

/// What the pages of all flows share: made once when the server starts, and asked by many threads at once.
/// It holds, and does nothing by itself: what a page does stands with the flow.
final class SiteContext: Sendable, SitePart {
    /// The rooms below.
    let parts: SiteParts
    /// Texts and templates.
    let pages: PageSet
    /// Scripts, styles and pictures.
    let assets: AssetSet
    /// Judges what comes with forms.
    let gate: AbuseGuard
    /// Names, and whether they are for HTTPS alone.
    let cookies: Cookies
    /// Of browsers, forms and pages.
    let tokens: BrowserTokens
    /// The poll as it stood at the last look.
    let presentPoll: PresentPoll
    /// Where visitors stand, for who answers their calls.
    let traces: VisitTraces
    /// Archives as files to download.
    let archives: ArchiveFolder
    /// Every page and form.
    let routes: RouteTable
    /// Counts of answers and refusals by route, without anything of a vote.
    let metrics: Metrics
    /// Takes a line; called by several threads.
    let log: @Sendable (String) -> Void

    /// What works with all this finds it in itself.
    var site: SiteContext { self }

    /// - Parameter log: takes a line of the access log, or of a failure.
    init(
        _ parts: SiteParts, pages: PageSet, assets: AssetSet, key: ElectionKey,
        log: @escaping @Sendable (String) -> Void
    ) {
        (self.parts, self.pages, self.assets, self.log) = (parts, pages, assets, log)
        let election = parts.authenticator.election.election
        metrics = Metrics(.public, election: election.id)
        gate = AbuseGuard(
            work: ProofOfWork(election: election.id, key: key, clock: parts.clock, randomness: parts.randomness),
            captcha: parts.captcha, book: UsedChallenges(clock: parts.clock), limits: RateLimiter())
        cookies = Cookies(isSecure: Origin(election.address)?.scheme != .http, election: election.id)
        tokens = BrowserTokens(LookupKey(key.subkey(.forms)), parts.randomness)
        presentPoll = PresentPoll(parts, pages)
        traces = VisitTraces(clock: parts.clock)
        archives = ArchiveFolder(store: parts.store)
        routes = RouteTable(election)
    }
}
