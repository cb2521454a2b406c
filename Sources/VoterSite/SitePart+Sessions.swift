import Authentication
import HTTPServer
import Store
import Templating
import WebContent

/// Who is signed in in a browser, and what sign-in is under way there.
extension SitePart {
    /// The browser's session, noted as in use; nil when there is none or it has ended.
    /// - Throws: an error of the store.
    func session(_ visit: VoterRequest) throws(StoreError) -> Session? {
        let session = try present(visit)
        if let session, parts.authenticator.sessions.mustNote(session) {
            try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
                try parts.authenticator.sessions.note(transaction, session)
            }
        }
        return session
    }

    /// The browser's session, looked at and no more: it ends when it would have ended.
    func present(_ visit: VoterRequest) throws(StoreError) -> Session? {
        guard let token = visit.request.cookie(cookies.name(.session)) else { return nil }
        return try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.authenticator.sessions.find(reading, token: token)
        }
    }

    /// Runs `body` for a signed-in voter; sends everybody else to the first page.
    /// - Parameter body: makes the page.
    func signedIn(_ visit: VoterRequest, _ body: (Session) throws -> Response) throws -> Response {
        guard let session = try session(visit) else {
            let had = visit.request.cookie(cookies.name(.session)) != nil
            return see(visit, "/", had ? "say=ended" : "", cookies: had ? [cookies.clear(.session)] : [])
        }
        return try body(session)
    }

    /// The token of the browser's sign-in under way.
    /// - Returns: the cookie's value; whether it holds, the authenticator says.
    func pending(_ visit: VoterRequest) -> String? { visit.request.cookie(cookies.name(.pending)) }

    /// Who is signed in has nothing to do on the pages of a sign-in, whatever would be said there, unless another one is under
    /// way.
    /// - Parameter body: makes the page for everybody else.
    func unlessSignedIn(_ visit: VoterRequest, _ body: () throws -> Response) throws -> Response {
        let said = visit.request.parameter("say")
        guard pending(visit) == nil, !visit.isLeavingKiosk, said != "other", said != "otherUnsent",
            visit.request.cookie(cookies.name(.session)) != nil, try session(visit) != nil
        else { return try body() }
        return see(visit, "/space")
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
            "signOutOwner": .text(session.map { tokens.owner(visit, $0) } ?? ""),
        ]
    }
}
