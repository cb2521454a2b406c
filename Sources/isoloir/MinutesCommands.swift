import CommandLineKit
import Console
import Elections
import Foundation
import Polling
import Server
import Typesetting
import WebContent

/// The verbs on the minutes: `poll note`, `poll present` and `poll minutes`.
let minutesCommands = [
    Command(
        "poll note", ["WORDS"],
        options: [
            .init("--by", "NAME", "the member of the bureau who notes it"),
            .init("--at", "TIME", "when it happened, such as \"2026-11-24 10:30\" (default: now)"),
        ], "note an incident: it stands in the journal, the minutes and the records made afterwards", run: noteIncident
    ),
    Command(
        "poll present", ["MOMENT"],
        options: [
            .init("--name", "NAME", "somebody who is there; given once for each"),
            .init("--by", "NAME", "the member of the bureau who notes it"),
        ],
        "note who is present at a moment: \(PollMoment.allCases.map(\.rawValue).joined(separator: ", ")); the last list counts",
        run: notePresence),
    Command(
        "poll minutes", [],
        options: [
            .init("--to", "FILE", "where the PDF goes"), .init("--language", "L", "fr or en (default: fr)"),
        ],
        "the minutes on paper, with places to sign: hours, who was present, events, counts and result as far as known",
        run: writeMinutes),
]

/// `poll note WORDS`: an incident, now or at the time of `--at`, read in the election's time zone. Refused for a time that is
/// none, lies before the seal or ahead of now, and for words that are no plain line.
private func noteIncident(_ invocation: Invocation) throws(Refusal) {
    let who = try invocation.required("--by")
    let services = try Services(invocation)
    let station = try services.station(try services.election())
    var time: Int?
    if let typed = invocation["--at"] {
        guard let zone = TimeZone(identifier: station.election.election.timeZone) else {
            throw Refusal("\(station.election.election.timeZone) is no time zone.")
        }
        let reading = LocalTime.reading(typed, zone: zone)
        guard case .time(let found) = reading else { throw Refusal("\"\(typed)\" \(reading.fault).", status: .usage) }
        time = found
    }
    let words = invocation.operands[0]
    if let refusal = try refusing({
        try station.notes.note(incident: words, at: time, who: who, by: services.principal)
    }) {
        throw Refusal(refusal)
    }
    Terminal.say("Noted by \(who): \(words)")
}

/// `poll present MOMENT`: who is there at a moment of the poll; the last list counts. Refused for a moment that there is not,
/// and for the count before the close.
private func notePresence(_ invocation: Invocation) throws(Refusal) {
    let who = try invocation.required("--by")
    guard let moment = PollMoment(rawValue: invocation.operands[0]) else {
        let names = PollMoment.allCases.map(\.rawValue).joined(separator: ", ")
        throw Refusal("There is no moment \"\(invocation.operands[0])\": \(names).", status: .usage)
    }
    let names = invocation.all("--name")
    let services = try Services(invocation)
    let station = try services.station(try services.election())
    if let refusal = try refusing({
        try station.notes.note(present: names, at: moment, who: who, by: services.principal)
    }) {
        throw Refusal(refusal)
    }
    Terminal.say("Present at the \(moment.rawValue), noted by \(who): \(names.joined(separator: ", "))")
}

/// `poll minutes`: the minutes as they stand now, into a new PDF. Refused before the seal.
private func writeMinutes(_ invocation: Invocation) throws(Refusal) {
    let path = try invocation.required("--to")
    guard let language = Language(rawValue: invocation["--language"] ?? Language.fr.rawValue) else {
        throw Refusal("--language is fr or en.", status: .usage)
    }
    let services = try Services(invocation)
    try writeFile(path, try Minutes(services, try services.election()).pdf(language))
    Terminal.say("\(path): the minutes as they stand now; print them, and sign.")
}

/// The minutes of a poll.
struct Minutes {
    private let services: Services
    private let election: StoredElection

    /// - Parameter election: the one whose poll they are of.
    init(_ services: Services, _ election: StoredElection) { (self.services, self.election) = (services, election) }

    /// As a PDF.
    /// - Throws: refused before the seal.
    /// - Parameter language: of the paper, whatever the election's languages are.
    func pdf(_ language: Language) throws(Refusal) -> [UInt8] {
        let tallyService = services.tallyService(try services.station(election))
        let templates = try services.templates(for: election.election)
        return try refusing {
            let pages = try ConsolePages(
                election.election, templates: services.consoleTemplates(for: election.election),
                assets: try AssetSet(templates))
            guard let report = try MinutesReport.find(services.store, tallyService, pages, language) else {
                throw Refusal("The poll is not sealed yet: there is nothing to put down.")
            }
            return try report.pdf(created: "2000-01-01T00:00:00Z")
        }
    }
}
