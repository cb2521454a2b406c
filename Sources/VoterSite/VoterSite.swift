package import Authentication
import Contacts
package import Crypto
import Elections
package import HTTPServer
package import Store
import Threads
package import WebContent

/// The voters' site of one election: takes a request, finds what answers it, and finishes the answer.
/// Made once when the server starts, and asked by many threads at once. The pages stand with their flows; what they share is
/// the site's context.
package final class VoterSite: SitePart {
    /// What the site works with.
    package typealias Parts = SiteParts

    /// Why no page is served.
    package enum Obstacle: String, CaseIterable, Sendable {
        /// The poll takes votes and its box key is not there.
        case boxKey = "box_key"
        /// The store's file is not the one that was opened.
        case store = "store_moved"
    }

    /// What all pages share.
    let site: SiteContext
    /// What keeps the site from serving, and what `/health` knows.
    private let health: SiteHealth
    /// Answers for paths that are not the voters': the demo's mailbox, gateways' receipts.
    private let extra: @Sendable (Request) -> Response?
    /// Where our pages come from; nil would let no form in.
    private let own: Origin?
    /// What every answer carries, unless it says otherwise itself.
    private let headers: [(name: String, value: String)]

    /// - Parameters:
    ///   - extra: answers for further paths.
    ///   - log: takes a line of the access log, or of a failure.
    package init(
        _ parts: Parts, pages: PageSet, assets: AssetSet, key: ElectionKey,
        extra: @escaping @Sendable (Request) -> Response? = { _ in nil }, log: @escaping @Sendable (String) -> Void
    ) {
        site = SiteContext(parts, pages: pages, assets: assets, key: key, log: log)
        health = SiteHealth(site)
        self.extra = extra
        own = Origin(parts.authenticator.election.election.address)
        headers = SecurityHeaders.all(isSecure: site.cookies.isSecure) + [("Cache-Control", "no-store")]
    }

    // MARK: For the server

    /// Counts of answers and refusals by route, without anything of a vote.
    package var metrics: Metrics { site.metrics }

    /// Whether the hour has come at which the bureau should have opened the sealed poll.
    package var isOpeningOverdue: Bool { site.presentPoll.isOpeningOverdue }

    /// Whether the clock's word is not taken for a poll that is not final.
    package var isClockDoubted: Bool { site.presentPoll.isClockDoubted }

    /// Looks how the poll stands.
    /// Called about once a second by the server, and after each change of state that it makes itself.
    package func look() throws(StoreError) { try site.presentPoll.look() }

    /// Stops serving voters, or goes on.
    /// - Parameter obstacle: nil to go on.
    package func set(_ obstacle: Obstacle?) { health.set(obstacle) }

    /// Why no page is served; nil while pages are.
    package var obstacle: Obstacle? { health.obstacle }

    /// Hands over the traces since the last time, to be stored together.
    /// - Returns: by support code; what was not stored in time is lost.
    package func takeTraces() -> [String: SupportQueue.Trace] { site.traces.take() }

    /// Forgets secrets' hashes of presses of which no second one can follow any more.
    package func forgetPresses() { site.parts.desk.forgetPresses() }

    // MARK: One request

    /// Answers one request. Never throws: a failure is a page, and a line in the log.
    package func handle(_ request: Request) -> Reply {
        let start = Monotonic.seconds
        if let response = plain(request) { return .now(finish(request, response, start)) }
        let visit = VoterRequest(request, site)
        if let response = refusal(visit) { return .now(finish(request, response, start)) }
        guard let handler = site.routes.handler(request) else {
            let isKnown = site.routes.isKnown(request.path)
            return .now(finish(request, message(visit, isKnown ? 405 : 404, "notFound"), start))
        }
        if request.method == .post, let response = refusalOfForm(visit) {
            return .now(finish(request, response, start))
        }
        do {
            switch try handler(site, visit) {
            case .now(let response): return .now(finish(request, response, start))
            case .later(let work), .background(let work): return .later { [self] in finish(request, work(), start) }
            }
        } catch {
            return .now(finish(request, failure(visit, error), start))
        }
    }

    /// The answer for a request that the pool would not take.
    package func overloaded(_ request: Request) -> Response {
        finish(request, busy(VoterRequest(request, site), seconds: 5), Monotonic.seconds)
    }

    /// What needs no page: assets, pictures and sounds, health.
    private func plain(_ request: Request) -> Response? {
        if request.path.hasPrefix("/assets/") {
            return site.assets.response(request) ?? site.presentPoll.sealFiles?.response(request)
        }
        if request.path.hasPrefix("/captcha/") { return CaptchaRoutes.response(request, site.parts.captcha) }
        if request.path == "/health" { return health.answer() }
        return extra(request)
    }

    /// The page of a site that serves nobody; nil while it does.
    private func refusal(_ visit: VoterRequest) -> Response? { health.obstacle == nil ? nil : standstill(visit) }

    /// What a form is refused with before anything looks at its fields; nil for one of our own, of which the trace is kept.
    private func refusalOfForm(_ visit: VoterRequest) -> Response? {
        guard isOwn(visit) else { return stale(visit) }
        if visit.request.isOverLimit { return message(visit, 422, "tooLong") }
        site.traces.noteForm(visit)
        return nil
    }

    /// Whether a form was sent from our own page, by the browser that was given it.
    /// Three signs: `Origin`, `Sec-Fetch-Site`, and the token that hangs on the browser's cookie.
    private func isOwn(_ visit: VoterRequest) -> Bool {
        if let origin = visit.request.header("origin"), own == nil || Origin(origin) != own { return false }
        if let site = visit.request.header("sec-fetch-site"), site != "same-origin" { return false }
        // Looked at before any other field is.
        return !visit.isNew && Secret(visit.request.formToken).matches(Secret(visit.form))
    }

    /// The answer to a form of another browser, or of this one before it was given to the next person.
    private func stale(_ visit: VoterRequest) -> Response {
        do throws(StoreError) {
            // Whoever stands here now must not be led to vote with the page of somebody before.
            if visit.request.bringsBallot, try session(visit) != nil {
                return CastingAnswers(site: site).answer(visit, 409, "voteOther")
            }
            return message(visit, 403, "expired")
        } catch { return failure(visit, error) }
    }

    /// Adds headers, counts the answer and writes its line.
    private func finish(_ request: Request, _ response: Response, _ start: Double) -> Response {
        var response = response
        let own = response.headers
        for header in headers where !own.contains(where: { $0.name == header.name }) { response.headers.append(header) }
        // A vote leaves no line and no count, only what went wrong with one.
        if request.isOfVote, response.status < 500 { return response }
        let seconds = Monotonic.seconds - start
        let name = site.routes.name(request.path)
        metrics.note(route: name, status: response.status, seconds: seconds)
        // Neither address nor browser: who was here when is nobody's business.
        log("\(request.method.rawValue) \(name) \(response.status) \(response.size) \(Int(seconds * 1000))ms")
        return response
    }

    // MARK: Bodies

    /// How long the body of a POST may be: a form's, a ballot's, and nothing where no page takes one.
    /// - Returns: bytes; 0 where no body is read.
    package func bodyLimit(_ request: Request) -> Int {
        guard site.routes.takesForm(request.path) else { return 0 }
        guard election.ballots.contains(where: { "/ballots/\($0.id)" == request.path }),
            let token = request.cookie(cookies.name(.session))
        else { return FieldLimits.voterForm }
        // Long bodies are for those who are signed in: strangers' would take the room that all bodies together have.
        do throws(StoreError) {
            let isKnown = try store.read { (reading: borrowing Reading) throws(StoreError) in
                try parts.authenticator.session(reading, token: token) != nil
            }
            return isKnown ? FieldLimits.ballotForm : FieldLimits.voterForm
        } catch {
            log("a ballot cannot be taken: \(error)")
            return FieldLimits.voterForm
        }
    }
}
