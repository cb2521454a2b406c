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
    /// Warnings, pauses and holds of deliveries; null where they are not the reader's business.
    let warnings: Int?
    /// Requests for a second person; null for whoever does not decide.
    let waiting: Int?
    /// Questions of voters; null for whoever does not answer them.
    let questions: Int?
    let view: OnPage<View>

    /// What the page says beside that.
    struct View: PageModel {
        let title: String
        let state: String
        /// For those who decide; programs ask for them by themselves.
        let alerts: [AlertLine]
        /// Whether there are warnings.
        let isWarned: Bool
        /// What somebody of this role does here.
        let role: String
    }
}
