/// The sender above the window, on one line or two: what the post needs to bring a letter back is never cut.
package struct ReturnLine: Sendable, Equatable {
    private let name: String
    private let street: [String]
    /// Postcode and town, and the country where there is one.
    private let town: [String]

    /// - Parameter address: lines without the name, the town's at the end or before the country's.
    package init(name: String, address: [String]) {
        let lines = address.filter { !$0.isEmpty }
        // Behind the postcode's line at most a country stands.
        let last = lines.lastIndex { $0.contains(where: \.isNumber) } ?? lines.count - 1
        self.name = name
        street = Array(lines.prefix(max(0, last)))
        town = Array(lines.dropFirst(max(0, last)))
    }

    /// The longest wording that has room: all of it, else without the street, else with the name's beginning alone.
    /// - Parameter fits: measures a text in its place.
    func wording(_ fits: (String) -> Bool) -> String {
        let wordings = [joined([name] + street + town), joined([name] + town)]
        if let found = wordings.first(where: fits) { return found }
        var rest = name
        while !rest.isEmpty {
            rest.removeLast()
            let text = joined([rest.isEmpty ? "" : bare(rest) + "\u{2026}"] + town)
            if fits(text) { return text }
        }
        // A town as long as this is no town.
        var text = joined(town)
        while !text.isEmpty, !fits(text + "\u{2026}") { text.removeLast() }
        return text + "\u{2026}"
    }

    private func joined(_ parts: [String]) -> String { parts.filter { !$0.isEmpty }.joined(separator: " \u{2013} ") }

    /// Without blanks at its end.
    private func bare(_ text: String) -> String {
        text.lastIndex { !$0.isWhitespace }.map { String(text[...$0]) } ?? ""
    }
}
