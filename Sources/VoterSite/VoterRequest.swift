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
