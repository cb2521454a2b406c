import Authentication
import Elections
import Issuance
import Journal
package import Staff
package import Store
package import VoterRoll

/// What of a file, or of an addition, waits beside the roll: seen, approved, refused, forgotten.
package struct HeldRolls: StaffOperation {
    let context: OperationContext

    /// Of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// What a file that waits would change.
    package struct File: Sendable {
        /// The file's name; of a voter who was added alone, their reference.
        package let name: String
        /// The rows, in the file's order.
        package let rows: [ContactRow]
        /// What the rows change beside contacts, by reference.
        package let others: [String: [RollChange]]
        /// In whose place a row puts its voter, by the row's reference: those who left the roll, or leave it when the row is approved.
        package let replaced: [String: [String]]
    }

    /// The order's entries of a file that waits: the import's number, and the file's name; of a voter who was added alone, that it is
    /// about one.
    static let importEntry = "import"
    static let fileEntry = "file"
    static let additionEntry = "added"

    /// The file that a request is about; nil where it is about one voter.
    package func file(_ reading: borrowing Reading, _ request: Approvals.Request) throws(StoreError) -> File? {
        guard let source = request.heldImport else { return nil }
        let keys = context.keys
        var others: [String: [RollChange]] = [:]
        try registrar.changes.eachChange(reading, election, import: source, keys: keys) {
            _, reference, changes throws(StoreError) in
            others[reference] = changes.filter { !HeldRolls.contactNames.contains($0.column) }
        }
        let rows = try registrar.changes.contacts(reading, election, import: source, keys: keys)
        let replacing = request.replacements
        var replaced: [String: [String]] = [:]
        for row in rows {
            let names = try ReplacementSearch(context).references(reading, replacing, of: row.voter)
            if !names.isEmpty { replaced[row.reference] = names }
        }
        return File(
            name: request.order[HeldRolls.fileEntry] ?? "", rows: rows, others: others, replaced: replaced)
    }

    /// What contacts are called among the changes of a file.
    private static let contactNames: Set<String> = [
        Column.email.rawValue, Column.phone.rawValue, "address", Column.challenge.rawValue,
    ]

    /// The requests of files and additions whose day is over, or in whose place a newer file came, of the last week; the latest first.
    package func lapsed(_ reading: borrowing Reading) throws(StoreError) -> [Approvals.Request] {
        try approvals.lapsed(reading, since: clock.now - HeldRolls.lapsedSeconds).filter { $0.heldImport != nil }
    }

    /// For how long pages say that a request ended without a decision.
    package static let lapsedSeconds = 7 * 86_400

    /// Whether a file that waits holds what only the bureau may approve, by what is known today.
    func isForBureau(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, _ file: File, but leftOut: Set<String>,
        by asker: Principal
    ) throws(StoreError) -> Bool {
        let rows = file.rows.filter { !$0.isOvertaken && !leftOut.contains($0.reference) }
        let watch = try ContactWatch(context, transaction.reading, by: asker, but: request.id)
        return try !ContactReviewer(context).oddRows(
            transaction, rows, replacing: request.replacements, watch, by: asker
        ).isEmpty
    }

    /// Carries out what a second person approved of a file: each row whose voter is as when it was asked for, but those that were
    /// left out.
    func carryOut(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, _ file: File, but leftOut: Set<String>,
        why: String, by principal: Principal
    ) throws(StoreError) -> ApprovalDecision.Outcome {
        guard let source = request.heldImport else { return .carriedOut(.unknownVoter) }
        if try context.isSealed(transaction.reading) {
            try forget(transaction, source)
            return .carriedOut(.refused(.sealed))
        }
        let rows = file.rows.filter { !$0.isOvertaken && !leftOut.contains($0.reference) }
        let wrong = try registrar.changes.printedChanges(transaction.reading, import: source, rows: rows)
        let taken = Set(rows.map(\.voter))
        let replaced = request.replacements.voters(of: taken)
        let gone = try ReplacementSearch(context).leaving(transaction.reading, request, for: taken)
        let sheets = try issuer.sheets(
            transaction.reading, of: wrong.filter { taken.contains($0) } + gone.map(\.id))
        let notices = ContactNotices(context)
        try notices.notifyOld(transaction, rows)
        try notices.notifyReplaced(transaction, replaced.subtracting(taken))
        try registrar.heldRows.take(
            transaction, election, import: source, voters: rows.map(\.voter),
            keys: context.keys)
        try forget(transaction, source)
        for voter in gone {
            _ = try registrar.lateVoters.strike(transaction, election, voter: voter.id, reason: why, by: principal)
        }
        try issuer.revokeRemoved(transaction, election, voters: gone.map(\.id), by: principal)
        try notices.record(transaction, rows, why: why, by: principal)
        if request.isAddition {
            for row in rows {
                try registrar.lateVoters.note(transaction, election, row.reference, reason: why, by: principal)
            }
        }
        for row in rows { _ = try issuer.readdress(transaction, election, key: key, voter: row.voter) }
        let left = file.rows.filter { leftOut.contains($0.reference) }.map(\.reference)
        let overtaken = file.rows.filter { $0.isOvertaken && !leftOut.contains($0.reference) }.map(\.reference)
        // A page may be too short for all of them.
        if !left.isEmpty || !overtaken.isEmpty {
            try journal.record(
                transaction, election: election.election.id, by: principal, .rollLeaveOut,
                [
                    "request": "\(request.id)", "references": left.joined(separator: ", "),
                    "overtaken": overtaken.joined(separator: ", "),
                ])
        }
        return .appliedFile(
            voters: rows.count, overtaken: overtaken, leftOut: left, struck: gone.map(\.reference), sheets: sheets)
    }

    /// Forgets rows that wait no longer. A newcomer among them goes, unless they are on the roll by another way or were sent an
    /// identifier.
    func forget(_ transaction: borrowing Transaction, _ source: Int) throws(StoreError) {
        try registrar.heldRows.drop(
            transaction, election, import: source, keys: context.keys
        ) { voter throws(StoreError) in try !issuer.history(transaction.reading, voter: voter).isEmpty }
    }

    /// The requests that nobody decided within their day and whose rows still lie beside the roll: a seal forgets them.
    package func undecided(_ reading: borrowing Reading) throws(StoreError) -> [Approvals.Request] {
        let held = Set(try registrar.heldRows.imports(reading, election))
        return try approvals.lapsed(reading, since: 0).filter { request in
            request.replacedBy == nil && request.heldImport.map { held.contains($0) } ?? false
        }
    }

    /// Forgets rows of files whose request's day is over, and writes down that nobody decided them; run now and then.
    package func dropLapsed() throws(StoreError) {
        // Mostly there are none: nobody waits for the store because of them.
        let anyHeld = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try !registrar.heldRows.imports(reading, election).isEmpty
        }
        guard anyHeld else { return }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let open = Set(try approvals.waiting(transaction.reading).compactMap(\.heldImport))
            let lapsed = try approvals.lapsed(transaction.reading, since: 0)
            for source in try registrar.heldRows.imports(transaction.reading, election) where !open.contains(source) {
                try forget(transaction, source)
                guard let request = lapsed.first(where: { $0.heldImport == source && $0.replacedBy == nil }) else {
                    continue
                }
                try journal.record(
                    transaction, election: election.election.id, by: .system("approvals"), .approvalExpire,
                    [
                        "request": "\(request.id)", "file": request.order[HeldRolls.fileEntry] ?? "",
                        "askedBy": request.askedBy, "voters": request.order["voters"] ?? "",
                    ])
            }
        }
    }
}

extension Approvals.Request {
    /// The import whose rows it is about; nil where it is about one voter of the roll.
    package var heldImport: Int? {
        subject == Approvals.nobody ? order[HeldRolls.importEntry].flatMap { Int($0) } : nil
    }

    /// Whether it is about one voter who is to be added, and no file.
    package var isAddition: Bool { order[HeldRolls.additionEntry] != nil }
}
