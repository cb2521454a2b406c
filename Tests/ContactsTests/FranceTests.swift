import Contacts
import Testing

/// What is no name of France is told from its bytes where that can be; names with an accent of its own are always read in full. Both
/// must say the same.
struct FranceTests {
    /// Words as they stand in lines of addresses and in the columns of countries, and parts of them.
    private static let words = [
        "France", "FR", "F", "La", "Réunion", "REUNION", "re", "Union", "St", "Saint", "Martin", "Pierre", "&",
        "Miquelon",
        "et", "Guadeloupe", "(FR)", "Polynésie", "française", "N.C.", "Nouvelle", "Calédonie", "Nlle", "D.O.M.",
        "DOM-TOM",
        "974", "97", "12", "12bis", "rue", "de", "l'Église", "Lille", "Île", "Métropolitaine", "République", "îles",
        "Wallis",
        "Futuna", "GUADELOUP", "Martiniques", "Belgique", "Cœur", "x", "TERRES", "australes", "Outre", "Mer", "French",
        "guiana",
    ]

    @Test func `a name is France's by its bytes where it is by its words`() {
        for first in FranceTests.words {
            for second in [""] + FranceTests.words {
                for third in ["", "FR", "12", "de France", "Union"] {
                    let words = [first, second, third].filter { !$0.isEmpty }
                    let name = words.joined(separator: " ")
                    // An accent at a word's end changes nothing but how the word is read.
                    let marked = words.map { $0.last?.isLetter == true ? $0 + "\u{301}" : $0 }.joined(separator: " ")
                    #expect(PostalAddress.isFrance(name) == PostalAddress.isFrance(marked), "\(name)")
                }
            }
        }
    }

    @Test(
        arguments: [
            "France", "FRANCE MÉTROPOLITAINE", "La Réunion", "St Pierre & Miquelon", "Guadeloupe (FR)", "974", "D.O.M.",
            "Collectivité de Saint-Martin", "N. Calédonie", "Polynésie française", "France 974", "Île de la Réunion",
            "99100", "33", "F-12",
        ])
    func `names of France and its territories are French`(name: String) { #expect(PostalAddress.isFrance(name)) }

    @Test(arguments: [
        "", "12", "99131", "32 12", "Belgique", "12 rue de France", "Réunions", "Île", "Saint", "Maurice",
    ])
    func `other names are not`(name: String) { #expect(!PostalAddress.isFrance(name)) }
}
