import Authentication
import Captcha
import Contacts
import Crypto
import Elections
package import HTTPServer
import Polling
import Store
import Synchronization
import Tally
import Templating
import Threads
import VoterRoll
import WebContent

/// Pages around what a route fills in, and the answers of the site itself.
extension VoterSite {
    /// A page with what all pages have.
    func page(
        _ page: PageSet.Page, _ visit: VoterRequest, _ head: PageHead, _ values: [String: TemplateValue] = [:]
    ) -> Response {
        let (status, title, error) = (head.status, head.title, head.error)
        let (more, note, noteMore) = (head.more, head.note, head.noteMore)
        var all = values
        let language = visit.language
        all["title"] = .text(pages.text(title, language))
        all["switch"] = .text(switchPath(visit))
        all["q"] = .text(visit.q)
        all["form"] = .text(visit.form)
        all["isHome"] = .flag(page == .home)
        all["supportCode"] = .text(visit.supportCode)
        let hasSession = values["idleSeconds"] != nil
        let isSignedIn = values["isSignedIn"] ?? .flag(hasSession)
        all["kiosk"] = kioskValue(
            visit, page, hasSession: hasSession, isSignedIn: isSignedIn == .flag(true), waited: head.waited)
        all["isSignedIn"] = isSignedIn
        // The same as in the page's other forms, so that somebody else's old page signs nobody out.
        all["signOutOwner"] = values["signOutOwner"] ?? values["owner"] ?? .text("")
        all["ended"] = .text(visit.path("/", "say=ended"))
        all["unsent"] = .text(visit.path("/", "say=unsent"))
        all["other"] = .text(visit.path("/", "say=other"))
        all["otherUnsent"] = .text(visit.path("/", "say=otherUnsent"))
        all["error"] =
            error.map {
                // Seconds that must pass are counted down beside the error.
                let mustWait = VoterSite.waits.contains($0)
                return .object([
                    "text": .text(pages.text($0, language)),
                    "more": more.flatMap { mustWait ? nil : .text($0) } ?? .nothing,
                    "wait": more.flatMap { mustWait ? .text($0) : nil } ?? .nothing,
                ])
            } ?? .nothing
        all["isBad"] = values["isBad"] ?? .flag(error.map { !VoterSite.general.contains($0) } ?? false)
        all.merge(words(language).values) { $1 }
        all["seal"] = poll.map { .text($0.fingerprint) } ?? .nothing
        all["restored"] = restored(language)
        all["note"] =
            note.map {
                .object(["text": .text(pages.text($0, language) + (noteMore.map { " \($0)" } ?? ""))])
            } ?? .nothing
        trace(visit, step: page.rawValue, trouble: error ?? "")
        do throws(TemplateError) {
            return self.page(visit, page, try pages.bytes(page, language, all), status: status)
        } catch {
            log("the page \(page.rawValue) could not be rendered: \(error)")
            return .text(500, "internal error\n")
        }
    }

    /// What a page that everybody may read shows to whoever is signed in, and where it leads on.
    /// - Throws: an error of the store.
    func wayBack(_ visit: VoterRequest) throws(StoreError) -> [String: TemplateValue] {
        let session = try session(visit)
        let isSignedIn = session != nil
        let back = isSignedIn ? "/space" : pending(visit) == nil ? "/" : "/code"
        let text = isSignedIn ? "backSpace" : back == "/" ? "backHome" : "helpBack"
        return [
            "isSignedIn": .flag(isSignedIn), "back": .text(back), "backText": .text(pages.text(text, visit.language)),
            "signOutOwner": .text(session.map { owner(visit, $0) } ?? ""),
        ]
    }

    /// A rendered page, with the browser's cookie where it is new.
    func page(_ visit: VoterRequest, _ page: PageSet.Page, _ body: [UInt8], status: Int = 200) -> Response {
        var response = Response(status, body: body)
        // They say beforehand whether this browser can vote.
        if [.home, .space].contains(page) { response.headers.append(SecurityHeaders.able) }
        if visit.isNew { response.headers.append(("Set-Cookie", cookies.set(.browser, visit.browser))) }
        return response
    }

