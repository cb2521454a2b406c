import Elections
package import Journal
import Staff
package import Store

/// Something that a person should look at soon.
package struct Alert: Sendable {
    /// Its number in the store, by which it is marked as seen.
    package let id: Int
    /// `contactOfStaff`, `contactShared`, `takeover`, `voterReplaced`, `manyContacts`, `manyCodes`, `logKept`, `boxKeyKept`, `openingOverdue`,
    /// `clock.` and a `ClockDoubt`.
    package let kind: String
    /// Whose action it was, or what it is about.
    package let subject: String
    /// When it was raised, seconds since 1970.
    package let at: Int
}

/// What somebody should look at: raised, listed, seen.
package struct Alerts: StaffOperation {
    let context: OperationContext

    /// Those of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// Raises an alert; one of the same kind and subject that nobody has seen yet is enough.
    package func raise(
        _ transaction: borrowing Transaction, _ action: JournalAction, _ subject: String
    ) throws(StoreError) {
        let kind = String(action.rawValue.dropFirst("alert.".count))
        let open = try transaction.reading.number(
            "SELECT count(*) FROM bureau_alert WHERE election = ? AND kind = ? AND subject = ? AND seen_at IS NULL",
            election.number, kind, subject)
        guard open == 0 else { return }
        try transaction.execute(
            "INSERT INTO bureau_alert (election, kind, subject, at) VALUES (?, ?, ?, ?)", election.number, kind,
            subject, clock.now)
        try journal.record(
            transaction, election: election.election.id, by: .system("alerts"), action, ["subject": subject])
    }

    /// The alerts that nobody has seen, the oldest first.
    package func unseen(_ reading: borrowing Reading) throws(StoreError) -> [Alert] {
        try reading.all(
            "SELECT id, kind, subject, at FROM bureau_alert WHERE election = ? AND seen_at IS NULL ORDER BY id",
            election.number
        ) { (row: borrowing Row) throws(StoreError) in
            Alert(id: try row[0], kind: try row[1], subject: try row[2], at: try row[3])
        }
    }

    /// Notes that somebody saw an alert; whoever raised it cannot, nor by another account that may be theirs.
    /// - Returns: false for them, and where nobody has to see it any more.
    package func markSeen(alert id: Int, by actor: Actor) throws(StoreError) -> Bool {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try markSeen(transaction, alert: id, by: actor)
        }
    }

    private func markSeen(
        _ transaction: borrowing Transaction, alert id: Int, by actor: Actor
    ) throws(StoreError) -> Bool {
        let subject = try transaction.reading.first(
            "SELECT subject FROM bureau_alert WHERE id = ? AND election = ? AND seen_at IS NULL", id, election.number
        ) { (row: borrowing Row) throws(StoreError) -> String in try row[0] }
        guard let subject, subject != actor.principal.text else { return false }
        // Others are about a file or an hour, and nobody's.
        if let raiser = Principal(text: subject), try register.areOne(transaction.reading, raiser, actor.principal) {
            return false
        }
        try transaction.execute(
            "UPDATE bureau_alert SET seen_by = ?, seen_at = ? WHERE id = ?", actor.principal.text, clock.now, id)
        try journal.record(
            transaction, election: election.election.id, by: actor.principal, .alertSeen, ["alert": "\(id)"])
        return true
    }
}
