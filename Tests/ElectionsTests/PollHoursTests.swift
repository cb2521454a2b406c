import Documents
import Elections
import Foundation
import Testing

private let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// The sample election with other lines in place of its own.
private func read(_ changes: [(String, String)] = []) throws -> Result<Election, ElectionReader.Faults> {
    var text = try String(contentsOf: repository.appending(path: "Ballots/cse-2026/election.yaml"), encoding: .utf8)
    for (old, new) in changes {
        try #require(text.contains(old))
        text = text.replacing(old, with: new)
    }
    return ElectionReader.read(text, file: "e.yaml")
}

private func fault(_ changes: [(String, String)]) throws -> String {
    switch try read(changes) {
    case .success: ""
    case .failure(let faults): faults.list.map(\.description).joined(separator: "\n")
    }
}

struct PollHoursTests {
    /// Seconds after the announced opening; the poll lasts 7 days and 8 hours, its grace 15 minutes.
    private static let (day, close) = (86_400, 7 * 86_400 + 8 * 3600)

    @Test(
        arguments: [
            (nil, 0, -1, PollHours.Phase.ahead), (nil, 0, 1, .overdue), (nil, 0, close, .ended),
            (.sealed, 0, -1, .ahead), (.sealed, 0, 0, .overdue), (.sealed, 0, close + 1, .overdue),
            (.open, 0, -1, .ahead), (.open, 0, 0, .open), (.open, 0, close, .grace), (.open, 0, close + 900, .ended),
            (.open, 7200, close, .extended), (.open, 7200, close + 7200, .grace),
            (.suspended, 0, day, .suspended), (.suspended, 0, close + day, .suspended),
            (.closing, 0, close, .grace), (.closing, -day, close - day, .grace),
            (.halted, 0, close, .halted), (.halted, 0, close + 40 * day, .halted),
            (.ended, 0, close + 900, .ended), (.ended, -day, close, .closedEarly),
        ] as [(PollHours.Stage?, Int, Int, PollHours.Phase)])
    func `a moment is one thing to voters`(stage: PollHours.Stage?, moved: Int, at: Int, phase: PollHours.Phase) throws
    {
        let election = try read().get()
        let hours = PollHours(announced: election).changed(stage, closes: election.announcedClose + moved, reason: nil)
        #expect(hours.phase(election.announcedOpening + at) == phase)
    }
}

struct TimeZonePlaceTests {
    @Test(arguments: [
        ("Indian/Reunion", "heure de La R\u{E9}union", "R\u{E9}union time"),
        ("Pacific/Noumea", "heure de Noum\u{E9}a", "Noum\u{E9}a time"),
        ("America/Miquelon", "heure de Saint-Pierre-et-Miquelon", "Saint Pierre and Miquelon time"),
        ("Pacific/Marquesas", "heure des Marquises", "Marquesas time"),
        ("Europe/Athens", "heure d'Athens", "Athens time"),
        ("America/Argentina/Buenos_Aires", "heure de Buenos Aires", "Buenos Aires time"),
    ])
    func `a zone has the name that people use`(zone: String, french: String, english: String) {
        #expect(LocalTime.zoneName(zone, .fr) == french)
        #expect(LocalTime.zoneName(zone, .en) == english)
        #expect(TimeZonePlace.zone(zone) != nil)
    }

    @Test(arguments: ["Etc/GMT+5", "EST", "UTC", "GMT", "CET", "EST5EDT", "US/Eastern", "SystemV/EST5"])
    func `a zone that is no place is refused`(zone: String) throws {
        let fault = try fault([("timezone: Europe/Paris", "timezone: \(zone)")])
        #expect(fault.contains("e.yaml:23:11: \"\(zone)\" is no place") || fault.contains("is no time zone"))
    }

    @Test func `an hour that comes twice or never is refused with the cure`() throws {
        let twice = try fault([("opens: 2026-11-24 09:00", "opens: 2026-10-25 02:30")])
        #expect(twice.contains("comes twice"))
        #expect(twice.contains("2026-10-25 01:59 or earlier, 2026-10-25 03:00 or later"))
        let never = try fault([("opens: 2026-11-24 09:00", "opens: 2026-03-29 02:30")])
        #expect(never.contains("does not exist") && never.contains("write 2026-03-29 03:00"))
        for hour in ["2026-10-25 01:59", "2026-10-25 03:00", "2026-03-29 01:59", "2026-03-29 03:00"] {
            #expect(try fault([("opens: 2026-11-24 09:00", "opens: \(hour)")]) == "")
        }
    }

    @Test func `an election that was stored before stays readable`() throws {
        let text = try String(
            contentsOf: repository.appending(path: "Ballots/cse-2026/election.yaml"), encoding: .utf8
        ).replacing("timezone: Europe/Paris", with: "timezone: UTC")
        guard case .success(let election) = ElectionReader.read(text, file: "", isStored: true) else {
            Issue.record("a stored election cannot be read any more")
            return
        }
        #expect(election.timeZone == "UTC")
    }
}

/// Hours for sites in several time zones.
struct ZoneTests {
    private func election(_ sites: String) throws -> Election {
        let text = try String(contentsOf: repository.appending(path: "Ballots/cse-2026/election.yaml"), encoding: .utf8)
        let place = "  saint-denis:\n"
        try #require(text.contains(place))
        return try ElectionReader.read(text.replacing(place, with: place + sites), file: "e.yaml").get()
    }

    @Test func `a site of another zone has its hours beside the election's`() throws {
        let election = try election("    timezone: Indian/Reunion\n")
        let (opens, closes) = (election.announcedOpening, election.announcedClose)
        #expect(
            election.zoneWords([opens, closes], .fr)
                == "heure de Paris\u{A0}; 12\u{A0}h\u{A0}00 et 20\u{A0}h\u{A0}00, heure de La R\u{E9}union")
        #expect(election.zoneWords([closes], .en) == "Paris time; 20:00, R\u{E9}union time")
        #expect(election.clockWords(closes, .en) == "17:00 (Paris time; 20:00, R\u{E9}union time)")
        #expect(
            election.timeWords(closes, .en) == "Tuesday 1 December 2026 at 17:00 (Paris time; 20:00, R\u{E9}union time)"
        )
    }

    @Test func `where it is another day there, the date is said`() throws {
        let election = try election("    timezone: Pacific/Noumea\n")
        #expect(
            election.zoneWords([election.announcedClose], .en)
                == "Paris time; Wednesday 2 December 2026 at 03:00, Noum\u{E9}a time")
    }

    @Test(arguments: ["", "    timezone: Europe/Paris\n", "    timezone: Europe/Brussels\n"])
    func `clocks that show the same are not said twice`(sites: String) throws {
        let election = try election(sites)
        #expect(election.zoneWords([election.announcedClose], .fr) == "heure de Paris")
        #expect(election.clockWords(election.announcedClose, .en) == "17:00")
    }

    @Test(arguments: ["Etc/GMT+5", "Mars", "EST"])
    func `a site's zone that is no place is refused with its line`(zone: String) throws {
        #expect {
            try election("    timezone: \(zone)\n")
        } throws: { error in
            let faults = (error as? ElectionReader.Faults)?.list ?? []
            return faults.count == 1 && faults[0].description.hasPrefix("e.yaml:45:15:")
        }
    }
}
