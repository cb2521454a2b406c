package import Foundation

/// Times as the organiser writes them, `2026-11-24 09:00` in the election's time zone.
package enum LocalTime {
    /// Seconds since 1970; nil when there is no such time (30 February, the hour skipped in spring).
    package static func read(_ text: String, zone: TimeZone) -> Int? {
        let numbers = text.split(whereSeparator: { "-: T".contains($0) }).map { Int($0) }
        guard text.count == 16, numbers.count == 5, !numbers.contains(nil) else { return nil }
        let parts = numbers.compactMap { $0 }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        var wanted = DateComponents()
        (wanted.year, wanted.month, wanted.day) = (parts[0], parts[1], parts[2])
        (wanted.hour, wanted.minute) = (parts[3], parts[4])
        guard let date = calendar.date(from: wanted) else { return nil }
        let found = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
        guard found.year == wanted.year, found.month == wanted.month, found.day == wanted.day,
            found.hour == wanted.hour, found.minute == wanted.minute
        else { return nil }
        return Int(date.timeIntervalSince1970)
    }

    /// `mardi 24 novembre 2026 \u{E0} 9 h` (minutes follow where there are any: `9 h 05`), or `Tuesday 24 November
    /// 2026 at 09:00`.
    package static func phrase(_ seconds: Int, zone: String, _ language: Language) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: zone) ?? calendar.timeZone
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        let found = calendar.dateComponents([.year, .month, .day, .hour, .minute, .weekday], from: date)
        guard let year = found.year, let month = found.month, let day = found.day, let hour = found.hour,
            let minute = found.minute, let weekday = found.weekday
        else { return "" }
        let twoDigits = minute < 10 ? "0\(minute)" : "\(minute)"
        switch language {
        case .fr:
            let number = day == 1 ? "1er" : "\(day)"
            return "\(frenchDays[weekday - 1]) \(number) \(frenchMonths[month - 1]) \(year) "
                + "\u{E0} \(hour)\u{A0}h" + (minute == 0 ? "" : "\u{A0}\(twoDigits)")
        case .en:
            return "\(englishDays[weekday - 1]) \(day) \(englishMonths[month - 1]) \(year) at "
                + "\(hour < 10 ? "0" : "")\(hour):\(twoDigits)"
        }
    }

    /// The day as it stands on a letter: `Le 1er décembre 2026` or `1 December 2026`.
    package static func day(_ seconds: Int, zone: String, _ language: Language) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: zone) ?? calendar.timeZone
        let found = calendar.dateComponents(
            [.year, .month, .day], from: Date(timeIntervalSince1970: TimeInterval(seconds)))
        guard let year = found.year, let month = found.month, let day = found.day else { return "" }
        return switch language {
        case .fr: "Le \(day == 1 ? "1er" : "\(day)") \(frenchMonths[month - 1]) \(year)"
        case .en: "\(day) \(englishMonths[month - 1]) \(year)"
        }
    }

    /// `24/11/2026 09:00` or `24 Nov 2026 09:00`: for lists that people read.
    package static func brief(_ seconds: Int, zone: String, _ language: Language) -> String {
        let short = short(seconds, zone: zone)
        let (date, hour) = (short.prefix(10).split(separator: "-"), short.suffix(5))
        guard date.count == 3, let month = Int(date[1]), englishMonths.indices.contains(month - 1) else { return short }
        return switch language {
        case .fr: "\(date[2])/\(date[1])/\(date[0]) \(hour)"
        case .en: "\(Int(date[2]) ?? 0) \(englishMonths[month - 1].prefix(3)) \(date[0]) \(hour)"
        }
    }

    /// `2026-11-24 09:00`: for files and commands, in any language.
    package static func short(_ seconds: Int, zone: String) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: zone) ?? calendar.timeZone
        let date = Date(timeIntervalSince1970: TimeInterval(seconds))
        let found = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
        func two(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
        return "\(found.year ?? 0)-\(two(found.month))-\(two(found.day)) \(two(found.hour)):\(two(found.minute))"
    }

    /// `15 h 42` or `15:42`.
    package static func clock(_ seconds: Int, zone: String, _ language: Language) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = TimeZone(identifier: zone) ?? calendar.timeZone
        let found = calendar.dateComponents([.hour, .minute], from: Date(timeIntervalSince1970: TimeInterval(seconds)))
        let (hour, minute) = (found.hour ?? 0, found.minute ?? 0)
        let twoDigits = minute < 10 ? "0\(minute)" : "\(minute)"
        return language == .fr ? "\(hour)\u{A0}h\u{A0}\(twoDigits)" : "\(hour < 10 ? "0" : "")\(hour):\(twoDigits)"
    }

    /// Whose time it is: `heure de Paris`, `Paris time`.
    package static func zoneName(_ zone: String, _ language: Language) -> String {
        TimeZonePlace.phrase(zone, language)
    }

    private static let frenchDays = ["dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"]
    private static let frenchMonths = [
        "janvier", "f\u{E9}vrier", "mars", "avril", "mai", "juin", "juillet", "ao\u{FB}t", "septembre", "octobre",
        "novembre", "d\u{E9}cembre",
    ]
    private static let englishDays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let englishMonths = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
