import Contacts
import Delivery
import HTTPServer
import Operations
import Store

/// What the outbox counts of every election, as monitoring takes it in: read in one go for all of them.
struct PostedMessages {
    private let messages: [Int: [(route: String, state: String, count: Int)]]
    private let due: [Int: [(route: String, seconds: Int)]]
    private let undelivered: [Int: UndeliveredConfirmations]

    /// Seconds by which an age is told: to the second it would tell when somebody voted.
    private static let agePiece = 300

    /// - Throws: what the store said.
    init(_ reading: borrowing Reading, _ outbox: Outbox, now: Int) throws(StoreError) {
        messages = try outbox.reports.summaries(reading)
        due = try outbox.reports.oldestDue(reading, now: now)
        undelivered = try UndeliveredConfirmations.all(reading, outbox)
    }

    /// Messages with failures and bounces, of one election by its number.
    func families(_ election: Int) -> [MetricFamily] {
        [
            MetricFamily(
                "isoloir_outbox_messages",
                "Messages by channel and state, but for word of votes and reminders.",
                .gauge, samples(messages[election] ?? [])),
            MetricFamily(
                "isoloir_outbox_oldest_due_seconds",
                "For how long the oldest message of a channel has been due, of any kind, in whole five minutes.",
                .gauge,
                [Channel.email, .sms].map { channel in
                    let seconds = due[election]?.first { $0.route == channel.rawValue }?.seconds ?? 0
                    return .init(Double(seconds - seconds % PostedMessages.agePiece), [("channel", channel.rawValue)])
                }),
            MetricFamily(
                "isoloir_vote_confirmations_undelivered",
                "Vote confirmations that failed or came back, in whole tens; 0 until the poll has ended.",
                .gauge,
                [Channel.email, .sms].map { channel in
                    let total = undelivered[election]?.lines.first { $0.route == channel }?.total ?? 0
                    return .init(Double(total / 10 * 10), [("channel", channel.rawValue)])
                }),
        ]
    }

    /// What alerts watch is told when it is zero as well.
    private func samples(_ counted: [(route: String, state: String, count: Int)]) -> [MetricFamily.Sample] {
        var samples = counted
        for route in Channel.allCases {
            for state in ["waiting", "failed", "bounced"]
            where !samples.contains(where: { $0.route == route.rawValue && $0.state == state }) {
                samples.append((route.rawValue, state, 0))
            }
        }
        return samples.sorted { ($0.route, $0.state) < ($1.route, $1.state) }.map {
            .init(Double($0.count), [("channel", $0.route), ("state", $0.state)])
        }
    }
}
