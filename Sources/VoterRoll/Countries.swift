package import Contacts
import Foundation

extension PostalAddress {
    /// Where numbers without + are at home in the row of this address.
    package var phoneHome: PhoneNumber.Home {
        guard postcode == nil, let country = lines.last else { return .france }
        return Countries.home(Countries.regions[Folding.plain(country)], name: country)
    }
}

extension VoterContacts {
    /// Where a number that its voter says without + is at home.
    package var phoneHome: PhoneNumber.Home { address?.phoneHome ?? .france }

    /// What is changed in a number that its voter says, in clauses that stand after it.
    package func notes(of number: String) -> [String] { PhoneNumber.notes(of: number, home: phoneHome).reasons }
}

/// Names of countries, French and English, by which a typing error in the country's column is found.
enum Countries {
    /// Where numbers without + are at home in a row with this country.
    /// - Parameter region: its ISO 3166 code; nil where the name is none that is known.
    static func home(_ region: String?, name: String) -> PhoneNumber.Home {
        guard let region else { return PostalAddress.isFrance(name) ? .france : .abroad([]) }
        return PostalAddress.isFrance(region) ? .france : .abroad(PhonePlan.plans(of: region))
    }

    /// ISO 3166 codes of the countries whose postcodes are five digits, together or in two groups, as France's are (Universal Postal
    /// Union, addressing systems).
    static let fiveDigits: Set<String> = [
        "AX", "BA", "BT", "CR", "CU", "CZ", "DE", "DO", "DZ", "EE", "EG", "ES", "FI", "FM", "GR", "GT", "GU", "HN",
        "HR",
        "IC", "ID", "IQ", "IT", "JO", "KE", "KH", "KR", "KW", "LA", "LK", "LT", "LY", "MA", "MC", "ME", "MH", "MM",
        "MN",
        "MU", "MV", "MX", "MY", "NI", "NP", "PE", "PK", "PR", "PW", "RS", "SA", "SD", "SE", "SK", "SM", "SN", "TH",
        "TR",
        "TW", "UA", "US", "UY", "VA", "VI", "VN", "XK", "ZM",
    ]

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
        // How people write them, beside the official names.
        return names.merging([
            "fra": "FR", "angleterre": "GB", "england": "GB", "ecosse": "GB", "scotland": "GB", "paysdegalles": "GB",
            "wales": "GB", "grandebretagne": "GB", "greatbritain": "GB", "uk": "GB", "usa": "US",
            "etatsunisdamerique": "US", "unitedstatesofamerica": "US", "hollande": "NL", "holland": "NL", "coree": "KR",
            "republiquetcheque": "CZ", "czechrepublic": "CZ", "lareunion": "RE", "uae": "AE",
        ]) { $1 }.merging(PostalAddress.otherCodes.map { (Folding.plain($0.key), $0.value) }) { $1 }
    }()
}
