import Contacts
import Elections
import Foundation
import HTTPServer
import Polling
import Store

/// `/hours` and `/hours.ics`: the hours in force, for the ballot page's script and for calendars.
struct HoursPages: SitePages {
    let site: SiteContext

    /// Both are open to everybody.
    static let table = [
        get("/hours") { pages, visit in .now(try pages.closeToCome(visit)) },
        get("/hours.ics") { pages, visit in .now(try pages.calendar(visit)) },
    ]

    /// Seconds in a minute: an event that took none would not be shown.
    private static let minute = 60

    /// What a ballot page asks before it says that the poll has ended.
    private struct CloseToCome: Encodable {
        /// Seconds until the close while votes are taken, and until the end of the grace while it runs; else 0.
        let close, seconds: Int
        let until: String
        /// What is to be said in place of the grace; nil while there is one, and before it.
        let notice: String?
    }

    /// `/hours`: the close in force, for a page that came before it was moved.
    /// It says nothing of single voters, and needs no session.
    /// - Throws: an error of the store.
    func closeToCome(_ visit: VoterRequest) throws -> Response {
        let now = parts.clock.now
        let (hours, hasResult) = try store.read {
            (reading: borrowing Reading) throws(StoreError) -> (PollHours, Bool) in
            (
                try PollHours.find(reading, parts.station.election),
                try PollBallot.haveResult(reading, election: parts.station.election.number)
            )
        }
        let phase = hours.phase(now)
        // Closed at once, suspended past its hour, given up: nobody may be told that they can still finish.
        let isToCome = [.ahead, .overdue, .open, .extended].contains(phase)
        let words = pages.words(hours, phase, election, visit.language, hasResult: hasResult)
        let told = CloseToCome(
            close: isToCome ? max(0, hours.closes - now) : 0,
            seconds: phase == .grace ? max(0, hours.graceEnds - now) : 0,
            until: election.clockWords(hours.graceEnds, visit.language),
            notice: isToCome || phase == .grace ? nil : words.notice ?? words.line)
        return Response(200, type: "application/json", body: [UInt8](try JSONEncoder().encode(told)))
    }

    /// `/hours.ics`: the hours in force.
    /// - Throws: an error of the store.
    func calendar(_ visit: VoterRequest) throws -> Response {
        let (language, now) = (visit.language, parts.clock.now)
        let hours = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollHours.find(reading, parts.station.election)
        }
        func filled(_ key: String) -> String {
            pages.text(key, language).replacing("{title}", with: election.title[language])
                .replacing("{address}", with: election.address)
                .replacing("{organiser}", with: election.organiser.name)
        }
        let file = CalendarFile(
            identity: "\(election.id)@\(Origin(election.address)?.host ?? "")", summary: filled("calendarOpens"),
            text: filled("calendarText"), address: election.address, opens: hours.opens,
            closes: max(hours.closes, hours.opens + HoursPages.minute), now: now,
            version: hours.changes,
            isCancelled: hours.phase(now) == .abandoned)
        return Response(200, type: "text/calendar; charset=utf-8", body: file.bytes).attached(as: "\(election.id).ics")
    }
}
