import Authentication
import Elections
import HTTPServer
import WebContent

/// One request of a browser, with what every page needs to know of it.
struct VoterRequest: Sendable {
    /// As it came.
    let request: Request
    /// Of the answer.
    let language: Language
    /// `?lang=en` where the visitor chose a language: links carry it on.
    let q: String
    /// The browser's own token: forms and support code hang on it.
    let browser: String
    /// Whether the browser's cookie is to be set.
    let isNew: Bool
    /// The token that every form of this browser carries: a keyed hash of its own.
    let form: String
    /// Five letters and digits at the foot of every page, by which the help desk finds where the visitor stands.
    let supportCode: String
    /// The leave by which many share the device; nil on a voter's own.
    let kiosk: Kiosk?

    /// Whether the device is one that many share.
    var isKiosk: Bool { kiosk != nil }

    /// How long a session here lasts without activity hangs on it.
    var device: Device { isKiosk ? .shared : .own }

    /// Whether a script asks, which leaves the page when it has the answer.
    var isScript: Bool { request.header("accept") == "text/plain" }

    /// A device that many share.
    struct Kiosk: Sendable {
        /// Where it stands, and until when it was lent; both are empty where nobody can say what the device is.
        let place: String
        let until: Int?
    }

    /// A path with the chosen language; `parameters` begin without a sign.
    /// - Parameter path: without parameters.
    func path(_ path: String, _ parameters: String = "") -> String {
        let mark = q.isEmpty ? "?" : "&"
        return path + q + (parameters.isEmpty ? "" : mark + parameters)
    }

    /// The visitor's language: chosen in the address, else the browser's, else the election's first.
    /// - Returns: the language, and whether the address names it.
    static func language(_ request: Request, _ election: Election) -> (Language, isChosen: Bool) {
        if let text = request.parameter("lang"), let chosen = Language(rawValue: text),
            election.languages.contains(chosen)
        {
            return (chosen, true)
        }
        return (request.preferredLanguage(among: election.languages) ?? election.languages.first ?? .fr, false)
    }
}

extension VoterRequest {
    /// Reads language, browser and kiosk from a request.
    init(_ request: Request, _ site: SiteContext) {
        let (language, isChosen) = VoterRequest.language(request, site.election)
        // A token of our own making: nobody fills the traces with invented ones.
        let known = request.cookie(site.cookies.name(.browser)).flatMap { site.tokens.isOurs($0) ? $0 : nil }
        let browser = known ?? site.tokens.newBrowser()
        self.init(
            request: request, language: language, q: isChosen ? "?lang=\(language.rawValue)" : "", browser: browser,
            isNew: known == nil, form: site.tokens.form(browser), supportCode: site.tokens.supportCode(browser),
            kiosk: KioskPages(site: site).kiosk(request))
    }
}

extension Request {
    /// Whether it brings a ballot.
    var bringsBallot: Bool { method == .post && path.hasPrefix("/ballots/") }

    /// Whether it belongs to a vote, of which no line and no count stays.
    var isOfVote: Bool { bringsBallot || method == .post && path == "/receipt" }
}
