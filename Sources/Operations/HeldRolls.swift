import Authentication
import Elections
import Issuance
import Journal
package import Staff
package import Store
package import VoterRoll

/// What of a file, or of an addition, waits beside the roll: seen, approved, refused, forgotten.
extension VoterSupport {
    /// What a file that waits would change.
    package struct HeldFile: Sendable {
        /// The file's name; of a voter who was added alone, their reference.
        package let name: String
        /// The rows, in the file's order.
        package let rows: [ContactRow]
        /// What the rows change beside contacts, by reference.
        package let others: [String: [RollChange]]
        /// In whose place a row puts its voter, by the row's reference: those who left the roll, or leave it when the row is approved.
        package let replaced: [String: [String]]
    }

    /// The file that a request is about; nil where it is about one voter.
    package func heldFile(
        _ reading: borrowing Reading, _ request: Approvals.Request
    ) throws(StoreError) -> HeldFile? {
        guard let source = request.heldImport else { return nil }
        let keys = RollKeys(key, randomness: randomness)
        var others: [String: [RollChange]] = [:]
        try registrar.changes.eachChange(reading, election, import: source, keys: keys) {
            _, reference, changes throws(StoreError) in
            others[reference] = changes.filter { !VoterSupport.contactNames.contains($0.column) }
        }
        let rows = try registrar.changes.contacts(reading, election, import: source, keys: keys)
        let replacing = request.replacements
        var replaced: [String: [String]] = [:]
        for row in rows {
            let names = try references(reading, of: replacing.voters(of: row.voter, atMost: VoterSupport.mostReplaced))
            if !names.isEmpty { replaced[row.reference] = names }
        }
        return HeldFile(
            name: request.order[VoterSupport.heldFile] ?? "", rows: rows, others: others, replaced: replaced)
    }

    /// What contacts are called among the changes of a file.
    private static let contactNames: Set<String> = [
        Column.email.rawValue, Column.phone.rawValue, "address", Column.challenge.rawValue,
    ]

    /// The requests of files and additions whose day is over, or in whose place a newer file came, of the last week; the latest first.
    package func lapsedFiles(_ reading: borrowing Reading) throws(StoreError) -> [Approvals.Request] {
        try approvals.lapsed(reading, since: clock.now - VoterSupport.lapsedSeconds).filter { $0.heldImport != nil }
    }

    /// For how long pages say that a request ended without a decision.
    package static let lapsedSeconds = 7 * 86_400

    /// Whether a file that waits holds what only the bureau may approve, by what is known today.
    func isForBureau(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, _ file: HeldFile, but leftOut: Set<String>,
        by asker: Principal
    ) throws(StoreError) -> Bool {
        let rows = file.rows.filter { !$0.isOvertaken && !leftOut.contains($0.reference) }
        let watch = try contactWatch(transaction.reading, by: asker, but: request.id)
        return try !oddRows(transaction, rows, replacing: request.replacements, watch, by: asker).isEmpty
    }

    /// Carries out what a second person approved of a file: each row whose voter is as when it was asked for, but those that were
    /// left out.
    func carryOutFile(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, _ file: HeldFile, but leftOut: Set<String>,
        why: String, by principal: Principal
    ) throws(StoreError) -> Decided {
        guard let source = request.heldImport else { return .carriedOut(.unknownVoter) }
        if try isSealed(transaction.reading) {
            try forgetHeld(transaction, source)
            return .carriedOut(.refused("the poll is sealed since"))
        }
        let rows = file.rows.filter { !$0.isOvertaken && !leftOut.contains($0.reference) }
        let wrong = try registrar.changes.printedChanges(transaction.reading, import: source, rows: rows)
        let taken = Set(rows.map(\.voter))
        let replaced = request.replacements.voters(of: taken)
        let gone = try leaving(transaction.reading, request, for: taken)
        let sheets = try sheets(
            transaction.reading, of: wrong.filter { taken.contains($0) } + gone.map(\.id))
        try tellOld(transaction, rows)
        try tellReplaced(transaction, replaced.subtracting(taken))
        try registrar.heldRows.take(
            transaction, election, import: source, voters: rows.map(\.voter),
            keys: RollKeys(key, randomness: randomness))
        try forgetHeld(transaction, source)
        for voter in gone {
            _ = try registrar.lateVoters.strike(transaction, election, voter: voter.id, reason: why, by: principal)
        }
        try issuer.revokeRemoved(transaction, election, voters: gone.map(\.id), by: principal)
        try followContacts(transaction, rows, why: why, by: principal)
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

    /// Takes one's own request back; false when it does not wait any more.
    package func takeBack(request id: Int, by actor: Actor) throws(StoreError) -> Bool {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            let request = try approvals.request(transaction.reading, id)
            guard try approvals.takeBack(transaction, request: id, by: actor.principal) else { return false }
            if let source = request?.heldImport { try forgetHeld(transaction, source) }
            return true
        }
    }

    /// Forgets rows that wait no longer. A newcomer among them goes, unless they are on the roll by another way or were sent an
    /// identifier.
    func forgetHeld(_ transaction: borrowing Transaction, _ source: Int) throws(StoreError) {
        try registrar.heldRows.drop(
            transaction, election, import: source, keys: RollKeys(key, randomness: randomness)
        ) { voter throws(StoreError) in try !issuer.history(transaction.reading, voter: voter).isEmpty }
    }

    /// The requests that nobody decided within their day and whose rows still lie beside the roll: a seal forgets them.
    package func undecidedFiles(_ reading: borrowing Reading) throws(StoreError) -> [Approvals.Request] {
        let held = Set(try registrar.heldRows.imports(reading, election))
        return try approvals.lapsed(reading, since: 0).filter { request in
            request.replacedBy == nil && request.heldImport.map { held.contains($0) } ?? false
        }
    }

    /// Forgets rows of files whose request's day is over, and writes down that nobody decided them; run now and then.
    package func dropHeldFiles() throws(StoreError) {
        // Mostly there are none: nobody waits for the store because of them.
        let anyHeld = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try !registrar.heldRows.imports(reading, election).isEmpty
        }
        guard anyHeld else { return }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let open = Set(try approvals.waiting(transaction.reading).compactMap(\.heldImport))
            let lapsed = try approvals.lapsed(transaction.reading, since: 0)
            for source in try registrar.heldRows.imports(transaction.reading, election) where !open.contains(source) {
                try forgetHeld(transaction, source)
                guard let request = lapsed.first(where: { $0.heldImport == source && $0.replacedBy == nil }) else {
                    continue
                }
                try journal.record(
                    transaction, election: election.election.id, by: .system("approvals"), .approvalExpire,
                    [
                        "request": "\(request.id)", "file": request.order[VoterSupport.heldFile] ?? "",
                        "askedBy": request.askedBy, "voters": request.order["voters"] ?? "",
                    ])
            }
        }
    }
}

extension Approvals.Request {
    /// The import whose rows it is about; nil where it is about one voter of the roll.
    package var heldImport: Int? {
        subject == Approvals.nobody ? order[VoterSupport.heldImport].flatMap { Int($0) } : nil
    }

    /// Whether it is about one voter who is to be added, and no file.
    package var isAddition: Bool { order[VoterSupport.heldAddition] != nil }
}
