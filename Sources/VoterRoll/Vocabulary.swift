/// A small set of words that a column may hold, each under several spellings. Spellings met are remembered by their
/// bytes, so that folding happens once for each.
struct Vocabulary {
    private let meanings: [String: [UInt8]]
    private var met: [(spelling: [UInt8], meaning: [UInt8]?)] = []
    /// Spellings remembered: more than any honest column has.
    private static let mostMet = 64

    /// - Parameter words: meaning to spellings.
    init(_ words: [String: [String]]) {
        var meanings: [String: [UInt8]] = [:]
        for (meaning, spellings) in words {
            for spelling in spellings + [meaning] { meanings[Folding.plain(spelling)] = Array(meaning.utf8) }
        }
        self.meanings = meanings
    }

    /// Forms of address, in French and English.
    static let civilities = Vocabulary([
        "F": ["Mme", "Madame", "Mlle", "Mademoiselle", "Mrs", "Ms", "Miss", "Mme.", "F"],
        "M": ["M", "M.", "Monsieur", "Mr", "Mr."],
    ])

    /// What the bytes at `range` mean; nil when they are no known word.
    mutating func meaning(_ bytes: Span<UInt8>, _ range: Range<Int>) -> [UInt8]? {
        for entry in met where entry.spelling.count == range.count {
            var equal = true
            for index in 0..<range.count where entry.spelling[index] != bytes[range.lowerBound + index] {
                equal = false
                break
            }
            if equal { return entry.meaning }
        }
        let spelling = range.map { bytes[$0] }
        let meaning = meanings[Folding.plain(String(decoding: spelling, as: UTF8.self))]
        if met.count < Vocabulary.mostMet { met.append((spelling, meaning)) }
        return meaning
    }
}
