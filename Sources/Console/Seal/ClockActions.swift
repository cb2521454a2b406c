import Elections
import Journal
import Operations
import Polling
import Staff
import Store

/// A member's word that the machine's clock is right.
struct ClockActions: ConsoleWork {
    let context: ConsoleContext

    /// The one decision.
    static let all = [
        ConsoleAction(
            path: "poll/clock/trust", deed: .suspendPoll, name: "trustClock", fields: { _, _ in [.reason] },
            intro: { try ClockActions($0).aboutClock($1) }, run: { try ClockActions($0).trustClock($1) },
            back: { _ in ClockPage.path })
    ]

    /// The poll; nil before it is sealed.
    func poll() throws -> Poll? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: parts.desk.election.number)
        }
    }

    /// What the clock shows, what the server goes by, and the close.
    private func clockFacts(_ poll: Poll, _ times: PollingStation.ClockTimes, _ language: Language) -> [Block] {
        let doubt = poll.state.isFinal ? nil : poll.clockDoubt
        return [
            .notice(text("clock.\(doubt?.rawValue ?? "believed")", language), isBad: doubt != nil),
            .facts([
                (text("clock.shows", language), election.timeWordsWithZone(times.shows, language)),
                (text("clock.goesBy", language), election.timeWordsWithZone(times.believed, language)),
                (text("home.closes", language), election.timeWordsWithZone(poll.closesAt, language)),
            ]),
        ]
    }

    /// What stands above the form: both times, and what the member's word brings about. Nil where there is nothing to decide.
    func aboutClock(_ call: Call) throws -> [Block]? {
        guard let poll = try poll(), poll.clockDoubt != nil, !poll.state.isFinal,
            let times = parts.desk.station.clockTimes
        else { return nil }
        let isOver = times.shows >= poll.closesAt
        return clockFacts(poll, times, call.language)
            + [.notice(text(isOver ? "trustClock.closes" : "trustClock.goesOn", call.language), isBad: isOver)]
    }

    /// Takes a member's word that the clock is right: the poll goes by it from then on, and may close at once.
    func trustClock(_ call: Call) throws -> DeedAnswer {
        let word = PollDecision(by: call.viewer.principal.text, reason: call["reason"].trimmed)
        if let refusal = try parts.desk.station.trustClock(by: call.viewer.principal, word) {
            return .refused(409, self.refusal(refusal, "refusal.poll", call.language))
        }
        return .done(text("trustClock.done", call.language), next: ClockPage.path)
    }
}
