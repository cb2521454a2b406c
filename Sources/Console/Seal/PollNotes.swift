import Elections
import HTTPServer
import Journal
import Operations
import Polling
import Staff
import Store
import Tally

/// What the bureau notes for the minutes.
struct PollNotes: ConsoleWork {
    let context: ConsoleContext

    /// Their forms.
    static let all = [
        ConsoleAction(
            path: "poll/incident", permission: .suspendPoll, name: "incident",
            fields: { _, _ in
                [
                    FormField("words", .long(maximum: PlainLine.longest)),
                    FormField("happened", .text(maximum: 16), isRequired: false),
                ]
            }, run: { try PollNotes($0).noteIncident($1) }, back: { _ in "seal" }),
        ConsoleAction(
            path: "poll/presence", permission: .suspendPoll, name: "presence",
            fields: { _, _ in
                [
                    FormField("moment", .choice(PollMoment.allCases.map(\.rawValue))),
                    FormField("names", .long(maximum: 5000)),
                ]
            }, run: { try PollNotes($0).notePresence($1) }, back: { _ in "seal" }),
    ]

    /// Notes an incident, with the hour at which it happened where that was given.
    func noteIncident(_ call: ConsoleRequest) throws -> ActionResult {
        var happened: Int?
        let typed = call["happened"].trimmed
        if !typed.isEmpty {
            guard case .time(let time) = PollChanges(context).typedTime(typed) else {
                return .refused(422, text("fault.time", call.language), field: "happened")
            }
            happened = time
        }
        let words = call["words"].split(whereSeparator: \.isNewline).map { String($0).trimmed }.joined(separator: " ")
        let refusal = try parts.operations.station.notes.note(
            incident: words, at: happened, who: call.viewer.principal.text, by: call.viewer.principal)
        return noted(refusal, "incident", call)
    }

    /// Notes who was present at a moment, a name to a line.
    func notePresence(_ call: ConsoleRequest) throws -> ActionResult {
        let names = call["names"].split(whereSeparator: \.isNewline).map { String($0).trimmed }.filter { !$0.isEmpty }
        guard let moment = PollMoment(rawValue: call["moment"]) else {
            return .refused(422, text("fault.choice", call.language), field: "moment")
        }
        let refusal = try parts.operations.station.notes.note(
            present: names, at: moment, who: call.viewer.principal.text, by: call.viewer.principal)
        return noted(refusal, "presence", call)
    }

    /// What came of a note.
    private func noted(_ refusal: NoteRefusal?, _ name: String, _ call: ConsoleRequest) -> ActionResult {
        if let refusal { return .refused(409, said(refusal, call.language)) }
        // Whoever noted it looks for it.
        context.audits.forget()
        return .done(text("\(name).done", call.language), next: "seal")
    }
}
