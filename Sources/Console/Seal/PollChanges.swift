import Contacts
import Delivery
import Elections
import Foundation
import HTTPServer
import Journal
import Operations
import Polling
import Staff
import Store
import Tally

/// What the bureau decides of a poll under way: it is suspended, resumed, extended or closed.
struct PollChanges: ConsoleWork {
    let context: ConsoleContext

    /// The message to all voters as it would be.
    struct NewsAbout: PageModel {
        /// When it is sent, and to how many.
        let hint: String
        /// By each channel.
        let texts: [String]
    }

    /// Their forms. Suspending and resuming may tell all voters.
    static let all = [
        ConsoleAction(
            path: "poll/suspend", permission: .suspendPoll, name: "suspend",
            fields: { _, _ in [.reason, FormField("tell", .flag, isRequired: false)] },
            about: FormAbout("newsForm", NewsAbout.self) { try PollChanges($0).newsPreview(.suspension, $1) },
            run: { try PollChanges($0).change($1, .suspension) }, back: { _ in "seal" }),
        ConsoleAction(
            path: "poll/resume", permission: .suspendPoll, name: "resume",
            fields: { task, _ in
                // After a restore it is no choice.
                [.reason]
                    + (try PollChange(task.parts.operations).news(.resumption(proof: nil)) == .restoration
                        ? [] : [FormField("tell", .flag, isRequired: false)])
            },
            about: FormAbout("newsForm", NewsAbout.self) {
                try PollChanges($0).newsPreview(.resumption(proof: nil), $1)
            },
            run: { try PollChanges($0).change($1, .resumption(proof: nil)) }, back: { _ in "seal" }),
        ConsoleAction(
            path: "poll/close", permission: .suspendPoll, name: "closePoll", fields: { _, _ in [.reason] },
            about: FormAbout("form", NoDetails.self) { task, _ in try PollChanges(task).hasEnded() ? NoDetails() : nil
            },
            run: { try PollChanges($0).confirmClose($1) }, back: { _ in "seal" }),
        ConsoleAction(
            path: "poll/extend", permission: .suspendPoll, name: "extendPoll",
            fields: { _, _ in
                [FormField("closes", .text(maximum: 16)), .reason, FormField("tell", .flag, isRequired: false)]
            },
            about: FormAbout("newsForm", NewsAbout.self) { task, call in
                let changes = PollChanges(task)
                return try changes.mayExtend() ? try changes.newsPreview(try changes.extending(call), call) : nil
            },
            run: { try PollChanges($0).extendPoll($1) }, back: { _ in "seal" }),
    ]

    /// A date and hour as somebody typed it; nil where it is none.
    func typedTime(_ text: String) -> LocalTime.Reading {
        TimeZone(identifier: election.timeZone).map { LocalTime.reading(text, zone: $0) } ?? .malformed
    }

    /// What stands in the preview where the reason will.
    private static let reasonToCome = "\u{2026}"

    /// The message to all voters as it would be, above the form that can send it.
    /// - Parameter act: what the form orders.
    func newsPreview(_ act: PollChange.Act, _ call: ConsoleRequest) throws -> NewsAbout {
        let change = PollChange(parts.operations)
        let given = call["reason"].trimmed
        let preview = try change.preview(
            act, PollDecision(reason: given.isEmpty ? PollChanges.reasonToCome : given))
        let language = call.language
        let counts =
            "\(text("news.reached", language)) \(preview.reached). \(text("news.unreached", language)) \(preview.unreached)."
        let key = try change.news(act) == .restoration ? "news.always" : "news.text"
        return NewsAbout(
            hint: text(key, language) + " " + counts,
            texts: preview.texts.map { "\(choiceText("channel", $0.route.rawValue, language)): \($0.text)" })
    }

    /// The extension that a form asks for; until an hour is typed, one to the hour in force.
    func extending(_ call: ConsoleRequest) throws -> PollChange.Act {
        if case .time(let time) = typedTime(call["closes"].trimmed) { return .extending(to: time) }
        let hours = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollHours.find(reading, parts.operations.election)
        }
        return .extending(to: hours.closes)
    }

    /// Changes the poll, and orders the message to all voters where that was asked for.
    func change(_ call: ConsoleRequest, _ act: PollChange.Act) throws -> ActionResult {
        let decision = PollDecision(by: call.viewer.principal.text, reason: call["reason"].trimmed)
        let outcome = try PollChange(parts.operations).order(
            act, decision, tells: call["tell"] == "yes", by: call.viewer.principal)
        switch outcome {
        case .refused(let why): return .refused(409, said(why, call.language))
        case .done(let isTold):
            return .done(text(isTold ? "poll.changedTold" : "poll.changed", call.language), next: "seal")
        }
    }

    /// Whether the hour came by a clock that nothing vouches for: the bureau confirms the close, or takes it back.
    func hasEnded() throws -> Bool {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: parts.operations.election.number)?.state == .ended
        }
    }

    /// Closes a poll whose hour has come, on a member's word.
    func confirmClose(_ call: ConsoleRequest) throws -> ActionResult {
        let word = PollDecision(by: call.viewer.principal.text, reason: call["reason"].trimmed)
        let close = PollClose(
            store: store, station: parts.operations.station, tallyService: parts.tallyService, register: parts.register)
        let refusal = try close.close(atOnce: false, by: call.viewer.principal, word: word, complain: log)
        if let refusal { return .refused(409, said(refusal, call.language)) }
        return .done(text("poll.changed", call.language), next: "seal")
    }

    /// Whether there is a close that can be moved.
    func mayExtend() throws -> Bool {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: parts.operations.election.number)?.state.isExtendable ?? false
        }
    }

    /// A later close; a poll that had ended takes votes again.
    /// - Returns: a refusal for a time that is none, or that the station does not take.
    func extendPoll(_ call: ConsoleRequest) throws -> ActionResult {
        guard case .time(let time) = typedTime(call["closes"].trimmed) else {
            return .refused(422, text("fault.time", call.language), field: "closes")
        }
        return try change(call, .extending(to: time))
    }
}
