import Console
import Testing

struct PhrasesTests {
    private let phrases = Phrases([
        "is missing": "manque", "is missing: the election has several ({})": "manque : il y en a plusieurs ({})",
        "is used twice: first on line {}": "est employé deux fois : d'abord à la ligne {}",
        "has {} fields where the headings have {}": "a {} champs pour {} titres",
        "The secrets of batch {} are wiped.": "Secrets effacés.",
        "... (on {} lines)": "... ({} lignes)", "... of the sheet {}": "... de la feuille {}",
    ])

    @Test(arguments: [
        ("is missing", "manque"),
        ("is missing: the election has several (a, b)", "manque : il y en a plusieurs (a, b)"),
        ("is used twice: first on line 12", "est employé deux fois : d'abord à la ligne 12"),
        ("has 3 fields where the headings have 7", "a 3 champs pour 7 titres"),
        ("The secrets of batch 4 are wiped.", "Secrets effacés."),
        ("is missing (on 3 lines)", "manque (3 lignes)"),
        ("a (on 2 lines) is missing (on 3 lines)", "a (on 2 lines) manque (3 lignes)"),
        (
            "is used twice: first on line 2 of the sheet A",
            "est employé deux fois : d'abord à la ligne 2 de la feuille A"
        ),
        ("is missing of the sheet A (on 3 lines)", "manque de la feuille A (3 lignes)"),
    ])
    func `a phrase is said with what changes in it`(english: String, french: String) {
        #expect(phrases.french(english) == french)
    }

    @Test func `a value or a place before it stays`() {
        #expect(phrases.french("\"de\" is missing") == "\"de\" manque")
        #expect(
            phrases.french("roll.csv:7: is used twice: first on line 2")
                == "roll.csv:7: est employé deux fois : d'abord à la ligne 2")
    }

    @Test(arguments: ["", "something else", "is missing.", "has 3 fields where", "else (on 3 lines)"])
    func `what nobody knows stays as it is`(reason: String) { #expect(phrases.french(reason) == reason) }
}
