package import Foundation

extension LocalTime {
    /// What a date and hour of a time zone come to.
    package enum Reading: Sendable, Equatable {
        /// Seconds since 1970.
        case time(Int)
        /// Clocks are put forward over it: there is no such hour.
        case skipped(next: String)
        /// Clocks are put back over it: there are two such hours.
        case twice(before: String, after: String)
        case malformed

        /// What is wrong, in words that stand after the text, with the cure.
        package var fault: String {
            switch self {
            case .time: ""
            case .malformed: "is no date and time of this time zone; write it as 2026-11-24 09:00"
            case .skipped(let next):
                "does not exist: clocks are put forward over it that night; write \(next), or an earlier hour"
            case .twice(let before, let after):
                "comes twice that night, when clocks are put back; write an hour that comes once: \(before) or earlier, \(after) or later"
            }
        }
    }

    /// Seconds within which two hours of the same name may lie: no zone shifts its clock by more than three.
    private static let shift = 3 * 3600

    /// Reads `2026-11-24 09:00` and finds hours that never come, and those that come twice.
    package static func reading(_ text: String, zone: TimeZone) -> Reading {
        guard let time = read(text, zone: zone) else {
            // Right by any other calendar: then it is this zone's clock that jumps over it.
            guard let utc = TimeZone(secondsFromGMT: 0), let plain = read(text, zone: utc) else { return .malformed }
            let guess = plain - zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(plain - shift)))
            guard
                let jump = zone.nextDaylightSavingTimeTransition(
                    after: Date(timeIntervalSince1970: Double(guess - shift)))
            else { return .malformed }
            return .skipped(next: short(Int(jump.timeIntervalSince1970), zone: zone.identifier))
        }
        let (before, after) = (offset(time - shift, zone), offset(time + shift, zone))
        guard after < before else { return .time(time) }
        // Both readings of the same clock, by the two offsets.
        let plain = time + offset(time, zone)
        let (first, second) = (plain - before, plain - after)
        guard offset(first, zone) == before, offset(second, zone) == after else { return .time(time) }
        return twice(between: first, second, zone)
    }

    private static func twice(between first: Int, _ second: Int, _ zone: TimeZone) -> Reading {
        let start = Date(timeIntervalSince1970: Double(first))
        guard let back = zone.nextDaylightSavingTimeTransition(after: start) else { return .time(first) }
        let end = Int(back.timeIntervalSince1970)
        let length = second - first
        return .twice(
            before: short(end - length - 60, zone: zone.identifier), after: short(end + length, zone: zone.identifier))
    }

    private static func offset(_ time: Int, _ zone: TimeZone) -> Int {
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(time)))
    }
}
