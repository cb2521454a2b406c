import Bureau
import Delivery
import Elections
import Journal
import Polling
import Store

extension ConsoleSite {
    private var announcements: Announcements { Announcements(parts.desk) }

    /// What stands in the preview where the reason will.
    private static let reasonToCome = "\u{2026}"

    /// The message to all voters as it would be, above the form that can send it.
    func newsPreview(_ news: Announcements.News, _ call: Call) throws -> [Block] {
        let hours = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollHours.find(reading, parts.desk.election)
        }
        let given = call["reason"].trimmed
        let reason = given.isEmpty ? ConsoleSite.reasonToCome : given
        let later: Int? = if case .time(let time) = typedTime(call["closes"].trimmed) { time } else { nil }
        let preview = try announcements.preview(
            news,
            news == .suspension
                ? hours.changed(.suspended, closes: hours.closes, reason: reason)
                : hours.changed(.open, closes: later ?? hours.closes, reason: nil))
        let language = call.language
        let counts =
            "\(text("news.reached", language)) \(preview.reached). \(text("news.unreached", language)) \(preview.unreached)."
        return [.hint(text("news.text", language) + " " + counts)]
            + preview.texts.map { .text("\(choiceText("channel", $0.route.rawValue, language)): \($0.text)") }
    }

    /// Suspends or resumes, and orders the message to all voters where that was asked for.
    func change(
        _ call: Call, _ news: Announcements.News,
        _ body: (PollingStation, PollDecision, PollingStation.Along) throws(StoreError) -> PollingStation.Refusal?
    ) throws -> DeedAnswer {
        let decision = PollDecision(by: call.viewer.principal.text, reason: call["reason"].trimmed)
        let tells = call["tell"] == "yes"
        let refusal = try body(parts.desk.station, decision) { transaction throws(StoreError) in
            if tells { try announcements.order(transaction, news, by: call.viewer.principal) }
        }
        if let refusal { return .refused(409, self.refusal(refusal, "refusal.poll", call.language)) }
        return .done(text(tells ? "poll.changedTold" : "poll.changed", call.language), next: "seal")
    }
}
