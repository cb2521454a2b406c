import Elections
import Foundation
import HTTPServer
import Journal
import Operations
import Polling
import Staff
import Store
import Synchronization
import Tally

/// What the bureau notes for the minutes and decides at the end of a poll, and the minutes on paper.
enum RecordActions {
    /// Notes, and the end of the poll.
    static let all = [
        ConsoleAction(
            path: "poll/incident", deed: .suspendPoll, name: "incident",
            fields: { _, _ in
                [
                    DeedField("words", .long(maximum: PlainLine.longest)),
                    DeedField("happened", .text(maximum: 16), isRequired: false),
                ]
            }, run: { try $0.noteIncident($1) }, back: { _ in "seal" }),
        ConsoleAction(
            path: "poll/presence", deed: .suspendPoll, name: "presence",
            fields: { _, _ in
                [
                    DeedField("moment", .choice(PollMoment.allCases.map(\.rawValue))),
                    DeedField("names", .long(maximum: 5000)),
                ]
            }, run: { try $0.notePresence($1) }, back: { _ in "seal" }),
        ConsoleAction(
            path: "poll/close", deed: .suspendPoll, name: "closePoll", fields: { _, _ in [.reason] },
            intro: { site, call in try site.hasEnded() ? [] : nil },
            run: { try $0.confirmClose($1) }, back: { _ in "seal" }),
        ConsoleAction(
            path: "poll/extend", deed: .suspendPoll, name: "extendPoll",
            fields: { _, _ in
                [DeedField("closes", .text(maximum: 16)), .reason, DeedField("tell", .flag, isRequired: false)]
            },
            intro: { site, call in
                try site.mayExtend() ? try site.newsPreview(try site.extending(call), call) : nil
            },
            run: { try $0.extendPoll($1) }, back: { _ in "seal" }),
    ]
}

/// The minutes on paper.
enum RecordFiles {
    /// The minutes alone.
    static let all = [
        ConsoleFile(path: "minutes.pdf", deed: .seeSeal) { site, call, _ in try site.minutes(call) }
    ]
}

extension ConsoleSite {
    /// A date and hour as somebody typed it; nil where it is none.
    func typedTime(_ text: String) -> LocalTime.Reading {
        TimeZone(identifier: election.timeZone).map { LocalTime.reading(text, zone: $0) } ?? .malformed
    }

    /// Notes an incident, with the hour at which it happened where that was given.
    func noteIncident(_ call: Call) throws -> DeedAnswer {
        var happened: Int?
        let typed = call["happened"].trimmed
        if !typed.isEmpty {
            guard case .time(let time) = typedTime(typed) else {
                return .refused(422, text("fault.time", call.language), field: "happened")
            }
            happened = time
        }
        let words = call["words"].split(whereSeparator: \.isNewline).map { String($0).trimmed }.joined(separator: " ")
        let refusal = try parts.desk.station.note(
            incident: words, at: happened, who: call.viewer.principal.text, by: call.viewer.principal)
        return noted(refusal, "incident", call)
    }

    /// Notes who was present at a moment, a name to a line.
    func notePresence(_ call: Call) throws -> DeedAnswer {
        let names = call["names"].split(whereSeparator: \.isNewline).map { String($0).trimmed }.filter { !$0.isEmpty }
        guard let moment = PollMoment(rawValue: call["moment"]) else {
            return .refused(422, text("fault.choice", call.language), field: "moment")
        }
        let refusal = try parts.desk.station.note(
            present: names, at: moment, who: call.viewer.principal.text, by: call.viewer.principal)
        return noted(refusal, "presence", call)
    }

    /// What came of a note.
    private func noted(_ refusal: PollingStation.Refusal?, _ name: String, _ call: Call) -> DeedAnswer {
        if let refusal { return .refused(409, self.refusal(refusal, "refusal.note", call.language)) }
        // Whoever noted it looks for it.
        kept.withLock { $0 = nil }
        return .done(text("\(name).done", call.language), next: "seal")
    }

    /// What the bureau noted for the minutes: incidents, and who was present.
    /// For programs: `incidents` and `present`, each with `notedBy`.
    func notes(_ chronicle: PollChronicle, _ language: Language) -> (blocks: [Block], data: JSONValue) {
        let incidents = chronicle.events.filter { $0.kind == .incident }
        let present = PollMoment.allCases.compactMap { moment in chronicle.present[moment].map { (moment, $0) } }
        func table(_ key: String, _ columns: [String], _ rows: [[String]]) -> Block {
            .table(
                Table(
                    caption: text(key, language), head: columns.map { (text($0, language), false) },
                    rows: rows.map { $0.map { Table.Cell($0) } }, empty: text("none", language)))
        }
        let blocks = [
            table(
                "seal.incidents", ["seal.happened", "seal.words", "seal.notedBy"],
                incidents.map { [time($0.time ?? $0.at, language), $0.words ?? "", $0.who] }),
            table(
                "seal.present", ["seal.moment", "seal.names", "seal.notedBy"],
                present.map { moment, presence in
                    [
                        choiceText("moment", moment.rawValue, language), presence.names.joined(separator: ", "),
                        presence.notedBy,
                    ]
                }),
        ]
        let data = JSONValue.object([
            "incidents": .list(
                incidents.map {
                    .object([
                        "at": .time($0.time ?? $0.at), "words": .optional($0.words), "notedBy": .text($0.who),
                    ])
                }),
            "present": .list(
                present.map { moment, presence in
                    .object([
                        "moment": .text(moment.rawValue), "names": .list(presence.names.map { .text($0) }),
                        "notedBy": .text(presence.notedBy),
                    ])
                }),
        ])
        return (blocks, data)
    }

    /// Whether the hour came by a clock that nothing vouches for: the bureau confirms the close, or takes it back.
    func hasEnded() throws -> Bool {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: parts.desk.election.number)?.state == .ended
        }
    }

    /// Closes a poll whose hour has come, on a member's word.
    func confirmClose(_ call: Call) throws -> DeedAnswer {
        let word = PollDecision(by: call.viewer.principal.text, reason: call["reason"].trimmed)
        let close = PollClose(
            store: store, station: parts.desk.station, teller: parts.teller, register: parts.register)
        let refusal = try close.close(atOnce: false, by: call.viewer.principal, word: word, complain: log)
        if let refusal { return .refused(409, self.refusal(refusal, "refusal.poll", call.language)) }
        return .done(text("poll.changed", call.language), next: "seal")
    }

    /// Whether there is a close that can be moved.
    func mayExtend() throws -> Bool {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: parts.desk.election.number)?.state.isExtendable ?? false
        }
    }

    /// A later close; a poll that had ended takes votes again.
    /// - Returns: a refusal for a time that is none, or that the station does not take.
    func extendPoll(_ call: Call) throws -> DeedAnswer {
        guard case .time(let time) = typedTime(call["closes"].trimmed) else {
            return .refused(422, text("fault.time", call.language), field: "closes")
        }
        return try change(call, .extending(to: time))
    }

    /// The minutes so far; nil before there is a poll.
    func minutes(_ call: Call) throws -> Response? {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.teller.minutes(reading)
        }
        guard let found else { return nil }
        return try paper(MinutesReport.report(found, pages, call.language), "minutes.pdf")
    }
}
