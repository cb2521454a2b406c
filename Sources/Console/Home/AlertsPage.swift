import Elections
import Operations
import Staff
import Store

/// An alert that nobody has seen yet.
struct AlertLine: PageModel {
    /// By which it is marked as seen.
    let id: Int
    let kind: Kind
    /// Whose action it was or whom it is about, as the journal has them, or the file, place or hour.
    let subject: String
    let at: Moment
    /// All of it in a sentence.
    let words: OnPage<String>

    /// What somebody should look at: the journal's words for it without what they begin with.
    enum Kind: String, CaseIterable, Choice {
        case contactOfStaff, contactShared, takeover, voterReplaced, manyContacts, manyCodes, logKept
        case boxKeyKept, boxKeyMissing, openingOverdue
        case clockJumped = "clock.jumped"
        case clockUnproven = "clock.unproven"
        case clockBehind = "clock.behind"
        static var texts: String? { "alert" }
    }

    /// - Throws: `ModelError` for a kind that this version does not know.
    init(_ alert: Alert, _ say: Wording) throws {
        (id, kind, subject, at) = (alert.id, try Kind.read(alert.kind), alert.subject, Moment(alert.at))
        words = OnPage("\(kind.said(say)) \(subject), \(at.said(say))")
    }
}

/// The alerts that wait for somebody who decides; the first page says them too.
struct AlertsPage: ConsolePage {
    static let path = "alerts"
    static let permission = Permission.decide
    static let template = "alerts"
    let context: ConsoleContext

    func title(_ model: [AlertLine], _ wording: Wording) -> String { wording("alerts.title") }
    func isLive(_ model: [AlertLine]) -> Bool { true }

    func model(_ call: ConsoleRequest) throws -> [AlertLine]? {
        let found = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try Alerts(parts.operations).unseen(reading)
        }
        let say = wording(call.language)
        return try found.map { try AlertLine($0, say) }
    }
}
