import Contacts
import Foundation

/// Names of countries, French and English, by which a typing error in the country's column is found.
enum Countries {
    /// Where numbers without + are at home in a row with this country.
    /// - Parameter region: its ISO 3166 code; nil where the name is none that is known.
    static func home(_ region: String?, name: String) -> PhoneNumber.Home {
        guard let region else { return PostalAddress.isFrance(name) ? .france : .abroad([]) }
        return PostalAddress.isFrance(region) ? .france : .abroad(PhonePlan.plans(of: region))
    }

    /// ISO 3166 codes of the countries whose postcodes are five digits, together or in two groups, as France's are (Universal Postal
    /// Union, addressing systems). Israel's were until 2013, and are still written.
    static let fiveDigits = Set(
        """
        AS AX BA BT CR CU CZ DE DO DZ EA EE EG ES
        FI FM GR GT GU HN HR IC ID IL IQ IT JO KE
        KH KR KW LA LK LT LY MA MC ME MH MM MN MP
        MU MV MX MY NA NI NP PE PK PL PR PW RS SA
        SD SE SK SM SN TH TR TW TZ UA UM US UY VA
        VI VN XK ZM
        """.split(whereSeparator: \.isWhitespace).map(String.init))

    /// ISO 3166 codes by folded names.
    static let regions: [String: String] = {
        var names: [String: String] = [:]
        for language in ["fr", "en"] {
            let locale = Locale(identifier: language)
            for region in Locale.Region.isoRegions where region.identifier.count == 2 {
                names[Folding.plain(region.identifier)] = region.identifier
                if let name = locale.localizedString(forRegionCode: region.identifier) {
                    names[Folding.plain(name)] = region.identifier
                }
            }
        }
        // As its own people write it. A name that French or English has already stays that country's.
        for (language, regions) in tongues {
            let locale = Locale(identifier: language)
            for region in regions.split(separator: " ").map(String.init) {
                guard let name = locale.localizedString(forRegionCode: region).map(Folding.plain), !name.isEmpty,
                    names[name] == nil
                else { continue }
                names[name] = region
            }
        }
        // How people write them, beside the official names.
        return names.merging([
            "fra": "FR", "angleterre": "GB", "england": "GB", "ecosse": "GB", "scotland": "GB", "paysdegalles": "GB",
            "wales": "GB", "grandebretagne": "GB", "greatbritain": "GB", "uk": "GB", "usa": "US",
            "etatsunisdamerique": "US", "unitedstatesofamerica": "US", "hollande": "NL", "holland": "NL", "coree": "KR",
            "republiquetcheque": "CZ", "czechrepublic": "CZ", "lareunion": "RE", "uae": "AE",
            "turkey": "TR", "vatican": "VA", "palestine": "PS", "emirats": "AE", "etatsunisamerique": "US",
            "capeverde": "CV", "macedoine": "MK", "macedonia": "MK", "swaziland": "SZ", "ivorycoast": "CI",
            "birmanie": "MM", "burma": "MM", "republiqueslovaque": "SK", "bosnie": "BA", "bosnia": "BA",
        ]) { $1 }.merging(PostalAddress.otherCodes.map { (Folding.plain($0.key), $0.value) }) { $1 }
    }()

    /// Languages, and the ISO 3166 codes of the countries that call themselves by a name of it: those whose letters are
    /// Latin.
    private static let tongues = [
        "de": "DE AT CH LI LU BE", "it": "IT CH SM VA", "rm": "CH", "nl": "NL BE", "lb": "LU", "pt": "PT BR AO MZ CV",
        "es": "ES MX AR BR CL CO CR CU DO EC GT HN NI PA PE PR PY SV UY VE BO", "ca": "AD ES", "pl": "PL", "cs": "CZ",
        "sk": "SK", "hu": "HU", "ro": "RO MD", "hr": "HR BA", "sl": "SI", "sr-Latn": "RS ME BA XK", "sq": "AL XK",
        "da": "DK", "sv": "SE FI", "nb": "NO", "fi": "FI", "is": "IS", "et": "EE", "lv": "LV", "lt": "LT",
        "tr": "TR CY",
        "ga": "IE", "mt": "MT",
    ]

    /// Short forms that stand alone in a line for a country, folded; other letters behind a street are anything.
    static let shortForms: Set<String> = ["usa", "uk", "uae"]
}
