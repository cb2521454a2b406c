import Delivery
import Elections
import Journal
import Operations
import Polling
import Store

extension ConsoleSite {
    /// Messages to all voters on the poll's hours.
    private var announcements: Announcements { Announcements(parts.desk) }

    /// What stands in the preview where the reason will.
    private static let reasonToCome = "\u{2026}"

    /// The message to all voters as it would be, above the form that can send it.
    /// - Parameter news: what the message would say.
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
        let key = news == .restoration ? "news.always" : "news.text"
        return [.hint(text(key, language) + " " + counts)]
            + preview.texts.map { .text("\(choiceText("channel", $0.route.rawValue, language)): \($0.text)") }
    }

    /// What it is to voters that votes are taken again.
    func resumption() throws(StoreError) -> Announcements.News {
        .resumption(
            try store.read { (reading: borrowing Reading) throws(StoreError) in
                try PollHours.find(reading, parts.desk.election)
            })
    }

    /// Suspends or resumes, and orders the message to all voters where that was asked for.
    /// - Parameter body: suspends or resumes, and does along with it what it is given, in one transaction.
    func change(
        _ call: Call, _ news: Announcements.News,
        _ body: (PollingStation, PollDecision, PollingStation.Along) throws(StoreError) -> PollingStation.Refusal?
    ) throws -> DeedAnswer {
        let decision = PollDecision(by: call.viewer.principal.text, reason: call["reason"].trimmed)
        // Whose ballot a restore lost must hear of it, whether that was asked for or not.
        let tells = call["tell"] == "yes" || news == .restoration
        let refusal = try body(parts.desk.station, decision) { transaction throws(StoreError) in
            if tells { try announcements.order(transaction, news, by: call.viewer.principal) }
        }
        if let refusal { return .refused(409, self.refusal(refusal, "refusal.poll", call.language)) }
        return .done(text(tells ? "poll.changedTold" : "poll.changed", call.language), next: "seal")
    }
}
