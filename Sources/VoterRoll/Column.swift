/// The columns a roll may have.
/// Their raw values are the names that `--map`, forms and the store use.
package enum Column: String, Sendable, CaseIterable {
    /// `reference` names the voter for good: matching it with an earlier roll keeps identifier and corrections.
    case reference, civility
    case lastName = "last_name"
    case firstName = "first_name"
    case email, phone, address1, address2, address3, address4, address5, address6, postcode, town, country, college,
        site, weight, language, channel, challenge

    /// The column's place in `allCases`, without a search.
    var ordinal: Int {
        switch self {
        case .reference: 0
        case .civility: 1
        case .lastName: 2
        case .firstName: 3
        case .email: 4
        case .phone: 5
        case .address1: 6
        case .address2: 7
        case .address3: 8
        case .address4: 9
        case .address5: 10
        case .address6: 11
        case .postcode: 12
        case .town: 13
        case .country: 14
        case .college: 15
        case .site: 16
        case .weight: 17
        case .language: 18
        case .channel: 19
        case .challenge: 20
        }
    }

    /// Whether it says where the voter is reached: mail, telephone, and all of the postal address.
    var isContact: Bool { Column.email.ordinal...Column.country.ordinal ~= ordinal }

    /// Whether it is of the postal address.
    var isAddress: Bool { Column.address1.ordinal...Column.country.ordinal ~= ordinal }

    /// Headings by which the column is known, French and English, folded by `fold`: those of a later rank give way to those of
    /// an earlier one, as birth names do to usage names and landlines to mobiles.
    private var ranks: [[String]] {
        switch self {
        case .reference:
            [
                [
                    "reference", "ref", "matricule", "numero", "numeroelecteur", "idelecteur", "id", "employeeid",
                    "number",
                    "identifiantrh", "nip", "nmatricule", "nomatricule", "nummatricule", "numeromatricule",
                    "numerodematricule", "ndematricule", "matriculerh", "matriculepaie", "matriculesalarie",
                    "matriculeagent", "nadherent", "numeroadherent", "numerodadherent", "numadherent", "ndadherent",
                    "codeadherent", "nelecteur", "ndelecteur", "idrh", "idsalarie", "codesalarie", "nsalarie",
                    "numerosalarie", "employeenumber", "identifiant", "identifiantsalarie", "identifiantagent",
                    "identifiantadherent", "identifiantelecteur", "nni", "nsap", "idsap", "mle", "nmle", "nagent",
                    "numeroagent",
                    "codeagent", "nemploye", "numeroemploye", "nemployee", "employeeid",
                ]
            ]
        case .civility:
            [
                [
                    "civilite", "civ", "titre", "title", "civility", "salutation", "libellecivilite", "codecivilite",
                    "civilites", "mmme", "mmemr",
                ],
                ["sexe", "genre", "sex", "sexemf", "sexehf", "sexefm", "codesexe", "gender"],
            ]
        case .lastName:
            [
                [
                    "nomusage", "nomdusage", "nomusuel", "nommarital", "nomdepouse", "nomdusagesalarie", "usagename",
                    "preferredlastname", "marriedname", "nomdepoux", "nomepoux", "nomepouse", "nomdusageoumarital",
                    "nomcourant",
                ],
                ["nom", "nomdefamille", "lastname", "surname", "familyname", "name", "nomsalarie", "nomagent"],
                [
                    "nomdenaissance", "nomnaissance", "nompatronymique", "patronyme", "nomdejeunefille", "birthname",
                    "maidenname", "nomnaiss", "nomdefamilledenaissance", "nomfamillenaissance",
                ],
            ]
        case .firstName:
            [
                ["prenomusuel", "prenomdusage", "prenomusage", "preferredname", "preferredfirstname"],
                [
                    "prenom", "firstname", "givenname", "forename", "prenomsalarie", "prenomagent", "prenom1",
                    "1erprenom", "premierprenom", "prenomdelagent", "prenomdusalarie", "prenomcourant",
                ],
                ["prenoms", "firstnames", "givennames", "prenomdenaissance", "prenometatcivil", "prenomsetatcivil"],
            ]
        case .email:
            [
                [
                    "email", "mail", "courriel", "adressemail", "adresseemail", "adresseelectronique", "emailaddress",
                    "mel",
                    "emailpro", "mailpro", "emailprofessionnel", "mailprofessionnel", "courrielprofessionnel",
                    "courrielpro", "melpro", "melprofessionnel", "adressemailpro", "adressemailprofessionnelle",
                    "adresseemailprofessionnelle", "mailperso", "emailperso", "mailpersonnel", "emailpersonnel",
                    "courrielpersonnel", "courrielperso", "adressemailperso", "adressemailpersonnelle", "workemail",
                    "personalemail", "messagerie", "adressedemessagerie", "adressemessagerie", "adressecourriel",
                    "adressemel",
                    "adresseelectroniqueprofessionnelle", "mailaddress",
                ],
                [
                    "email2", "mail2", "courriel2", "mel2", "autreemail", "autremail", "emailsecondaire",
                    "mailsecondaire",
                    "secondemail", "emailbis", "mailbis",
                ],
            ]
        case .phone:
            [
                [
                    "mobile", "portable", "telephonemobile", "telephoneportable", "mobilephone", "gsm", "telmobile",
                    "telportable", "portablepro", "portableperso", "mobilepro", "mobileperso", "telportablepro",
                    "telportableperso", "telmobilepro", "telmobileperso", "ndeportable", "nportable",
                    "numerodeportable",
                    "numeroportable", "telport", "port", "telgsm", "mobiletelephone", "telephonegsm", "ndemobile",
                    "numerodemobile", "numeromobile", "cellphone", "mobilenumber",
                ],
                [
                    "telephone", "tel", "phone", "phonenumber", "numerodetelephone", "ndetelephone", "ntelephone",
                    "numerotelephone", "notelephone", "ndetel", "ntel", "numtel", "telephone1", "tel1", "telephonepro",
                    "telpro", "telephoneprofessionnel", "telephonepersonnel", "telperso", "telephoneperso",
                ],
                [
                    "telephonefixe", "telfixe", "fixe", "lignefixe", "landline", "telephonedomicile", "teldomicile",
                    "homephone",
                ],
                [
                    "telephone2", "tel2", "telephone3", "tel3", "autretelephone", "autretel", "secondtelephone",
                    "deuxiemetelephone", "numerotelephone2", "ntel2", "ntelephone2", "portable2", "mobile2", "gsm2",
                ],
            ]
        case .address1:
            [
                [
                    "adresse1", "adr1", "adr", "ligneadresse1", "adresse", "domicile", "adressedomicile",
                    "adressedudomicile", "address1", "address",
                    "adresseligne1", "addressline1",
                ]
            ]
        case .address2:
            [
                ["adresse2", "adr2", "ligneadresse2", "address2", "adresseligne2", "addressline2"],
                [
                    "complement2", "complementadresse2", "complementdadresse2", "complement2adresse",
                ],
            ]
        case .address3:
            [
                ["adresse3", "adr3", "ligneadresse3", "address3", "adresseligne3", "addressline3"],
                [
                    "complement", "complementadresse", "complementdadresse", "complementadresse1",
                    "complementdadresse1",
                    "compladresse", "complementdelocalisation", "complement1", "complementadr", "compladr",
                    "complementdeladresse", "cpltadresse", "adressecomplement", "suiteadresse",
                ],
                ["residence", "immeuble", "residencebatiment", "immeublebatiment"],
            ]
        case .address4:
            [
                ["adresse4", "adr4", "ligneadresse4", "address4", "adresseligne4", "addressline4"],
                [
                    "rue", "voie", "nomvoie", "nomrue", "nomderue", "nomdelarue", "libellerue", "libelledelavoie",
                    "intitulevoie", "intituledevoie", "streetname", "adressevoie", "adressenomvoie",
                    "adressenomdevoie", "adresselibellevoie", "netvoie", "nvoie", "numeroetvoie", "numetvoie",
                    "numerovoie", "nomdevoie",
                    "nomdelavoie",
                    "libellevoie", "libelledevoie", "netnomdevoie", "nrue", "netrue", "numeroetrue", "adressepostale",
                    "adresserue", "netlibellevoie", "netlibelledevoie", "numeroetlibellevoie", "numeroetlibelledevoie",
                    "numetlibellevoie", "voieetnumero", "ndevoie", "numerodevoie", "street", "streetaddress",
                ],
            ]
        case .address5:
            [["adresse5", "adr5", "ligneadresse5", "address5", "adresseligne5", "addressline5"], ["lieudit"]]
        case .address6: [["adresse6", "adr6", "ligneadresse6", "address6", "adresseligne6", "addressline6"]]
        case .postcode:
            [
                [
                    "codepostal", "cp", "postcode", "postalcode", "zip", "zipcode", "codepost", "codpostal", "codpos",
                    "codpost", "cpost", "cpostal",
                    "cpdomicile", "cdpostal", "codepostaldomicile",
                ]
            ]
        case .town:
            [
                [
                    "ville", "villecommune", "communeville", "codepostaletville", "codepostalville", "cpville",
                    "cpetville", "codepostaletcommune", "codepostalcommune", "cpcommune", "commune", "town", "city",
                    "localite", "bureaudistributeur", "libellecommune",
                    "nomcommune", "nomdelacommune", "libelleville", "bureaudeposte",
                    "villederesidence", "communederesidence",
                ]
            ]
        case .country:
            [
                [
                    "pays", "codepays", "codepaysiso", "paysiso", "isopays", "countrycode", "paysresidence",
                    "paysadresse", "country", "paysderesidence", "libellepays", "nompays", "paysdomicile",
                ]
            ]
        case .college: [["college", "collegeelectoral", "electoralcollege"]]
        case .site: [["site", "etablissement", "lieu", "location"]]
        case .weight: [["poids", "weight", "voix", "nombredevoix", "ponderation"]]
        case .language: [["langue", "language", "lang"]]
        case .channel: [["canal", "canalprefere", "channel", "preferredchannel", "modedenvoi"]]
        case .challenge: [["defi", "reponsesecrete", "challenge", "secretanswer", "reponse"]]
        }
    }

    /// Column and rank of each folded heading, the columns' own names among them.
    private static let byHeading: [String: (Column, Int)] = {
        var result: [String: (Column, Int)] = [:]
        for column in allCases {
            for (rank, headings) in column.ranks.enumerated() {
                for heading in headings { result[heading] = (column, rank) }
            }
            result[fold(column.rawValue)] = (column, 0)
        }
        // The program's own name of a column is no better than the others': `last_name` beside a usage name gives way.
        result[fold(Column.lastName.rawValue)] = (.lastName, 1)
        result[fold(Column.firstName.rawValue)] = (.firstName, 1)
        result[fold(Column.phone.rawValue)] = (.phone, 1)
        return result
    }()

    /// The column that a heading means, and how readily it gives way to another heading of the same column.
    static func known(_ folded: String) -> (column: Column, rank: Int)? {
        if let found = byHeading[folded] { return found }
        let bare = HeadingWords.plain(folded)
        if let bare, let found = byHeading[bare.heading] {
            let isOurs = bare.isOfWork ? [.email, .phone].contains(found.0) : true
            // `Nom complet` is two names in one, and no column of ours.
            return isOurs && !(found.0 == .lastName && folded.hasSuffix("complet")) ? found : nil
        }
        guard let rest = HeadingWords.unnumbered(bare?.heading ?? folded) else { return nil }
        return byHeading[rest].flatMap { $0.0 == .phone ? $0 : nil }
    }

    /// The column that a heading means; `map` (heading to column name) comes first.
    package static func named(_ heading: String, map: [String: Column]) -> Column? {
        map[fold(heading)] ?? known(fold(heading))?.column
    }

    /// Whether another column of the same meaning is read where this one's field is empty.
    var hasFallbacks: Bool { [.lastName, .firstName, .phone, .civility, .email].contains(self) }

    /// Every heading that is known, by column: for people.
    package static var headings: [(column: Column, headings: [String])] {
        allCases.map { ($0, $0.ranks.flatMap { $0 }) }
    }

    /// Letters and digits alone, lower case, without accents: `Prénom(s)` is `prenoms`.
    package static func fold(_ text: String) -> String { Folding.plain(text) }
}
