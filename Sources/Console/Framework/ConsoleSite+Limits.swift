import Authentication
import Crypto
import Elections
package import HTTPServer
import Store
import Synchronization
import WebContent

extension ConsoleSite {
    /// Forms into which a file's text is pasted.
    private static let longForms: Set<String> = ["letters/returned", "parcels/key"]

    /// Sessions that are remembered as such: more than there are staff.
    private static let mostKnown = 10_000

    /// What a token is remembered by; the token itself is not kept.
    private func mark(_ token: String) -> [UInt8] { forms.hash("session:" + token) }

    /// Remembers that a token is, or is not, an open session's.
    /// - Parameter token: of a cookie or of the API.
    func remember(_ token: String, isOpen: Bool) {
        let mark = mark(token)
        known.withLock { known in
            guard isOpen else { return known = known.filter { $0 != mark } }
            if known.count >= ConsoleSite.mostKnown { known = [] }
            known.insert(mark)
        }
    }

    /// Who asks, where a network has asked as often as those may who are not signed in: each of their requests takes one of the
    /// threads that staff work with. Nil where it has not, and for whoever is known to be signed in there. Told without the store.
    /// Counts the request, unless somebody known sends it.
    func crowd(_ request: Request) -> [UInt8]? {
        let token = request.path.hasPrefix("/api/") ? bearer(request) : request.cookie(cookies.name(.staffSession))
        let mark = token.map(mark)
        if let mark, known.withLock({ $0.contains(mark) }) { return nil }
        guard limits.count("stranger", from: request.source) > StaffSignIn.mostByStrangers else { return nil }
        // After a start nobody is remembered yet: a token that may hold is looked at beside the network's other requests.
        return mark ?? Array(request.source.utf8)
    }

    /// The answer for a network that asked too often.
    func crowded(_ request: Request) -> Response {
        if request.path.hasPrefix("/api/") {
            return waiting(
                problem(429, "Too many requests without a token that holds: wait a little."), ConsoleSite.crowdedSeconds
            )
        }
        return waiting(message(stranger(request), 429, "tooMany"), ConsoleSite.crowdedSeconds)
    }

    /// Seconds after which somebody of a crowded network may well get through.
    private static let crowdedSeconds = 10

    /// How long the body of a POST to the console may be: nothing where none is taken, and the long forms are for those who
    /// are signed in.
    /// - Returns: bytes; 0 where no body is read.
    package func bodyLimit(_ request: Request) -> Int {
        let isAPI = request.path.hasPrefix(ConsoleSite.prefix)
        let rest = String(request.path.dropFirst(isAPI ? ConsoleSite.prefix.count : "/manager/".count))
        // Without a token nothing is done, whatever the body says.
        guard ConsoleSite.owns(request.path), isAPI ? bearer(request) != nil : true, takesBody(rest, isAPI: isAPI)
        else { return 0 }
        guard ConsoleSite.longForms.contains(rest) else { return FieldLimits.consoleForm }
        do throws(StoreError) {
            let isKnown = try isAPI ? client(request) != nil : visitor(request).session?.confirmedAt != nil
            return isKnown ? FieldLimits.longConsoleForm : FieldLimits.consoleForm
        } catch {
            log("a long form cannot be taken: \(error)")
            return FieldLimits.consoleForm
        }
    }

    /// Whether a POST to a path has a body that somebody reads.
    private func takesBody(_ path: String, isAPI: Bool) -> Bool {
        path == RollUpload.path || !isAPI && StaffSignIn.paths.contains(path)
            || ConsoleTables.actions.contains { Pattern.match($0.path, path) != nil }
    }
}
