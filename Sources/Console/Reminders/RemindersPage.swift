import Elections
import Operations
import Staff
import Store

/// A reminder that was ordered.
struct ReminderLine: PageModel {
    /// Who was reminded.
    let target: Reminders.Target
    /// Empty for all.
    let college: Named
    /// Empty for all.
    let site: Named
    /// About how many it reached.
    let about: Int
    /// As the journal has them.
    let askedBy: String
    let askedAt: Moment
    /// Null while it goes on.
    let endedAt: Moment?

    init(_ run: Reminders.Run) {
        target = run.order.target
        (college, site) = (Named("college", run.order.college), Named("site", run.order.site))
        (about, askedBy) = (run.about, run.askedBy)
        (askedAt, endedAt) = (Moment(run.askedAt), Moment(run.endedAt))
    }
}

/// The page of past reminders.
struct RemindersPage: ConsolePage {
    static let path = "reminders"
    static let permission = Permission.sendReminders
    static let template = "reminders"
    let context: ConsoleContext

    func title(_ model: [ReminderLine], _ wording: Wording) -> String { wording("menu.reminders") }
    func isLive(_ model: [ReminderLine]) -> Bool { true }

    func model(_ call: ConsoleRequest) throws -> [ReminderLine]? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try parts.reminders.runs(reading)
        }.map { ReminderLine($0) }
    }
}
