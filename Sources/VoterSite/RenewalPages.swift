import Authentication
import Elections
import HTTPServer
import Store
import Templating
import WebContent

/// `/renew` and `/verified`: the way to a new password, from the address over a code to the choice. The password that is to be
/// renewed is asked for nowhere on it.
///
///     browser                site                            desk
///       | address --------->  | one row, for everybody       |
///       | <--- /code -------  |             (a code is sent) |
///       | code ------------>  | count, compare, consume      |
///       | <--- /verified ---  |                              |
///       | continue -------->  | nothing chosen yet? -------> | choose at once
///       |                     | something chosen? ---------> | as `secret.reset` says
///       | new password ---->  | set, sessions end, word to every contact
struct RenewalPages: SitePages {
    let site: SiteContext

    /// The first page in other words, and the one behind the code.
    static let table = [
        get("/renew") { pages, visit in .now(pages.renewal(visit)) },
        get("/verified") { pages, visit in .now(try pages.verified(visit)) },
    ]

    /// The first page in the words of a renewal; where passwords are not renewed, the first page.
    func renewal(_ visit: VoterRequest) -> Response {
        election.access.secretRenew ? SignInPages(site: site).home(visit, isRenew: true) : see(visit, "/")
    }

    /// What was typed, on the pages of a renewal in the browser that typed it.
    func address(_ request: CodeRequest) -> TemplateValue {
        guard request.renews, let typed = parts.authenticator.canonical(request) else { return .nothing }
        return .object(["text": .text(typed)])
    }

    /// Says that the code was right, and leads on.
    /// - Throws: an error of the store.
    func verified(_ visit: VoterRequest) throws(StoreError) -> Response {
        guard let token = pending(visit) else { return see(visit, "/", "say=gone") }
        try kioskVisit(visit).hold(token)
        let request = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.authenticator.request(reading, token: token)
        }
        guard let request else { return see(visit, "/", "say=gone", cookies: [cookies.clear(.pending)]) }
        guard request.state == .verified else { return see(visit, "/code") }
        guard request.renews else { return see(visit, "/passphrase") }
        return page(
            .verified, visit, PageHead(title: "verifiedTitle"),
            ["asked": address(request), "mark": .text(parts.authenticator.mark(request))])
    }
}