    /// Errors behind which the seconds stand that must pass.
    static let waits: Set<String> = ["codeResendWait", "secretWait"]

    /// Errors that are no fault of what stands in the page's field.
    static let general: Set<String> = [
        "gone", "sessionEnded", "sessionUnsent", "sessionOther", "sessionOtherUnsent", "formOld", "codeExhausted",
        "codePicture", "codeNoMore", "codeResendWait",
        "secretWait",
        "captchaWrong",
        "captchaNeeded", "workNeeded", "helpFull", "kioskCleared",
    ]

    /// The same page in the other language.
    func switchPath(_ visit: VoterRequest) -> String {
        let other: Language = visit.language == .fr ? .en : .fr
        let path = table["GET \(visit.request.path)"] == nil ? "/" : visit.request.path
        return "\(path)?lang=\(other.rawValue)"
    }

    /// A page that says something and leads on.
    /// - Parameters:
    ///   - hasOwnText: whether the lines are all there is to say, without the name's own text.
    ///   - name: the beginning of the keys of title and text.
    ///   - lines: further paragraphs.
    ///   - back: where the way on leads.
    func message(
        _ visit: VoterRequest, _ status: Int, _ name: String, lines: [String] = [], back: String = "/",
        hasOwnText: Bool = false
    ) -> Response {
        // What the ballot page's script can read and show.
        if isCasting(visit.request) {
            return casting(visit, status, VoterSite.castingTexts[name] ?? "\(name)Text")
        }
        let texts = hasOwnText ? lines : [pages.text("\(name)Text", visit.language)] + lines
        return page(
            .message, visit, PageHead(status: status, title: "\(name)Title"),
            [
                "lines": .list(texts.map { .text($0) }), "back": .text(back),
                "backText": .text(pages.text(back == "/" ? "backHome" : "backSpace", visit.language)),
            ])
    }

    /// Texts of refusals that say something else of a ballot than of a form.
    static let castingTexts = [
        "expired": "voteExpired", "tooLong": "voteRefused", "notFound": "notEligibleText",
    ]

    /// Whether a request brings a ballot.
    func isCasting(_ request: Request) -> Bool {
        request.method == .post && request.path.hasPrefix("/ballots/")
    }

    /// The page for what should not happen.
    /// - Parameter error: goes to the log, never to the page.
    func failure(_ visit: VoterRequest, _ error: any Error) -> Response {
        log("\(routeName(visit.request.path)) failed: \(error)")
        if let seconds = (error as? StoreError)?.retrySeconds {
            return seconds > StoreError.shortPause ? standstill(visit) : busy(visit, seconds: seconds)
        }
        return message(visit, 500, "broken")
    }

    /// The page for too much at once.
    /// - Parameter seconds: for the header `Retry-After`.
    func busy(_ visit: VoterRequest, seconds: Int) -> Response {
        var response = message(visit, 503, "busy")
        response.headers.append(("Retry-After", "\(seconds)"))
        return response
    }

    /// The answer for a request that the pool would not take.
    package func overloaded(_ request: Request) -> Response {
        finish(request, busy(visit(request), seconds: 5), Monotonic.seconds)
    }

    /// Runs slow work on the pool and answers with a page whatever happens.
    func later(_ visit: VoterRequest, _ work: @escaping @Sendable () throws -> Response) -> Reply {
        .later { [self] in
            do { return try work() } catch { return failure(visit, error) }
        }
    }

    /// Sends the browser on, keeping the language.
    /// - Parameters:
    ///   - path: without parameters.
    ///   - set: values of `Set-Cookie`.
    func see(_ visit: VoterRequest, _ path: String, _ parameters: String = "", cookies set: [String] = []) -> Response {
        var response = Response.see(visit.path(path, parameters))
        for cookie in set { response.headers.append(("Set-Cookie", cookie)) }
        return response
    }
}
