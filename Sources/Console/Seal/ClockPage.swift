import Elections
import Journal
import Operations
import Polling
import Staff
import Store

/// The machine's clock, where the server does not take its word: what it shows, what the server goes by, and a member's word
/// that it is right.
enum ClockViews {
    /// Below `/manager/` and `/api/v1/`.
    static let path = "poll/clock"

    /// What is shown of the clock.
    static let all = [
        ConsoleView(path: path, deed: .seeSeal) { site, call in try site.clock(call) }
    ]
}

/// What is decided about the clock.
enum ClockActions {
    /// The one decision: a member's word that the clock is right.
    static let all = [
        ConsoleAction(
            path: "poll/clock/trust", deed: .suspendPoll, name: "trustClock", fields: { _, _ in [.reason] },
            intro: { try $0.aboutClock($1) }, run: { try $0.trustClock($1) }, back: { _ in ClockViews.path })
    ]
}

extension ConsoleSite {
    /// The poll; nil before it is sealed.
    private func poll() throws -> Poll? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: parts.desk.election.number)
        }
    }

    /// That the server does not believe its clock, with the way to the page for who may see it.
    func clockNotice(_ poll: Poll?, _ call: Call) -> [Block] {
        guard let poll, poll.clockDoubt != nil, !poll.state.isFinal else { return [] }
        let notice = Block.notice(text("home.clock", call.language), isBad: true)
        guard call.viewer.may(.seeSeal) else { return [notice] }
        return [notice, .links([(text("clock.title", call.language), "/manager/\(ClockViews.path)")])]
    }

    /// The page of the clock; nil before there is a poll, or where the machine's clock is not watched.
    func clock(_ call: Call) throws -> Screen? {
        guard let poll = try poll(), let times = parts.desk.station.clockTimes else { return nil }
        let language = call.language
        let isDoubted = poll.clockDoubt != nil && !poll.state.isFinal
        var blocks = clockFacts(poll, times, language)
        if isDoubted {
            blocks.append(.text(text("clock.compare", language)))
            if call.viewer.may(.suspendPoll) {
                blocks.append(.links([(text("trustClock.title", language), "/manager/poll/clock/trust")]))
            } else {
                blocks.append(.hint(text("clock.bureau", language)))
            }
        }
        return Screen(
            title: text("clock.title", language), blocks: blocks,
            data: .object([
                "shows": .time(times.shows), "believed": .time(times.believed),
                "doubt": isDoubted ? .optional(poll.clockDoubt?.rawValue) : .none,
            ]))
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
        return .done(text("trustClock.done", call.language), next: ClockViews.path)
    }
}
