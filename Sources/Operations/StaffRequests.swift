import Elections
package import Journal
package import Staff
package import Store

/// What the journal keeps of requests of staff, whatever they came to. Console and interface for programs come here.
package struct StaffRequests: StaffOperation {
    let context: OperationContext

    /// On one election.
    package init(_ context: OperationContext) { self.context = context }

    /// Characters of a path that the journal keeps.
    private static let journalledPath = 100

    /// Keeps that somebody asked for what their role may not, or a rule about persons forbids them.
    /// - Parameters:
    ///   - path: below the console or the API.
    ///   - source: `console` or `api`.
    package func denied(
        _ actor: Actor, _ permission: Permission, _ path: String, from source: String
    ) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try journal.record(
                transaction, election: election.election.id, by: actor.principal, .accessDenied,
                ["deed": permission.rawValue, "path": StaffRequests.cut(path), "from": source])
        }
    }

    /// Keeps from where something was asked for; what it did stands in the entries after it.
    /// - Parameters:
    ///   - form: which one was sent.
    ///   - details: by which interface, from which address, and the reason where one was given.
    package func asked(
        _ form: JournalAction, _ path: String, _ details: [String: String], by actor: Actor
    ) throws(StoreError) {
        try store.write(durable: .soon) { (transaction: borrowing Transaction) throws(StoreError) in
            try journal.record(
                transaction, election: election.election.id, by: actor.principal, form,
                details.merging(["path": StaffRequests.cut(path)]) { $1 })
        }
    }

    /// Keeps that a file is handed out.
    /// - Parameter file: what it is called.
    package func handedOut(_ file: String, to actor: Actor) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try journal.record(
                transaction, election: election.election.id, by: actor.principal, .export, ["file": file])
        }
    }

    private static func cut(_ path: String) -> String { String(path.prefix(journalledPath)) }
}
