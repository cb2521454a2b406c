package import Elections
package import HTTPServer

extension Request {
    /// The language that the browser or program asks for before others (RFC 9110 section 12.5.4); nil when it asks for none
    /// of ours.
    package func preferredLanguage(among languages: [Language]) -> Language? {
        let wanted = (header("accept-language") ?? "").split(separator: ",").prefix(20).compactMap {
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
