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
    /// Where our pages come from.
    private let origin: OriginCheck
    /// Adds headers, counts answers and writes their lines.
    private let finisher: AnswerFinisher

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
        let own = Origin(parts.authenticator.election.election.address)
        // Without an address of its own the site lets no form in.
        origin = OriginCheck { own != nil && Origin($0) == own }
        finisher = AnswerFinisher(isSecure: site.cookies.isSecure, metrics: site.metrics, log: log)
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

    /// What `/health` says of this election.
    package func standing() -> Response { health.answer() }

    /// Hands over the traces since the last time, to be stored together.
    /// - Returns: by support code; what was not stored in time is lost.
    package func takeTraces() -> [String: SupportQueue.Trace] { site.traces.take() }

    /// Forgets secrets' hashes of presses of which no second one can follow any more.
    package func forgetPresses() { site.parts.signIn.forgetPresses() }

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
        // The token is looked at before any other field is.
        origin.admits(visit.request) && !visit.isNew && PageTokens.match(visit.request.formToken, visit.form)
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
        // A vote leaves no line and no count, only what went wrong with one.
        finisher.finish(
            request, response, as: site.routes.name(request.path), since: start, isSilent: request.isOfVote)
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
                try parts.authenticator.sessions.find(reading, token: token) != nil
            }
            return isKnown ? FieldLimits.ballotForm : FieldLimits.voterForm
        } catch {
            log("a ballot cannot be taken: \(error)")
            return FieldLimits.voterForm
        }
    }
}
