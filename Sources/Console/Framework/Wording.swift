import Elections

/// How the reader of a page is spoken to: their language, the console's texts, the election's names and its clock.
struct Wording: Sendable {
    let language: Language
    /// Whose names and zone are said.
    let election: Election
    /// Where the texts stand.
    let pages: ConsolePages

    /// A text by its key; the key itself in brackets where there is none.
    func callAsFunction(_ key: String) -> String { pages.text(key, language) }

    /// Day and hour in the election's zone, as the reader of this language writes them.
    /// - Parameter seconds: since 1970.
    func time(_ seconds: Int) -> String { LocalTime.brief(seconds, zone: election.timeZone, language) }

    /// What a choice is called: by its own key, the election's names, or itself.
    /// - Parameters:
    ///   - field: the choice's name.
    ///   - value: one of its values.
    func choice(_ field: String, _ value: String) -> String {
        // What a heading of a file means is asked under its number.
        let isHeading = field.hasPrefix("h") && Int(field.dropFirst()) != nil
        let key = isHeading ? "v.heading.\(value.isEmpty ? "none" : value)" : "v.\(field).\(value)"
        if pages.has(key) { return self(key) }
        if value == "yes" || value == "no" { return self(value) }
        if field == "college" { return election.colleges[value]?[language] ?? value }
        if field == "site" { return election.sites[value]?[language] ?? value }
        return value
    }

    /// A reason of a deeper room as far as it can be said in a language.
    /// - Parameter reason: in English, as the room said it.
    func said(_ reason: String) -> String {
        guard language == .fr else { return reason }
        return pages.phrases.french(reason) { pages.has("v.heading.\($0)") ? pages.text("v.heading.\($0)", .fr) : $0 }
    }
}
