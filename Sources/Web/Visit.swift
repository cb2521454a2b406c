import Elections

/// One request of a browser, with what every page needs to know of it.
struct Visit: Sendable {
    let request: Request
    let language: Language
    /// `?lang=en` where the visitor chose a language: links carry it on.
    let q: String
    /// The browser's own token: forms and support code hang on it.
    let browser: String
    /// Whether the browser's cookie is to be set.
    let isNew: Bool
    let form: String
    let supportCode: String

    /// A path with the chosen language; `parameters` begin without a sign.
    func path(_ path: String, _ parameters: String = "") -> String {
        let mark = q.isEmpty ? "?" : "&"
        return path + q + (parameters.isEmpty ? "" : mark + parameters)
    }

    /// The visitor's language: chosen in the address, else the browser's, else the election's first.
    static func language(_ request: Request, _ election: Election) -> (Language, isChosen: Bool) {
        if let text = request.parameter("lang"), let chosen = Language(rawValue: text),
            election.languages.contains(chosen)
        {
            return (chosen, true)
        }
        return (preferred(request, among: election.languages) ?? election.languages.first ?? .fr, false)
    }

    /// The language that the browser or program asks for before others (RFC 9110 section 12.5.4); nil when it asks for none
    /// of ours.
    static func preferred(_ request: Request, among languages: [Language]) -> Language? {
        let wanted = (request.header("accept-language") ?? "").split(separator: ",").prefix(20).compactMap {
            entry -> (Language, Double)? in
            let parts = entry.split(separator: ";")
            guard let name = parts.first?.filter({ !$0.isWhitespace }).prefix(2).lowercased(),
                let language = Language(rawValue: name), languages.contains(language)
            else { return nil }
            let weight = parts.dropFirst().first { $0.contains("q=") }?.split(separator: "=").last
            let wish = weight.flatMap { Double($0.filter { !$0.isWhitespace }) } ?? 1
            return wish > 0 ? (language, wish) : nil
        }
        return wanted.enumerated().max { ($0.element.1, -$0.offset) < ($1.element.1, -$1.offset) }?.element.0
    }
}
