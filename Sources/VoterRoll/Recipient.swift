import Contacts
import Foundation

/// To whom a letter goes: the first line or two of the address.
struct Recipient {
    /// `M`, `Mme`, or nothing.
    let title: String
    let firstName: String
    let lastName: String

    init(title: String, firstName: String, lastName: String) {
        (self.title, self.firstName, self.lastName) = (title, firstName, lastName)
    }

    init(_ voter: Voter) {
        let title =
            switch voter.civility {
            case .none: ""
            case .mister: "M"
            case .madam: "Mme"
            }
        self.init(title: title, firstName: voter.firstName, lastName: voter.lastName)
    }

    // MARK: What is printed

    /// The lines to print: one; two where the name is too long for one and there is room; else shortened by rule, the first
    /// name to its initial, then the family name at its last space or hyphen that leaves it short enough.
    /// - Parameter room: how many lines there may be.
    func lines(room: Int) -> [String] {
        let last = lastName.uppercased()
        if whole.count <= PostalAddress.longestLine { return [whole] }
        let above = joined(title, firstName)
        if room >= 2, above.count <= PostalAddress.longestLine, last.count <= PostalAddress.longestLine {
            return [above, last]
        }
        let initial = joined(title, String(firstName.prefix(1)))
        let short = joined(initial, last)
        return [short.count <= PostalAddress.longestLine ? short : joined(initial, cut(last, initial.count + 1))]
    }

    /// Title and both names, however long that is.
    var whole: String { joined(title, firstName, lastName.uppercased()) }

    private func joined(_ words: String...) -> String { words.filter { !$0.isEmpty }.joined(separator: " ") }

    private func cut(_ name: String, _ taken: Int) -> String {
        let head = name.prefix(PostalAddress.longestLine - taken)
        guard let end = head.lastIndex(where: { " -".contains($0) }), end > head.startIndex else { return String(head) }
        return String(head[..<end])
    }

    // MARK: What is there already

    /// How many of an address's first lines name the recipient: none, one, or the two that `lines` makes of a long name.
    func named(in given: [String]) -> Int {
        guard let first = given.first else { return 0 }
        let two = lines(room: 2)
        if two.count == 2, given.count >= 2, zip(two, given).allSatisfy({ Recipient.words($0) == Recipient.words($1) })
        {
            return 2
        }
        return isNamed(in: first) || Recipient.words(first) == Recipient.words(lines(room: 1)[0]) ? 1 : 0
    }

    /// Whether a line is the recipient's: it holds the family name and the first name, or civility and family name alone, as
    /// whole words, and nothing of a street. When in doubt it is not: a name twice is read all the same, none is not.
    func isNamed(in line: String) -> Bool {
        var words = Recipient.words(line)
        let family = Recipient.words(lastName)
        let given = Recipient.words(firstName)
        guard !family.isEmpty, !line.contains(where: \.isNumber), let place = Recipient.place(of: family, in: words)
        else {
            return false
        }
        words.removeSubrange(place)
        let hasFirst = given.first.map(words.contains) ?? false
        let count = words.count
        words.removeAll { given.contains($0) || Recipient.titles.contains($0) }
        let initials = given.compactMap(\.first).map(String.init)
        words.removeAll { initials.contains($0) }
        // `M. et Mme Martin` is a household, not the voter.
        if hasFirst { return !words.contains { Recipient.streetWords.contains($0) || $0 == "et" || $0 == "ou" } }
        return words.isEmpty && count > 0
    }

    private static let titles: Set<String> = [
        "m", "mr", "mme", "mlle", "melle", "monsieur", "madame", "mademoiselle", "mrs", "ms", "miss", "dr", "docteur",
        "me",
        "maitre", "pr", "professeur",
    ]

    /// Words of an address line that is no person's: kinds of ways, of places and of parts of buildings, and who only passes a
    /// letter on.
    private static let streetWords: Set<String> = [
        "rue", "r", "avenue", "av", "ave", "boulevard", "bd", "bld", "blvd", "place", "pl", "placette", "chemin", "che",
        "chem", "allee", "allees", "all", "impasse", "imp", "route", "rte", "quai", "cours", "square", "sq", "passage",
        "pass", "ruelle", "sentier", "sente", "venelle", "villa", "cite", "hameau", "ham", "lieu", "lieudit", "dit",
        "ld",
        "faubourg", "fbg", "fg", "montee", "cote", "esplanade", "esp", "promenade", "prom", "parvis", "rond", "point",
        "rondpoint", "rocade", "chaussee", "domaine", "dom", "residence", "res", "resid", "lotissement", "lot", "zone",
        "za", "zi", "zac", "zup", "parc", "clos", "cour", "galerie", "mail", "porte", "pont", "port", "traverse",
        "trav",
        "voie", "carrefour", "jardin", "jardins", "ferme", "mas", "moulin", "chateau", "bourg", "village", "quartier",
        "batiment", "bat", "immeuble", "imm", "tour", "bloc", "escalier", "esc", "etage", "etg", "appartement", "appt",
        "apt", "app", "entree", "hall", "boite", "bp", "cs", "ts", "chez", "co", "c", "o", "street", "st", "road", "rd",
        "lane", "square", "strasse", "str", "via", "calle", "rua",
    ]

    /// The first place at which some words stand side by side in others.
    private static func place(of wanted: [String], in words: [String]) -> Range<Int>? {
        guard words.count >= wanted.count else { return nil }
        for start in 0...words.count - wanted.count where words[start..<start + wanted.count].elementsEqual(wanted) {
            return start..<start + wanted.count
        }
        return nil
    }

    /// The words of a text, folded: an apostrophe or a hyphen ends one.
    static func words(_ text: String) -> [String] {
        text.split { !$0.isLetter && !$0.isNumber }.map { word in
            let plain = Folding.plain(String(word))
            // Other alphabets have no plain letters.
            return plain.isEmpty ? word.lowercased() : plain
        }
    }
}
