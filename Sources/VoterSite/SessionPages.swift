import Authentication
import Elections
import HTTPServer
import Store
import WebContent

/// `/extend` and `/sign-out`: a session goes on, or ends.
struct SessionPages: SitePages {
    let site: SiteContext

    /// Forms of every page of a signed-in voter.
    static let table = [
        post("/extend") { pages, visit in .now(try pages.extend(visit)) },
        post("/sign-out") { pages, visit in .now(try pages.signOut(visit)) },
    ]

    /// Keeps a session open: a script is told for how many seconds, a form leads back. One that only looks, because another
    /// tab may have kept it open, learns how long it lasts as it is. The page of somebody who was signed in here before keeps
    /// nobody's session open, and learns nothing of it.
    func extend(_ visit: VoterRequest) throws(StoreError) -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        let looks = !form["look"].isEmpty
        let present = try present(visit)
        // The page of a sign-in keeps that one alone, whoever is signed in beside it.
        if visit.isKiosk, form["owner"].isEmpty, present == nil || !form["mark"].isEmpty {
            return try kioskVisit(visit).holdSignIn(mark: form["mark"])
        }
        if let present, !tokens.isOwn(visit, form, present) {
            return visit.isScript ? .text(409, "other\n") : see(visit, "/", "say=other")
        }
        let session = try looks ? present : session(visit)
        guard visit.isScript else { return see(visit, "/space") }
        guard let session else { return .text(401, "ended\n") }
        let idle = looks ? session.idleUntil : parts.clock.now + session.idleSeconds
        let end = min(idle, session.endsAt)
        let hour = election.clockWords(end, visit.language)
        return .text(200, "\(end - parts.clock.now) \(hour)\n")
    }

    /// Ends the session here; others of the same voter go on.
    /// The page of somebody who was signed in here before ends nobody else's.
    func signOut(_ visit: VoterRequest) throws(StoreError) -> Response {
        let form = visit.request.form() ?? Form(fields: [])
        if let session = try present(visit) {
            if !tokens.isOwn(visit, form, session) {
                return visit.isScript ? .ended([]) : see(visit, "/", "say=other")
            }
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try parts.authenticator.end(transaction, session)
            }
        }
        if visit.isScript { return .ended([cookies.clear(.session)]) }
        // The ballot page says when its voter leaves without having sent anything.
        let isUnsent = !form["unsent"].isEmpty
        return see(visit, "/", isUnsent ? "say=left" : "say=signedOut", cookies: [cookies.clear(.session)])
    }
}
