package import Foundation

/// A time zone that is a place, with the name that people there use.
package enum TimeZonePlace {
    /// Regions of the zone database whose zones are places; `Etc/GMT+5` turns the sign round, `EST` knows no summer, and
    /// nobody's watch is set by either.
    private static let regions: Set<Substring> = [
        "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific",
    ]

    /// The zone of this name; nil where it is none, or no place's.
    package static func zone(_ name: String) -> TimeZone? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 2, let region = parts.first, regions.contains(region) else { return nil }
        return TimeZone(identifier: name)
    }

    /// What stands behind "heure", and before "time".
    private typealias Name = (french: String, english: String)

    /// French zones, and neighbours whose city has a French name.
    private static let names: [String: Name] = [
        "Europe/Paris": ("de Paris", "Paris"),
        "America/Cayenne": ("de Guyane", "French Guiana"),
        "America/Guadeloupe": ("de Guadeloupe", "Guadeloupe"),
        "America/Marigot": ("de Saint-Martin", "Saint Martin"),
        "America/Martinique": ("de Martinique", "Martinique"),
        "America/Miquelon": ("de Saint-Pierre-et-Miquelon", "Saint Pierre and Miquelon"),
        "America/St_Barthelemy": ("de Saint-Barth\u{E9}lemy", "Saint Barth\u{E9}lemy"),
        "Indian/Kerguelen": ("des Kerguelen", "Kerguelen"),
        "Indian/Mayotte": ("de Mayotte", "Mayotte"),
        "Indian/Reunion": ("de La R\u{E9}union", "R\u{E9}union"),
        "Pacific/Gambier": ("des Gambier", "Gambier Islands"),
        "Pacific/Marquesas": ("des Marquises", "Marquesas"),
        "Pacific/Noumea": ("de Noum\u{E9}a", "Noum\u{E9}a"),
        "Pacific/Tahiti": ("de Tahiti", "Tahiti"),
        "Pacific/Wallis": ("de Wallis-et-Futuna", "Wallis and Futuna"),
        "Africa/Algiers": ("d'Alger", "Algiers"),
        "Europe/Brussels": ("de Bruxelles", "Brussels"),
        "Europe/Lisbon": ("de Lisbonne", "Lisbon"),
        "Europe/London": ("de Londres", "London"),
        "Europe/Vienna": ("de Vienne", "Vienna"),
    ]

    /// `heure de La R\u{E9}union`, `R\u{E9}union time`; a zone without a name of its own goes by its city.
    static func phrase(_ zone: String, _ language: Language) -> String {
        let city = String(zone.split(separator: "/").last ?? "").replacing("_", with: " ")
        let isVowel = city.first.map { "AEIOUYaeiouy".contains($0) } ?? false
        let name = names[zone] ?? (isVowel ? "d'\(city)" : "de \(city)", city)
        return language == .fr ? "heure \(name.french)" : "\(name.english) time"
    }
}
