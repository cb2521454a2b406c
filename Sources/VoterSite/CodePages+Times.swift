import Authentication
import Contacts
import Elections
import HTTPServer
import Store
import Templating
import WebContent

/// What the pages of a sign-in say of its times, and of forms that are another's. All of it comes from the request's own times
/// and from what this browser did: it is the same for known and unknown identifiers.
extension CodePages {
    /// Whether the page says that the request's code is over.
    /// - Parameter isLate: whether the very code was typed too late.
    func hasOver(_ request: CodeRequest, isLate: Bool) -> Bool {
        election.channels != [.letter] && (isLate || parts.authenticator.isOver(request))
    }

    /// Until when a code is good. What is said changes with the hour: a code that comes now is good for its minutes at first, then
    /// for what is left of the request's.
    /// - Returns: nothing where codes come by letter alone, or the request's are over.
    func codeHours(_ visit: VoterRequest, _ request: CodeRequest, isLate: Bool) -> TemplateValue {
        guard election.channels != [.letter], !hasOver(request, isLate: isLate) else { return .nothing }
        let holds = parts.authenticator.codeHolds(request)
        let isFresh = parts.clock.now < holds
        return .object([
            "about": .text(pages.text(isFresh ? "codeUntil" : "codeUntilLast", visit.language)),
            "text": .text(election.clockWords(isFresh ? holds : request.codeUntil, visit.language)),
        ])
    }

    /// The answer to a form of a page that is not of the sign-in under way: another one has begun in this browser since, or this
    /// one has gone on. Nothing of it is compared or counted.
    /// - Returns: the page at which the sign-in under way stands; nil for a form of its own.
    func formOfBefore(_ visit: VoterRequest, _ token: String, _ form: Form) throws(StoreError) -> Response? {
        let (isCurrent, request) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (Bool, CodeRequest?) in
            (
                try parts.authenticator.isCurrent(reading, token: token, mark: form["mark"]),
                try parts.authenticator.request(reading, token: token)
            )
        }
        // Where none is under way, whoever takes the form says so.
        guard !isCurrent, let request else { return nil }
        return request.state == .verified || election.access.codeChannel == .none
            ? try SecretPages(site: site).secret(visit, status: 409, error: "formOld")
            : try code(visit, status: 409, error: "formOld")
    }
}
