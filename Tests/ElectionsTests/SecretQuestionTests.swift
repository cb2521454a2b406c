import Elections
import Testing

struct SecretQuestionTests {
    @Test(
        arguments: [
            "Votre date de naissance ?", "DATE DE NAISSANCE (JJ/MM/AAAA)", "Quand êtes-vous né(e) ?",
            "Quel jour êtes vous nee",
            "En quelle année naquit votre mère ?", "Jour et mois de naissance", "Quel est votre âge ?",
            "Votre anniversaire ?",
            "What is your date of birth?", "When were you born?", "Your birthday", "How old are you?", "DOB",
            "Year of birth",
            "date-de-naissance", "Vous êtes né le", "Né(e) le :", "Born on",
        ])
    func `a date of birth is no secret`(question: String) { #expect(SecretQuestion.asks(question) == .birthDate) }

    @Test(
        arguments: [
            ("Votre code postal ?", .postcode), ("CODE-POSTAL", .postcode), ("Your ZIP code?", .postcode),
            ("Postcode of your home", .postcode), ("Quel est votre département de naissance ?", .department),
            ("Numéro du DEPARTEMENT", .department), ("Which department do you work in?", .department),
            ("Les 5 derniers chiffres de votre n° de sécurité sociale", .socialSecurity),
            ("Votre N.I.R.", .socialSecurity),
            ("Your National Insurance number", .socialSecurity), ("Votre NIR", .socialSecurity),
            ("Numéro de carte vitale", .socialSecurity), ("Votre numéro de sécu", .socialSecurity),
        ] as [(String, SecretQuestion?)])
    func `what files and envelopes tell is no secret`(question: String, asked: SecretQuestion?) {
        #expect(SecretQuestion.asks(question) == asked)
    }

    @Test(
        arguments: [
            "Le nom de votre premier outil ?", "The name of your first tool?",
            "Quel jour de la semaine ne travaillez-vous jamais ?",
            "Dans quelle ville êtes-vous né ?", "Quel est le lieu de votre naissance ?",
            "The name of an aunt born abroad?", "La date de votre anniversaire de mariage ?",
            "Quel était le nom de votre école ?", "The town where you were born",
            "Le mot convenu avec le service du personnel",
            "Votre plat préféré, et l'année où vous l'avez goûté",
        ])
    func `other questions may be asked`(question: String) { #expect(SecretQuestion.asks(question) == nil) }
}
