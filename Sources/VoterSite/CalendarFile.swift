import Contacts
import Elections
import Foundation
import HTTPServer
import Polling
import Store

/// The poll's hours as a file for calendars (iCalendar, RFC 5545).
struct CalendarFile {
    /// Octets of a line with what folds it (section 3.1).
    private static let longestLine = 75
    /// The same event each time, so that a calendar that holds it takes the hours in force.
    let identity: String
    /// The event's name, what it says, and the site's address.
    let summary, text, address: String
    /// Seconds since 1970.
    let opens, closes, now: Int
    /// How often the hours were changed: a calendar that holds the event takes a higher number alone.
    let version: Int
    /// Whether calendars are to strike the event out.
    let isCancelled: Bool

    /// The file.
    /// In UTF-8 with CRLF, as the standard asks.
    var bytes: [UInt8] {
        let lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Isoloir//voting hours//FR", "METHOD:PUBLISH", "BEGIN:VEVENT",
            "UID:\(escaped(identity))", "DTSTAMP:\(CalendarFile.time(now))", "DTSTART:\(CalendarFile.time(opens))",
            "DTEND:\(CalendarFile.time(closes))", "SEQUENCE:\(version)",
            "STATUS:\(isCancelled ? "CANCELLED" : "CONFIRMED")", "SUMMARY:\(escaped(summary))",
            "DESCRIPTION:\(escaped(text))", "URL:\(address)", "TRANSP:TRANSPARENT", "END:VEVENT", "END:VCALENDAR",
        ]
        return Array(lines.map { CalendarFile.folded($0) + "\r\n" }.joined().utf8)
    }

    /// A time in UTC: every calendar turns it into its own hour.
    /// - Returns: `20261124T080000Z`.
    static func time(_ seconds: Int) -> String {
        Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(
            Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted))
    }

    /// What a text must not end or begin by itself (section 3.3.11).
    private func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "\\", ";", ",": result += "\\\(character)"
            case let other where other.isNewline: result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }

    /// A line in pieces of so many octets, each behind the first after a space; no character is cut.
    static func folded(_ line: String) -> String {
        var (result, count) = ("", 0)
        for scalar in line.unicodeScalars {
            let size = String(scalar).utf8.count
            if count + size > longestLine {
                result += "\r\n "
                count = 1
            }
            result.unicodeScalars.append(scalar)
            count += size
        }
        return result
    }
}
