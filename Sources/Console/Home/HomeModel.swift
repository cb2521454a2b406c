import Elections
import Polling

/// The first page: the poll's state and hours, and what waits for its reader.
struct HomeModel: PageModel {
    /// The election's name in files and addresses.
    let election: String
    /// Null before the poll is sealed.
    let poll: PollState?
    /// The hours in force.
    let opens: Moment
    let closes: Moment
    let phase: PollHours.Phase
    /// Why the hours are not those that were announced.
    let reason: String?
    /// Why the server does not believe its clock; null while it does, and when the poll is over.
    let clockDoubt: ClockDoubt?
    let view: OnPage<View>

    /// What the page says beside that.
    struct View: PageModel {
        let title: String
        let state: String
        let alerts: [AlertLine]
        /// Warnings of deliveries; null where there are none, or they are not the reader's business.
        let warnings: Int?
        /// Requests for a second person, for those who decide.
        let waiting: Int?
        /// Questions of voters, for those who answer.
        let questions: Int?
        /// What somebody of this role does here.
        let role: String
    }

    /// One alert that nobody has seen yet.
    struct AlertLine: PageModel {
        let id: Int
        let words: String
    }
}
