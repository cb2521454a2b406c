import Delivery
import Elections
import Journal
import Operations
import Polling
import Store

extension ConsoleSite {
    /// What stands in the preview where the reason will.
    private static let reasonToCome = "\u{2026}"

    /// The message to all voters as it would be, above the form that can send it.
    /// - Parameter act: what the form orders.
    func newsPreview(_ act: PollChange.Act, _ call: Call) throws -> [Block] {
        let change = PollChange(parts.desk)
        let given = call["reason"].trimmed
        let preview = try change.preview(
            act, PollDecision(reason: given.isEmpty ? ConsoleSite.reasonToCome : given))
        let language = call.language
        let counts =
            "\(text("news.reached", language)) \(preview.reached). \(text("news.unreached", language)) \(preview.unreached)."
        let key = try change.news(act) == .restoration ? "news.always" : "news.text"
        return [.hint(text(key, language) + " " + counts)]
            + preview.texts.map { .text("\(choiceText("channel", $0.route.rawValue, language)): \($0.text)") }
    }

    /// The extension that a form asks for; until an hour is typed, one to the hour in force.
    func extending(_ call: Call) throws -> PollChange.Act {
        if case .time(let time) = typedTime(call["closes"].trimmed) { return .extending(to: time) }
        let hours = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollHours.find(reading, parts.desk.election)
        }
        return .extending(to: hours.closes)
    }

    /// Changes the poll, and orders the message to all voters where that was asked for.
    func change(_ call: Call, _ act: PollChange.Act) throws -> DeedAnswer {
        let decision = PollDecision(by: call.viewer.principal.text, reason: call["reason"].trimmed)
        let outcome = try PollChange(parts.desk).order(
            act, decision, tells: call["tell"] == "yes", by: call.viewer.principal)
        switch outcome {
        case .refused(let why): return .refused(409, refusal(why, "refusal.poll", call.language))
        case .done(let isTold):
            return .done(text(isTold ? "poll.changedTold" : "poll.changed", call.language), next: "seal")
        }
    }
}
