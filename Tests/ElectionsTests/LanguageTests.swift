import Elections
import Testing

struct LanguageTests {
    /// `_` stands for a no-break space.
    @Test(arguments: [
        ("", ""), (" ", " "), ("Le vote", "Le vote"), ("l'urne d'hier", "l\u{2019}urne d\u{2019}hier"),
        ("Prêt ?", "Prêt_?"), ("Oui ! Non ; si : « là » ?", "Oui_! Non_; si_: «_là_»_?"), (" ?", "_?"),
        ("fin « ", "fin «_"), ("fin ", "fin "), ("« !", "«_!"), ("deux  ?", "deux _?"), ("à 18:30, ?x", "à 18:30,_?x"),
        ("Ã « é »", "Ã «_é_»"), ("👵🏽 : là", "👵🏽_: là"),
    ])
    func `French is set with its apostrophes and no-break spaces`(written: String, printed: String) {
        #expect(Language.fr.typeset(written) == printed.replacing("_", with: "\u{A0}"))
        #expect(Language.en.typeset(written) == written)
    }
}
