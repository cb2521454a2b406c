/// The words by which a street's name begins: its number and its kind.
enum WayKinds {
    /// Kinds of way as they are written in short (the post's list of 2005 and what payroll programs make of it), and in full.
    private static let kinds: [String: String] = [
        "all": "allee", "av": "avenue", "ave": "avenue", "bd": "boulevard", "bld": "boulevard", "blvd": "boulevard",
        "boul": "boulevard", "ch": "chemin", "che": "chemin", "chem": "chemin", "cite": "cite", "crs": "cours",
        "esp": "esplanade", "fbg": "faubourg", "fg": "faubourg", "ham": "hameau", "imp": "impasse",
        "lot": "lotissement",
        "mte": "montee", "pas": "passage", "pass": "passage", "pl": "place", "prom": "promenade", "q": "quai",
        "quai": "quai",
        "r": "rue", "res": "residence", "rte": "route", "sen": "sente", "sq": "square", "str": "street", "vla": "villa",
    ]
    private static let fullKinds = Set(kinds.values)
    /// Streets are named after days: `8 mai 1945`, `11 novembre`.
    private static let months: Set<String> = [
        "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre",
        "decembre",
    ]

    /// A word as it is compared: without its point.
    private static func plain(_ bytes: some Collection<UInt8>) -> String {
        let word = Folding.plain(String(decoding: bytes, as: UTF8.self))
        return word.hasSuffix(".") ? String(word.dropLast()) : word
    }

    /// Whether a street's name begins with its number already: `12 rue des Lilas`. A name may begin with a number of its own.
    /// - Parameter isAlone: whether the number is all that stands in columns of its own.
    static func begins(_ name: [UInt8], with number: [UInt8], isAlone: Bool) -> Bool {
        guard number.first.map({ 48...57 ~= $0 }) == true, name.starts(with: number), name.count > number.count else {
            return false
        }
        let next = name[number.count]
        guard !(48...57 ~= next), !(97...122 ~= next | 32) else { return false }
        let words = name.dropFirst(number.count).split { $0 == 32 || $0 == 44 }.map(plain)
        // Behind the number may stand its `bis`.
        if words.prefix(2).contains(where: { kinds[$0] != nil || fullKinds.contains($0) }) { return true }
        return isAlone && words.first.map { !months.contains($0) } == true
    }

    /// Whether a kind of way is the first word of a street's name already: `AV` of `Avenue Foch`, but not `R` of `Royale`.
    static func isKind(_ kind: [UInt8], of name: [UInt8]) -> Bool {
        let (word, wanted) = (plain(name.prefix { $0 != 32 }), plain(kind))
        // A number is no kind, though the name may begin with it.
        guard wanted.first?.isLetter == true else { return false }
        return word == wanted || kinds[wanted] == word || kinds[word] == wanted
    }
}
