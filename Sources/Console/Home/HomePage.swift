import Authentication
import Elections
import Operations
import Polling
import Staff
import Store

/// The first page: alerts and warnings, then the poll's state and hours.
struct HomePage: ConsolePage {
    static let path = ""
    static let permission = Permission.seeOwn
    static let template = "home"
    let context: ConsoleContext

    /// What is read at once.
    private struct Found: Sendable {
        let poll: Poll?
        let hours: PollHours
        let alerts: [Alert]
        let waiting: Int
        let questions: Int
    }

    func title(_ model: HomeModel, _ wording: Wording) -> String { wording("home.title") }
    func isLive(_ model: HomeModel) -> Bool { true }

    func model(_ call: ConsoleRequest) throws -> HomeModel? {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) -> Found in
            Found(
                poll: try Poll.find(reading, election: parts.operations.election.number),
                hours: try PollHours.find(reading, parts.operations.election),
                alerts: try Alerts(parts.operations).unseen(reading),
                waiting: try approvals.waitingCount(reading),
                questions: call.viewer.may(.answerVoters) ? try parts.help.waiting(reading) : 0)
        }
        let (poll, hours) = (found.poll, found.hours)
        return HomeModel(
            election: election.id, poll: poll?.state, opens: Moment(hours.opens, .words),
            closes: Moment(hours.closes, .words), phase: hours.phase(parts.clock.now), reason: hours.reason,
            clockDoubt: poll?.state.isFinal == false ? poll?.clockDoubt : nil, view: OnPage(try view(found, call)))
    }

    /// What the page says in sentences and counts.
    private func view(_ found: Found, _ call: ConsoleRequest) throws -> HomeModel.View {
        let (viewer, say) = (call.viewer, wording(call.language))
        let alerts =
            viewer.may(.decide)
            ? found.alerts.map {
                HomeModel.AlertLine(id: $0.id, words: "\(say("alert.\($0.kind)")) \($0.subject), \(say.time($0.at))")
            } : []
        var warnings = 0
        if viewer.may(.seeDeliveries) {
            let picture = try parts.deliveries.picture()
            warnings = picture.warnings.count + picture.pauses.count + picture.holds.count
        }
        return HomeModel.View(
            title: election.title[call.language], state: PollWords(context).state(found.poll, found.hours, say),
            alerts: alerts, warnings: warnings > 0 ? warnings : nil, waiting: viewer.may(.decide) ? found.waiting : nil,
            questions: viewer.may(.answerVoters) ? found.questions : nil, role: say("home.\(call.role.rawValue)"))
    }
}
