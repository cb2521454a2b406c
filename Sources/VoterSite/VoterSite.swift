package import Authentication
package import Captcha
import Contacts
package import Crypto
import Elections
package import HTTPServer
package import Polling
package import Store
import Synchronization
package import Tally
import Templating
import Threads
import VoterRoll
package import WebContent

/// The voters' site of one election: routes, and what they have in common.
/// Made once when the server starts, and asked by many threads at once. What changes while it runs stands in
/// `present`, `sealed`, `standing` and `traces`.
package final class VoterSite: Sendable {
    /// What the site works with.
    package struct Parts: Sendable {
        /// The whole store; each part has its own tables in it.
        package let store: Store
        /// Codes, sign-ins and sessions of voters.
        package let authenticator: Authenticator
        /// Secrets: entering, choosing, changing, forgetting them.
        package let desk: SignInFlow
        /// Who an identifier's holder is, and where they can be reached.
        package let directory: VoterDirectory
        /// Takes contacts of those who lost something; a worker does the rest.
        package let recovery: RecoveryService
        /// Questions to the help desk, and where visitors stand.
        package let help: SupportQueue
        /// Keys of the bureau's members, which sign leaves for kiosks.
        package let members: MemberRegister
        /// Makes and judges pictures and sounds.
        package let captcha: CaptchaService
        /// Takes votes, and knows their rounds.
        package let station: PollingStation
        /// Knows results and archives.
        package let tallyService: TallyService
        /// Seconds since 1970.
        package let clock: Clock
        /// Of browsers' tokens and challenges.
        package let randomness: Randomness

        /// What the composition root puts together.
        package init(
            store: Store, authenticator: Authenticator, desk: SignInFlow, directory: VoterDirectory,
            recovery: RecoveryService,
            help: SupportQueue, members: MemberRegister, captcha: CaptchaService, station: PollingStation,
            tallyService: TallyService,
            clock: Clock,
            randomness: Randomness
        ) {
            (self.station, self.tallyService) = (station, tallyService)
            (self.store, self.authenticator, self.desk, self.directory) = (store, authenticator, desk, directory)
            (self.recovery, self.help, self.captcha, self.members) = (recovery, help, captcha, members)
            (self.clock, self.randomness) = (clock, randomness)
        }
    }

    /// Answers a request that was found to be in order. What it throws becomes a page.
    typealias Handler = @Sendable (VoterSite, VoterRequest) throws -> Reply

    /// One row of the table of routes.
    struct Route: Sendable {
        /// `HEAD` is answered as `GET`.
        let method: Request.Method
        /// Without parameters, as it stands in the address.
        let path: String
        let handler: Handler
    }

    /// Every page and form of the site.
    static let routes: [Route] =
        SignInRoutes.table + SpaceRoutes.table + RecoveryRoutes.table + HelpRoutes.table + BoxRoutes.table
        + ResultRoutes.table + BallotRoutes.table + KioskRoutes.table + FigureRoutes.table

    /// What the site works with.
    let parts: Parts
    /// Texts and templates.
    let pages: PageSet
    /// Scripts, styles and pictures.
    let assets: AssetSet
    /// Judges what comes with forms.
    let gate: AbuseGuard
    /// Names, and whether they are for HTTPS alone.
    let cookies: Cookies
    /// Counts of answers and refusals by route, without anything of a vote.
    package let metrics = Metrics(.public)
    /// Answers for paths that are not the voters': the demo's mailbox, gateways' receipts.
    private let extra: @Sendable (Request) -> Response?
    /// Takes a line; called by several threads.
    let log: @Sendable (String) -> Void
    /// Hashes the tokens of forms, browsers and ballot pages.
    let forms: LookupKey
    /// Where our pages come from; nil would let no form in.
    private let own: Origin?
    /// Archives as files to download.
    let archives: ArchiveFolder
    /// The poll as it stood at the last look.
    let present: Mutex<Present>
    /// What a seal gives browsers.
    struct SealFiles: Sendable {
        let fingerprint: String
        /// What it says of the ballots, and the whole manifest.
        let ballots: AssetSet.Asset
        let manifest: AssetSet.Asset

        /// Nil where the manifest does not say what was sealed of the ballots.
        init?(_ poll: Poll) {
            guard let ballots = SealedBallots(manifest: poll.manifest) else { return nil }
            fingerprint = poll.fingerprint
            self.ballots = AssetSet.Asset(type: "application/json", body: ballots.text)
            manifest = AssetSet.Asset(type: "application/json", body: poll.manifest)
        }

        /// Nil for every other path.
        func response(_ request: Request) -> Response? {
            switch request.path {
            case "/assets/\(SealedBallots.name)": ballots.response(request)
            case "/assets/\(SealedBallots.manifestName)": manifest.response(request)
            default: nil
            }
        }
    }

    /// Nil before the seal; made again when another seal is seen.
    let sealed = Mutex<SealFiles?>(nil)
    /// What keeps the site from serving, and what `/health` knows.
    let standing = Mutex(Standing())
    /// By support code, until they are stored.
    let traces = Mutex<[String: SupportQueue.Trace]>([:])
    /// By method and path, a space between them.
    let table: [String: Route]
    /// Paths that the log may show.
    private let paths: Set<String>
    /// What every answer carries, unless it says otherwise itself.
    private let headers: [(name: String, value: String)]

    /// As it was when the server started; its hours stand in `hours`.
    var election: Election { parts.authenticator.election.election }
    /// The store of all parts.
    var store: Store { parts.store }

    /// - Parameters:
    ///   - extra: answers for further paths.
    ///   - log: takes a line of the access log, or of a failure.
    package init(
        _ parts: Parts, pages: PageSet, assets: AssetSet, key: ElectionKey,
        extra: @escaping @Sendable (Request) -> Response? = { _ in nil }, log: @escaping @Sendable (String) -> Void
    ) {
        (self.parts, self.pages, self.assets, self.extra, self.log) = (parts, pages, assets, extra, log)
        let election = parts.authenticator.election.election
        present = Mutex(Present(hours: PollHours(announced: election)))
        gate = AbuseGuard(
            work: ProofOfWork(election: election.id, key: key, clock: parts.clock, randomness: parts.randomness),
            captcha: parts.captcha, book: UsedChallenges(clock: parts.clock), limits: RateLimiter())
        own = Origin(election.address)
        cookies = Cookies(isSecure: own?.scheme != .http)
        archives = ArchiveFolder(store: parts.store)
        forms = LookupKey(key.subkey(.forms))
        let routes =
            VoterSite.routes
            + election.ballots.flatMap { BallotRoutes.table(of: $0.id) + BoxRoutes.table(of: $0.id) }
        paths = Set(routes.map(\.path) + ["/health"])
        headers = SecurityHeaders.all(isSecure: cookies.isSecure) + [("Cache-Control", "no-store")]
        table = Dictionary(
            uniqueKeysWithValues: routes.map { ("\($0.method.rawValue) \($0.path)", $0) })
    }

    // MARK: One request

    /// Answers one request. Never throws: a failure is a page, and a line in the log.
    package func handle(_ request: Request) -> Reply {
        let start = Monotonic.seconds
        if let response = plain(request) { return .now(finish(request, response, start)) }
        let visit = visit(request)
        if standing.withLock({ $0.obstacle }) != nil { return .now(finish(request, standstill(visit), start)) }
        let method = request.method == .head ? Request.Method.get : request.method
        guard let route = table["\(method.rawValue) \(request.path)"] else {
            let isKnown = paths.contains(request.path)
            return .now(finish(request, message(visit, isKnown ? 405 : 404, "notFound"), start))
        }
        if method == .post, !isOwn(visit) {
            return .now(finish(request, stale(visit), start))
        }
        if method == .post, request.isOverLimit {
            return .now(finish(request, message(visit, 422, "tooLong"), start))
        }
        if method == .post { traceForm(visit) }
        do {
            switch try route.handler(self, visit) {
            case .now(let response): return .now(finish(request, response, start))
            case .later(let work), .background(let work): return .later { [self] in finish(request, work(), start) }
            }
        } catch {
            return .now(finish(request, failure(visit, error), start))
        }
    }

    /// The answer to a form of another browser, or of this one before it was given to the next person.
    private func stale(_ visit: VoterRequest) -> Response {
        do throws(StoreError) {
            // Whoever stands here now must not be led to vote with the page of somebody before.
            if isCasting(visit.request), try session(visit) != nil { return casting(visit, 409, "voteOther") }
            return message(visit, 403, "expired")
        } catch { return failure(visit, error) }
    }

    /// How long the body of a POST may be: a form's, a ballot's, and nothing where no page takes one.
    /// - Returns: bytes; 0 where no body is read.
    package func bodyLimit(_ request: Request) -> Int {
        guard table["POST \(request.path)"] != nil else { return 0 }
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

    /// What needs no page: assets, pictures and sounds, health.
    private func plain(_ request: Request) -> Response? {
        if request.path.hasPrefix("/assets/") { return assets.response(request) ?? sealFiles?.response(request) }
        if request.path.hasPrefix("/captcha/") { return CaptchaRoutes.response(request, parts.captcha) }
        if request.path == "/health" { return health() }
        return extra(request)
    }

    /// Reads language, browser and kiosk from a request.
    func visit(_ request: Request) -> VoterRequest {
        let (language, isChosen) = VoterRequest.language(request, election)
        // A token of our own making: nobody fills the traces with invented ones.
        let known = request.cookie(cookies.name(.browser)).flatMap { isOurs($0) ? $0 : nil }
        let browser = known ?? newBrowser()
        let form = hex(forms.hash("form:" + browser))
        let code = forms.hash("support:" + browser).prefix(5).map { SymbolCode.alphabet[Int($0 & 31)] }
        return VoterRequest(
            request: request, language: language, q: isChosen ? "?lang=\(language.rawValue)" : "", browser: browser,
            isNew: known == nil, form: form, supportCode: String(decoding: code, as: UTF8.self),
            kiosk: kiosk(request))
    }

    /// Hexadecimal digits of a browser's token, and of the mark behind them that shows it to be ours.
    private static let (tokenDigits, markDigits) = (24, 8)

    /// A token with a mark behind it.
    private func newBrowser() -> String {
        let token = hex(parts.randomness.bytes(VoterSite.tokenDigits / 2))
        return token + mark(token)
    }

    /// Whether a token has the mark that we gave it.
    private func isOurs(_ browser: String) -> Bool {
        browser.utf8.count == VoterSite.tokenDigits + VoterSite.markDigits
            && Secret(mark(String(browser.prefix(VoterSite.tokenDigits)))).matches(
                Secret(String(browser.suffix(VoterSite.markDigits))))
    }

    /// The mark of a token: a keyed hash, since nobody may invent tokens.
    private func mark(_ token: String) -> String {
        String(hex(forms.hash("browser:" + token)).prefix(VoterSite.markDigits))
    }

    /// Whether a form was sent from our own page, by the browser that was given it.
    /// Three signs: `Origin`, `Sec-Fetch-Site`, and the token that hangs on the browser's cookie.
    private func isOwn(_ visit: VoterRequest) -> Bool {
        if let origin = visit.request.header("origin"), own == nil || Origin(origin) != own { return false }
        if let site = visit.request.header("sec-fetch-site"), site != "same-origin" { return false }
        // Looked at before any other field is.
        return !visit.isNew && Secret(visit.request.formToken).matches(Secret(visit.form))
    }

    /// Adds headers, counts the answer and writes its line.
    func finish(_ request: Request, _ response: Response, _ start: Double) -> Response {
        var response = response
        let own = response.headers
        for header in headers where !own.contains(where: { $0.name == header.name }) { response.headers.append(header) }
        // A vote leaves no line and no count, only what went wrong with one.
        let isVote = isCasting(request) || request.method == .post && request.path == "/receipt"
        if isVote, response.status < 500 { return response }
        let seconds = Monotonic.seconds - start
        let name = routeName(request.path)
        metrics.note(route: name, status: response.status, seconds: seconds)
        // Neither address nor browser: who was here when is nobody's business.
        log("\(request.method.rawValue) \(name) \(response.status) \(response.size) \(Int(seconds * 1000))ms")
        return response
    }

    /// A path as the log may show it: of known routes only, without what a visitor put into it.
    func routeName(_ path: String) -> String {
        if path.hasPrefix("/assets/") { return "/assets" }
        if path.hasPrefix("/captcha/") { return "/captcha" }
        return paths.contains(path) ? path : "/other"
    }

    /// What the seal gives browsers; nil before there is one.
    var sealFiles: SealFiles? { sealed.withLock { $0 } }
}
