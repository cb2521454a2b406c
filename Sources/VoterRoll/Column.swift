/// The columns a roll may have.
package enum Column: String, Sendable, CaseIterable {
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

    /// Headings by which the column is known, French and English, folded by `fold`.
    private var headings: [String] {
        switch self {
        case .reference:
            [
                "reference", "ref", "matricule", "numero", "numeroelecteur", "idelecteur", "id", "employeeid", "number",
                "identifiantrh", "nip",
            ]
        case .civility: ["civilite", "civ", "titre", "title", "civility", "salutation"]
        case .lastName: ["nom", "nomdefamille", "nomusage", "nomdusage", "lastname", "surname", "familyname", "name"]
        case .firstName: ["prenom", "prenoms", "firstname", "givenname", "forename"]
        case .email:
            ["email", "mail", "courriel", "adressemail", "adresseemail", "adresseelectronique", "emailaddress"]
        case .phone:
            [
                "telephone", "tel", "mobile", "portable", "telephonemobile", "telephoneportable", "phone",
                "mobilephone",
                "phonenumber", "numerodetelephone",
            ]
        case .address1: ["adresse1", "adresse", "address1", "address", "adresseligne1", "addressline1"]
        case .address2: ["adresse2", "address2", "adresseligne2", "addressline2"]
        case .address3: ["adresse3", "address3", "adresseligne3", "addressline3"]
        case .address4: ["adresse4", "address4", "adresseligne4", "addressline4"]
        case .address5: ["adresse5", "address5", "adresseligne5", "addressline5"]
        case .address6: ["adresse6", "address6", "adresseligne6", "addressline6"]
        case .postcode: ["codepostal", "cp", "postcode", "postalcode", "zip", "zipcode"]
        case .town: ["ville", "commune", "town", "city", "localite"]
        case .country: ["pays", "country"]
        case .college: ["college", "collegeelectoral", "electoralcollege"]
        case .site: ["site", "etablissement", "lieu", "location"]
        case .weight: ["poids", "weight", "voix", "nombredevoix", "ponderation"]
        case .language: ["langue", "language", "lang"]
        case .channel: ["canal", "canalprefere", "channel", "preferredchannel", "modedenvoi"]
        case .challenge: ["defi", "reponsesecrete", "challenge", "secretanswer", "reponse"]
        }
    }

    private static let byHeading: [String: Column] = {
        var result: [String: Column] = [:]
        for column in allCases {
            for heading in column.headings + [fold(column.rawValue)] { result[heading] = column }
        }
        return result
    }()

    /// The column that a heading means; `map` (heading to column name) comes first.
    package static func named(_ heading: String, map: [String: Column]) -> Column? {
        map[fold(heading)] ?? byHeading[fold(heading)]
    }

    /// Letters and digits alone, lower case, without accents: `Prénom(s)` is `prenoms`.
    package static func fold(_ text: String) -> String { Folding.plain(text) }
}
