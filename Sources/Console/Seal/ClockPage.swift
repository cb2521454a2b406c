import Elections
import Operations
import Polling
import Staff
import Store

/// What the machine's clock shows, and what the server goes by.
struct ClockModel: PageModel {
    let shows: Moment
    let believed: Moment
    /// The hour of the close in force.
    let closes: Moment
    /// Why the server does not believe it; null while it does, and when the poll is over.
    let doubt: ClockDoubt?
    let view: OnPage<View>

    /// What the page says beside that.
    struct View: PageModel {
        let words: String
    }
}

/// The page of the clock; there is none before the poll is sealed, nor where the machine's clock is not watched.
struct ClockPage: ConsolePage {
    static let path = "poll/clock"
    static let permission = Permission.seeSeal
    static let template = "clock"
    let context: ConsoleContext

    func title(_ model: ClockModel, _ wording: Wording) -> String { wording("clock.title") }

    func model(_ call: ConsoleRequest) throws -> ClockModel? {
        guard let poll = try ClockActions(context).poll(), let times = parts.operations.station.watch.times else {
            return nil
        }
        let (say, doubt) = (wording(call.language), poll.state.isFinal ? nil : poll.clockDoubt)
        return ClockModel(
            shows: Moment(times.shows, .wordsWithZone), believed: Moment(times.believed, .wordsWithZone),
            closes: Moment(poll.closesAt, .wordsWithZone), doubt: doubt,
            view: OnPage(ClockModel.View(words: doubt?.said(say) ?? say("clock.believed"))))
    }
}
