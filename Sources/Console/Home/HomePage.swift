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
        let (poll, hours, viewer) = (found.poll, found.hours, call.viewer)
        let warnings = try viewer.may(.seeDeliveries) ? warnings() : nil
        return HomeModel(
            election: election.id, poll: poll?.state, opens: Moment(hours.opens, .words),
            closes: Moment(hours.closes, .words), phase: hours.phase(parts.clock.now), reason: hours.reason,
            clockDoubt: poll?.state.isFinal == false ? poll?.clockDoubt : nil, warnings: warnings,
            waiting: viewer.may(.decide) ? found.waiting : nil,
            questions: viewer.may(.answerVoters) ? found.questions : nil,
            view: OnPage(try view(found, isWarned: warnings ?? 0 > 0, call)))
    }

    /// How much of the deliveries needs a look.
    private func warnings() throws -> Int {
        let picture = try parts.deliveries.picture()
        return picture.warnings.count + picture.pauses.count + picture.holds.count
    }

    /// What the page says in sentences.
    private func view(_ found: Found, isWarned: Bool, _ call: ConsoleRequest) throws -> HomeModel.View {
        let say = wording(call.language)
        return HomeModel.View(
            title: election.title[call.language], state: PollWords(context).state(found.poll, found.hours, say),
            alerts: call.viewer.may(.decide) ? try found.alerts.map { try AlertLine($0, say) } : [],
            isWarned: isWarned, role: say("home.\(call.role.rawValue)"))
    }
}
