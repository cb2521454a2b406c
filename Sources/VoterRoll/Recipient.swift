import Contacts
import Foundation

/// To whom a letter goes: the first line or two of the address.
struct Recipient {
    /// `M`, `Mme`, or nothing.
    let title: String
    /// As the roll has it.
    let firstName: String
    /// As the roll has it; it is printed in capitals.
    let lastName: String

    /// - Parameter title: `M`, `Mme` or empty.
    init(title: String, firstName: String, lastName: String) {
        (self.title, self.firstName, self.lastName) = (title, firstName, lastName)
    }

    /// The title as French addresses have it, whatever the voter's language.
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

    /// Words with spaces between them, without empty ones.
    private func joined(_ words: String...) -> String { words.filter { !$0.isEmpty }.joined(separator: " ") }

    /// A name up to its last space or hyphen before the line is full; where it has none, as much as there is room for.
    /// - Parameter taken: characters that stand before it on the line.
    private func cut(_ name: String, _ taken: Int) -> String {
        let head = name.prefix(PostalAddress.longestLine - taken)
        guard let end = head.lastIndex(where: { " -".contains($0) }), end > head.startIndex else { return String(head) }
        return String(head[..<end])
    }

    // MARK: What is there already

    /// How many of an address's first lines name the recipient: none, one, or two where the name is too long for one.
    /// - Parameter given: the address's lines from the top.
    func named(in given: [String]) -> Int {
        guard let first = given.first else { return 0 }
        if isNamed(in: first) || Recipient.words(first) == Recipient.words(lines(room: 1)[0]) { return 1 }
        guard whole.count > PostalAddress.longestLine, given.count >= 2 else { return 0 }
        return isNamed(in: first + " " + given[1]) ? 2 : 0
    }

    /// The lines that name the recipient and the rest of an address: its own where they say the whole name and can be printed, else
    /// those that are made by rule; a name that its program cut off, or that is too long for a line, is not printed twice.
    func above(_ given: [String]) -> (lines: [String], rest: ArraySlice<String>) {
        let count = named(in: given)
        let own = given.prefix(count)
        let isVague = isVague(own.joined(separator: " "))
        if count > 0, !isVague, own.allSatisfy({ $0.count <= PostalAddress.longestLine }) {
            return (Array(own), given.dropFirst(count))
        }
        var rest = given.dropFirst(count > 0 ? count : given.first.map(isCut) == true ? 1 : 0)
        // `S. MARTIN` may be Sophie, and Saint-Martin: without a street below it stays, where there is room.
        if count > 0, isVague, !isPerson(own[0]), !rest.contains(where: Recipient.isWay),
            given.count < PostalAddress.mostLines
        {
            rest = given[...]
        }
        return (lines(room: PostalAddress.mostLines - rest.count), rest)
    }

    /// Whether a line that names the recipient holds no whole first name: two of one household may have the same initials, or
    /// civility and family name alone. The envelope says the whole name in its place.
    private func isVague(_ line: String) -> Bool {
        let (words, given) = (Recipient.words(line), Recipient.words(firstName))
        return !given.isEmpty && !given.contains { $0.count > 1 && words.contains($0) }
            && given.contains { $0.count > 1 }
    }

    /// Whether a line begins with the recipient's own civility: it is a person's, whatever follows.
    private func isPerson(_ line: String) -> Bool {
        let words = Recipient.words(line)
        return words.first.flatMap { Recipient.titles[$0] } != nil && !words.contains(where: Recipient.offices.contains)
    }

    /// Whether a line says a way: by a word of one, or by a house's number before it.
    private static func isWay(_ line: String) -> Bool {
        let words = words(line)
        let isNumbered = words.count > 1 && words.first.map { 1...4 ~= $0.count && $0.first?.isNumber == true } == true
        return isNumbered || words.contains { $0.count > 1 && streetWords.contains($0) }
    }

    /// What of an address is the place and not the recipient: another name on the envelope is no other place.
    func place(_ address: PostalAddress) -> [String] { [address.postcode ?? ""] + above(address.linesWithCountry).rest }

    /// Bytes of a line that may be a name which was cut off.
    static let longLine = 24
    /// Letters from which on the beginning of a name is no accident.
    private static let shortestCut = 18

