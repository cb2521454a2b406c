import Foundation

/// Hours for people in several time zones: whoever reads one finds their own beside it.
extension Election {
    /// The zones of sites whose clocks show another hour than the election's at some of these times, each once.
    private func otherZones(_ times: [Int]) -> [String] {
        guard !siteZones.isEmpty else { return [] }
        func offsets(_ name: String) -> [Int] {
            guard let zone = TimeZone(identifier: name) else { return [] }
            return times.map { zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0))) }
        }
        let own = offsets(timeZone)
        var known: [[Int]] = []
        return Set(siteZones.values).sorted().filter { zone in
            let found = offsets(zone)
            guard found != own, !known.contains(found) else { return false }
            known.append(found)
            return true
        }
    }

    /// What stands in brackets behind times that were given in the election's zone: its name, and the same times in the zones of
    /// the sites. `heure de Paris ; 12 h 00 et 20 h 00, heure de La R\u{E9}union`.
    package func zoneWords(_ times: [Int], _ language: Language) -> String {
        let others = otherZones(times).map { zone in
            let hours = times.map { hour($0, in: zone, language) }.joined(separator: language == .fr ? " et " : " and ")
            return "\(hours), \(LocalTime.zoneName(zone, language))"
        }
        let separator = language == .fr ? "\u{A0}; " : "; "
        return ([LocalTime.zoneName(timeZone, language)] + others).joined(separator: separator)
    }

    /// The hour alone where the day is the same; the date with it where it is another.
    private func hour(_ time: Int, in zone: String, _ language: Language) -> String {
        let isSameDay = LocalTime.short(time, zone: zone).prefix(10) == LocalTime.short(time, zone: timeZone).prefix(10)
        return isSameDay
            ? LocalTime.clock(time, zone: zone, language) : LocalTime.phrase(time, zone: zone, language)
    }

    /// An hour of the day by the election's clock, with the sites' beside it where they show another.
    package func clockWords(_ time: Int, _ language: Language) -> String {
        let hour = LocalTime.clock(time, zone: timeZone, language)
        return otherZones([time]).isEmpty ? hour : "\(hour) (\(zoneWords([time], language)))"
    }

    /// A date and hour by the election's clock that names its zone, and with the sites' where they show another.
    package func timeWordsWithZone(_ time: Int, _ language: Language) -> String {
        "\(LocalTime.phrase(time, zone: timeZone, language)) (\(zoneWords([time], language)))"
    }

    /// A date and hour by the election's clock, with the sites' beside it where they show another.
    package func timeWords(_ time: Int, _ language: Language) -> String {
        let phrase = LocalTime.phrase(time, zone: timeZone, language)
        return otherZones([time]).isEmpty ? phrase : "\(phrase) (\(zoneWords([time], language)))"
    }
}
