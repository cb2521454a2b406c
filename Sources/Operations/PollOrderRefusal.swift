package import Elections
package import Polling

/// Why an order of the bureau about the poll is not followed.
package enum PollOrderRefusal: Reason, Equatable {
    /// The polling station says no.
    case station(PollRefusal)
    /// Voters of a suspended poll hear of its new close with the resumption.
    case extensionTold
    /// The audit found something: nothing is final then.
    case changed([AuditFinding])
    /// The store's file is not whole, with what is wrong as the store says it.
    case damaged(String, [String])

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .station(let refusal): refusal.text
        case .extensionTold:
            ReasonText(
                "order.extensionTold",
                "The poll is suspended: extend it without word to the voters; the message of the resumption gives the new close."
            )
        case .changed(let findings):
            ReasonText(
                "order.changed",
                "Something was added, removed or changed by hand:\n  \(findings, "findings", separator: "\n  ")\nSuspend the poll (isoloir poll suspend), keep the files as they are, and call the bureau together."
            )
        case .damaged(let path, let faults):
            ReasonText(
                "order.damaged",
                "\(path, "path") is damaged:\n  \(faults.joined(separator: "\n  "), "faults")\nDo not use it. Keep the file as it is, and restore the latest backup: isoloir store restore FILE --store NEW"
            )
        }
    }
}
