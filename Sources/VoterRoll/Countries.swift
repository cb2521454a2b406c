import Foundation

/// Names of countries, French and English, by which a typing error in the country's column is found.
enum Countries {
    private static let known: Set<String> = {
        var names: Set<String> = []
        for language in ["fr", "en"] {
            let locale = Locale(identifier: language)
            for region in Locale.Region.isoRegions where region.identifier.count == 2 {
                names.insert(Folding.plain(region.identifier))
                if let name = locale.localizedString(forRegionCode: region.identifier) {
                    names.insert(Folding.plain(name))
                }
            }
        }
        // How people write them, beside the official names.
        return names.union([
            "fra", "angleterre", "england", "ecosse", "scotland", "paysdegalles", "wales", "grandebretagne",
            "greatbritain", "uk", "usa", "etatsunisdamerique", "unitedstatesofamerica", "hollande", "holland", "coree",
            "republiquetcheque", "czechrepublic", "lareunion", "uae",
        ])
    }()

    /// Whether a country has this name.
    static func contains(_ name: String) -> Bool { known.contains(Folding.plain(name)) }
}
