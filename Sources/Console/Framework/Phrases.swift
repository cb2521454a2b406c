/// What the reading of rolls says in English of files and values, said in French: the console's `Templates/pages/phrases.fr.yaml`. What
/// else is refused is a `Reason`, with its text by a key.
package struct Phrases: Sendable {
    /// What stands between the parts that change, in both languages.
    private typealias Phrase = (english: [String], french: [String])

    /// The longest first.
    private let phrases: [Phrase]
    /// What may stand behind any other phrase.
    private let endings: [Phrase]

    /// What marks an ending in the table, in both languages.
    private static let mark = "..."

    /// - Parameter table: French phrases by English ones, `{}` where something changes; those that begin with `...` are endings.
    package init(_ table: [String: String]) {
        // The longer one first: it says more than another one that fits as well.
        let sorted = table.sorted { ($1.key.count, $0.key) < ($0.key.count, $1.key) }
        func pieces(_ text: String) -> [String] {
            let bare = text.hasPrefix(Phrases.mark) ? text.dropFirst(Phrases.mark.count) : text[...]
            return bare.split(separator: "{}", omittingEmptySubsequences: false).map(String.init)
        }
        phrases = sorted.filter { !$0.key.hasPrefix(Phrases.mark) }.map { (pieces($0.key), pieces($0.value)) }
        endings = sorted.filter { $0.key.hasPrefix(Phrases.mark) }.map { (pieces($0.key), pieces($0.value)) }
    }

    /// A reason in French. What stands before it, a value or a place in a file, stays as it is, and so does a reason of which
    /// no phrase is known.
    /// - Parameter name: what a single word among what changes is called in French: a column's name, or itself.
    /// - Returns: the reason as it is where no phrase fits.
    package func french(_ reason: String, name: (String) -> String = { $0 }) -> String {
        // First of all: a phrase that ends with something that changes would take it for that.
        if let said = withEnding(reason, name) { return said }
        var start = reason.startIndex
        while true {
            let rest = reason[start...]
            for phrase in phrases {
                if let found = Phrases.values(rest, phrase.english) {
                    let named = found.map { value in
                        value.split(separator: ", ", omittingEmptySubsequences: false).map { name(String($0)) }
                            .joined(separator: ", ")[...]
                    }
                    return reason[..<start] + Phrases.filled(phrase.french, named)
                }
            }
            guard let space = rest.firstIndex(of: " ") else { return reason }
            start = reason.index(after: space)
        }
    }

    /// A reason that a known ending stands behind, such as in how many lines it occurs; nil where there is none, or what stands before
    /// it is no phrase.
    private func withEnding(_ reason: String, _ name: (String) -> String) -> String? {
        let found = endings.compactMap { ending in
            reason.ranges(of: ending.english[0]).last.map { (start: $0.lowerBound, ending: ending) }
        }
        // The last one first: what stands behind another one would be a part of what changes in it.
        for (start, ending) in found.sorted(by: { $0.start > $1.start }) {
            guard let values = Phrases.values(reason[start...], ending.english) else { continue }
            let before = String(reason[..<start])
            let said = french(before, name: name)
            if said != before { return said + Phrases.filled(ending.french, values) }
        }
        return nil
    }

    /// What stands in the places that change; nil when the text is another one.
    private static func values(_ text: Substring, _ pieces: [String]) -> [Substring]? {
        guard let first = pieces.first, let last = pieces.last, text.hasPrefix(first) else { return nil }
        if pieces.count == 1 { return text == first ? [] : nil }
        var rest = text.dropFirst(first.count)
        var values: [Substring] = []
        for piece in pieces.dropFirst().dropLast() {
            guard let range = rest.firstRange(of: piece) else { return nil }
            values.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        guard rest.hasSuffix(last) else { return nil }
        values.append(rest.dropLast(last.count))
        return values
    }

    /// A phrase with values in the places that change.
    private static func filled(_ pieces: [String], _ values: [Substring]) -> String {
        var text = pieces.first ?? ""
        for (value, piece) in zip(values, pieces.dropFirst()) { text += value + piece }
        return text
    }
}
