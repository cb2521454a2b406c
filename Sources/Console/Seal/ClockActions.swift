import Elections
import Journal
import Operations
import Polling
import Staff
import Store

/// A member's word that the machine's clock is right.
struct ClockActions: ConsoleWork {
    let context: ConsoleContext

    /// What stands above the form.
    private static let aboutClock = FormAbout("clockForm", ClockAbout.self) { try ClockActions($0).aboutClock($1) }

    /// The clock, and what a word about it brings about.
    struct ClockAbout: PageModel {
        let clock: ClockModel
        let outcome: Notice
    }

    /// The one decision.
    static let all = [
        ConsoleAction(
            path: "poll/clock/trust", permission: .suspendPoll, name: "trustClock", fields: { _, _ in [.reason] },
            about: aboutClock, run: { try ClockActions($0).trustClock($1) },
            back: { _ in ClockPage.path })
    ]

    /// The poll; nil before it is sealed.
    func poll() throws -> Poll? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Poll.find(reading, election: parts.operations.election.number)
        }
    }

    /// What stands above the form: both times, and what the member's word brings about. Nil where there is nothing to decide.
    func aboutClock(_ call: ConsoleRequest) throws -> ClockAbout? {
        guard let clock = try ClockPage(context).model(call), clock.doubt != nil else { return nil }
        let isOver = clock.shows.seconds >= clock.closes.seconds
        return ClockAbout(
            clock: clock,
            outcome: Notice(text(isOver ? "trustClock.closes" : "trustClock.goesOn", call.language), isBad: isOver))
    }

    /// Takes a member's word that the clock is right: the poll goes by it from then on, and may close at once.
    func trustClock(_ call: ConsoleRequest) throws -> ActionResult {
        let word = PollDecision(by: call.viewer.principal.text, reason: call["reason"].trimmed)
        if let refusal = try parts.operations.station.watch.trust(by: call.viewer.principal, word) {
            return .refused(409, said(refusal, call.language))
        }
        return .done(text("trustClock.done", call.language), next: ClockPage.path)
    }
}
