import Authentication
import Elections
import HTTPServer
import Polling
import Store
import Templating
import WebContent

/// Seconds after which a voter is asked to come back where somebody must do something first.
private let longPause = 60

/// Pages around what a route fills in, and the answers of the site itself.
extension SitePart {
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
        all["kiosk"] = kioskVisit(visit).value(
            page, hasSession: hasSession, isSignedIn: isSignedIn == .flag(true), waited: head.waited)
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
                let mustWait = PageHead.waits.contains($0)
                return .object([
                    "text": .text(pages.text($0, language)),
                    "more": more.flatMap { mustWait ? nil : .text($0) } ?? .nothing,
                    "wait": more.flatMap { mustWait ? .text($0) : nil } ?? .nothing,
                ])
            } ?? .nothing
        all["isBad"] = values["isBad"] ?? .flag(error.map { !PageHead.general.contains($0) } ?? false)
        all.merge(words(language).values) { $1 }
        all["seal"] = poll.map { .text($0.fingerprint) } ?? .nothing
        all["restored"] = site.presentPoll.restored(language)
        all["note"] =
            note.map {
                .object(["text": .text(pages.text($0, language) + (noteMore.map { " \($0)" } ?? ""))])
            } ?? .nothing
        site.traces.note(visit, step: page.rawValue, trouble: error ?? "")
        do throws(TemplateError) {
            return self.page(visit, page, try pages.bytes(page, language, all), status: status)
        } catch {
            log("the page \(page.rawValue) could not be rendered: \(error)")
            return .text(500, "internal error\n")
        }
    }

    /// A rendered page, with the browser's cookie where it is new.
    func page(_ visit: VoterRequest, _ page: PageSet.Page, _ body: [UInt8], status: Int = 200) -> Response {
        var response = Response(status, body: body)
        // They say beforehand whether this browser can vote.
        if [.home, .space].contains(page) { response.headers.append(SecurityHeaders.able) }
        if visit.isNew { response.headers.append(("Set-Cookie", cookies.set(.browser, visit.browser))) }
        return response
    }

    /// The same page in the other language.
    func switchPath(_ visit: VoterRequest) -> String {
        let other: Language = visit.language == .fr ? .en : .fr
        let path = site.routes.hasPage(visit.request.path) ? visit.request.path : "/"
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
        if visit.request.bringsBallot { return CastingAnswers(site: site).refusal(visit, status, name) }
        let texts = hasOwnText ? lines : [pages.text("\(name)Text", visit.language)] + lines
        return page(
            .message, visit, PageHead(status: status, title: "\(name)Title"),
            [
                "lines": .list(texts.map { .text($0) }), "back": .text(back),
                "backText": .text(pages.text(back == "/" ? "backHome" : "backSpace", visit.language)),
            ])
    }

    /// The page for what should not happen.
    /// - Parameter error: goes to the log, never to the page.
    func failure(_ visit: VoterRequest, _ error: any Error) -> Response {
        log("\(site.routes.name(visit.request.path)) failed: \(error)")
        if let seconds = (error as? StoreError)?.retrySeconds {
            return seconds > StoreError.shortPause ? standstill(visit) : busy(visit, seconds: seconds)
        }
        return message(visit, 500, "broken")
    }

    /// The page for too much at once.
    /// - Parameter seconds: for the header `Retry-After`.
    func busy(_ visit: VoterRequest, seconds: Int) -> Response {
        message(visit, 503, "busy").retry(after: seconds)
    }

    /// The page for a site that somebody must see to first.
    func standstill(_ visit: VoterRequest) -> Response {
        message(visit, 503, "standstill").retry(after: longPause)
    }

    /// Runs slow work on the pool and answers with a page whatever happens.
    func later(_ visit: VoterRequest, _ work: @escaping @Sendable () throws -> Response) -> Reply {
        .later { [site] in
            do { return try work() } catch { return site.failure(visit, error) }
        }
    }

    /// Sends the browser on, keeping the language.
    /// - Parameters:
    ///   - path: without parameters.
    ///   - set: values of `Set-Cookie`.
    func see(_ visit: VoterRequest, _ path: String, _ parameters: String = "", cookies set: [String] = []) -> Response {
        .see(visit.path(path, parameters)).setting(set)
    }
}
