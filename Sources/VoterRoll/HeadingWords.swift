/// Words of headings that say whose or which, and not what.
enum HeadingWords {
    /// At the end: `Nom du salarie`, `Portable professionnel`, `Email 1`. The longer before those that they end with.
    private static let ends = [
        "delapersonne", "dutitulaire", "delelecteur", "deladherent", "dusalarie", "delasalariee", "delagent",
        "delemploye", "employee", "salarie", "electeur", "adherent", "agent", "employe", "personnelle", "personnel",
        "principale", "principal", "complete", "complet", "perso", "1",
    ]
    /// The same of what belongs to the work: a mailbox or a telephone is the voter's, a street is the firm's.
    private static let work = ["professionnelle", "professionnel", "entreprise", "pro"]
    /// Before a telephone: `N. de tel. portable`.
    private static let beginnings = [
        "numerode", "numero", "numde", "num", "node", "no", "nde", "ndu", "n",
    ]

    /// The heading without such words, and whether they are of the work; nil where it holds none.
    static func plain(_ folded: String) -> (heading: String, isOfWork: Bool)? {
        for (words, isOfWork) in [(ends, false), (work, true)] {
            guard let end = words.first(where: { folded.hasSuffix($0) && folded.count > $0.count + 1 }) else {
                continue
            }
            return (String(folded.dropLast(end.count)), isOfWork)
        }
        return nil
    }

    /// The heading of a telephone number without `N. de`; nil where it does not begin with that.
    static func unnumbered(_ folded: String) -> String? {
        guard let start = beginnings.first(where: { folded.hasPrefix($0) && folded.count > $0.count + 2 }) else {
            return nil
        }
        return String(folded.dropFirst(start.count))
    }
}
