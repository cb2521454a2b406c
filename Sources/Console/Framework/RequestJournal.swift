import Elections
import Journal
import Operations
import Staff
import Store

/// What the journal keeps of requests.
struct RequestJournal: ConsoleWork {
    let context: ConsoleContext

    /// Keeps that somebody asked for what their role may not.
    /// - Parameters:
    ///   - path: below the console or the API.
    ///   - source: `console` or `api`.
    func denied(_ viewer: Actor, _ permission: Permission, _ path: String, from source: String) throws(StoreError) {
        try StaffRequests(parts.operations).denied(viewer, permission, path, from: source)
    }

    /// Keeps that an action was refused by a rule about who may do it, such as that of the second person: of the role alone nobody
    /// could tell. Other refusals change nothing and say nothing of their author.
    /// - Parameter status: of the refusal.
    func refused(_ status: Int, _ action: ConsoleAction, _ call: ConsoleRequest, _ path: String) throws(StoreError) {
        guard status == 403 else { return }
        try denied(call.viewer, action.permission, path, from: call.source)
    }

    /// Keeps from where an action was asked for; what it did stands in the entries after it.
    /// - Parameter address: the network address that it came from.
    func permission(_ action: ConsoleAction, _ call: ConsoleRequest, _ path: String, from address: String)
        throws(StoreError)
    {
        var details = ["by": call.source, "from": address]
        if !call["reason"].isEmpty { details["reason"] = call["reason"].trimmed }
        guard let kind = JournalAction(form: action.name) else {
            throw StoreError(.failed, "The journal knows no form \(action.name).")
        }
        try StaffRequests(parts.operations).asked(kind, path, details, by: call.viewer)
    }
}
