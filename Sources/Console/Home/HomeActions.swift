import Operations
import Staff
import Store

/// What is done on the first page.
struct HomeActions: ConsoleWork {
    let context: ConsoleContext

    /// Their forms.
    static let all = [
        ConsoleAction(
            path: "alerts/{alert}/seen", permission: .decide, name: "seen", fields: { _, _ in [] },
            run: { try HomeActions($0).seen($1) })
    ]

    /// Keeps that an alert was seen.
    func seen(_ call: ConsoleRequest) throws -> ActionResult {
        let isDone = try Alerts(parts.operations).markSeen(alert: call.id("alert"), by: call.viewer)
        return isDone
            ? .done(text("seen.done", call.language), next: "") : .refused(409, text("seen.gone", call.language))
    }
}