    /// Whether a line is the recipient's name as a program with shorter lines cut it off.
    func isCut(_ line: String) -> Bool {
        var words = Recipient.words(line)
        if let first = words.first, Recipient.titles[first] != nil { words.removeFirst() }
        let letters = words.joined()
        guard letters.count >= Recipient.shortestCut else { return false }
        let (first, last) = (Recipient.words(firstName).joined(), Recipient.words(lastName).joined())
        return (first + last).hasPrefix(letters) && letters.count > first.count + 1
            || (last + first).hasPrefix(letters) && letters.count > last.count
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
        if areInitials(line, words, family, given) { return true }
        // `Place Marie` may be Marie Place, and a square; `Lycée Marie Curie` is no person.
        let hasTitle = words.contains { Recipient.titles[$0] != nil || Recipient.offices.contains($0) }
        if !hasTitle, words.contains(where: Recipient.streetWords.contains) { return false }
        if !title.isEmpty, words.contains(where: { Recipient.titles[$0] ?? title != title }) { return false }
        words.removeSubrange(place)
        // `c/o M. Martin` is another's line, and of Charles-Olivier Martin's initials.
        if words.contains(where: { Recipient.passers.contains($0) && !given.contains($0) }) || line.contains("\u{2105}")
            || Recipient.place(of: ["c", "o"], in: words) != nil && line.contains("/")
            || Recipient.place(of: ["b", "p"], in: words) != nil
        {
            return false
        }
        let hasFirst = given.first.map(words.contains) ?? false
        let count = words.count
        words.removeAll { given.contains($0) || Recipient.titles[$0] != nil || Recipient.offices.contains($0) }
        let initials = given.compactMap(\.first).map(String.init)
        words.removeAll { initials.contains($0) }
        // `M. et Mme Martin` is a household, `Lycée Marie Curie` a school: whatever else stands there, it is not the voter's line.
        return words.isEmpty && (hasFirst || count > 0)
    }

    /// Whether a line is the family name and, before or behind it, the initials of a compound first name: `C. O. Martin` and
    /// `J.-R. Martin` are no street, and nobody who passes the letter on. Capitals with full stops alone, since `c.o.` is what others
    /// write for `c/o`.
    private func areInitials(_ line: String, _ words: [String], _ family: [String], _ given: [String]) -> Bool {
        let letters = given.compactMap(\.first).map(String.init)
        guard letters.count >= 2, words == letters + family || words == family + letters else { return false }
        let plain = line.folding(options: .diacriticInsensitive, locale: nil)
        let dotted = letters.map { "\($0.uppercased())." }
        // `R. C. Martin` may be a street and `C. R. Martin` a country lane, `M. J. Martin` is a man, `B.P.` is a box, and `C.O.`
        // whoever takes the letter.
        let isPlain =
            !["m", "r"].contains(letters[0]) && letters.prefix(2) != ["b", "p"]
            && !(letters[0] == "c" && ["d", "r", "v"].contains(letters[1]))
        let isOther = letters.prefix(2) == ["c", "o"]
        let gaps = isPlain ? isOther ? ["-", " "] : ["-", " ", ""] : ["-"]
        return gaps.map { dotted.joined(separator: $0) }.contains {
            plain.hasPrefix("\($0) ") || plain.hasSuffix(" \($0)")
        }
    }

    /// Civilities, and the title of the voter whom they mean.
    private static let titles: [String: String] = [
        "m": "M", "mr": "M", "monsieur": "M", "mme": "Mme", "mlle": "Mme", "melle": "Mme", "madame": "Mme",
        "mademoiselle": "Mme", "mrs": "Mme", "ms": "Mme", "miss": "Mme",
    ]

    /// Titles that both have.
    private static let offices: Set<String> = ["dr", "docteur", "me", "maitre", "pr", "professeur"]

    /// Words of a line that says who only passes a letter on, or which box it goes to.
    private static let passers: Set<String> = ["chez", "co", "bp", "cs", "ts", "soins"]

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
    /// Letters of other alphabets stay as they are, in small form.
    static func words(_ text: String) -> [String] {
        text.split { !$0.isLetter && !$0.isNumber }.map { word in
            let plain = Folding.plain(String(word))
            // Other alphabets have no plain letters.
            return plain.isEmpty ? word.lowercased() : plain
        }
    }
}
