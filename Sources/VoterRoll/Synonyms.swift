/// A small set of words that a column may hold, each under several spellings. Spellings met are remembered by their
/// bytes, so that folding happens once for each.
struct Synonyms {
    /// Meanings in UTF-8, by folded spelling.
    private let meanings: [String: [UInt8]]
    /// What a text means that is no known word; nil where such texts mean nothing.
    private var reading: (@Sendable (String) -> String?)?
    /// The latest come last; it stops growing at `mostMet`.
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

    /// - Parameter folded: folded spelling to meaning.
    private init(folded: [String: String]) { meanings = folded.mapValues { Array($0.utf8) } }

    /// Forms of address, in French and English.
    static let civilities: Synonyms = {
        var words = Synonyms(CivilityWords.plain)
        words.reading = CivilityWords.read
        return words
    }()

    /// What stands in columns of civilities and says neither: it is left out, with a warning. In the numbers of social security
    /// 1 is a man and 2 a woman; in other programs it is the other way round.
    static let vagueCivilities: Synonyms = {
        var words = Synonyms(vagueWords)
        words.reading = CivilityWords.readVague
        return words
    }()

    /// Titles that both sexes have.
    private static let vagueWords = [
        "": [
            "Dr", "Docteur", "Doctor", "Me", "Maitre", "Mx", "Pr", "Prof", "Professeur", "1", "2", "0", "9", "X",
            "Autre",
            "Other", "Non precise", "Non precisee", "Non renseigne", "Non binaire", "Neutre", "Indetermine", "M ou Mme",
            "Mme ou M", "M/Mme", "Mme/M",
        ]
    ]

    /// The languages of voters, also with a country behind them, as programs write them.
    static let languages = Synonyms([
        "fr": ["francais", "french", "fra", "fre"]
            + ["FR", "BE", "CH", "CA", "LU", "MC"].flatMap { ["fr-\($0)", "fr_\($0)"] },
        "en": ["anglais", "english", "eng"]
            + ["GB", "UK", "US", "IE", "CA", "AU", "NZ", "IN"].flatMap { ["en-\($0)", "en_\($0)"] },
    ])

    /// How a voter is written to.
    static let channels = Synonyms([
        "email": ["mail", "courriel", "e-mail"], "sms": ["mobile", "texto", "portable", "telephone"],
        "letter": ["courrier", "lettre", "postal", "poste", "post", "mail postal", "papier", "paper", "voie postale"],
    ])

    /// Countries, by their ISO 3166 code.
    static let countries = Synonyms(folded: Countries.regions)

    /// What a text means; nil when it is no known word.
    /// - Parameter text: in any spelling of the vocabulary.
    mutating func meaning(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        return meaning(bytes.span, bytes.indices).map { String(decoding: $0, as: UTF8.self) }
    }

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
        let text = String(decoding: spelling, as: UTF8.self)
        let meaning = meanings[Folding.plain(text)] ?? reading?(text).map { Array($0.utf8) }
        if met.count < Synonyms.mostMet { met.append((spelling, meaning)) }
        return meaning
    }
}
