import Authentication
import Contacts
import Delivery
import Elections
import Issuance
package import Journal
package import Staff
package import Store
package import VoterRoll

/// Contacts that a whole file changes: the rules of a single correction hold for each of its rows.
///
///     file, applied       VoterDesk                                              second person
///       | apply ----------> | rows of voters without an identifier: at once          |
///       |                   | with one, where one person may: the old contact is     |
///       |                   |   told, the change noted, the journal has each         |
///       |                   | else held beside the roll, one request ------------->  | sees who changes to what
///       |                   | <--------------------------------------- approve, all  |
///       |                   | rows whose voter is as then: told, noted, journalled   |
extension VoterDesk {
    /// What applying a file came to.
    package struct AppliedRoll: Sendable, Equatable {
        /// The request that a second person decides, and how many voters wait in it; nil where nobody waits.
        package var request: Int?
        /// Voters whose rows wait.
        package var held = 0
        /// Whether only a member of the bureau may approve it.
        package var isForBureau = false
        /// Voters with an identifier whose contacts were changed at once.
        package var moved = 0
    }

    /// Makes a loaded file the roll. Console, interface for programs and command line all come here.
    ///
    /// How many contacts a file changes is no reason to bring it before the bureau, as many single ones of one hour are: they are seen
    /// together, in one list. An alert tells of it.
    /// - Parameter actsAlone: whether all rows are applied where nobody could approve any: a command line without a console.
    /// - Returns: nil where the poll is sealed: nothing was changed.
    package func apply(
        _ transaction: borrowing Transaction, _ roll: LoadedRoll, file: String, by principal: Principal,
        actsAlone: Bool = false
    ) throws(StoreError) -> AppliedRoll? {
        if try isSealed(transaction.reading) { return nil }
        let source = registrar.number(of: roll)
        let rows = try contactRows(transaction.reading, import: source)
        let odd = try oddRows(transaction, rows, by: principal)
        var waiting = election.election.access.fourEyes ? rows : rows.filter { odd.contains($0.voter) }
        if actsAlone, try !hasSecond(transaction.reading, for: principal, inBureau: !odd.isEmpty) { waiting = [] }
        let held = Set(waiting.map(\.voter))
        let moved = rows.filter { !held.contains($0.voter) }
        try registrar.hold(transaction, roll, voters: waiting.map(\.voter))
        try tellOld(transaction, moved)
        let changed = try registrar.changedVoters(transaction.reading, roll)
        let removed = try registrar.publish(transaction, roll, file: file, by: principal)
        try issuer.revokeRemoved(transaction, election, voters: removed, by: principal)
        try followContacts(transaction, moved, why: file, by: principal)
        for voter in changed { _ = try issuer.readdress(transaction, election, key: key, voter: voter) }
        var applied = AppliedRoll(held: held.count, isForBureau: !odd.isEmpty, moved: moved.count)
        guard !held.isEmpty else { return applied }
        applied.request = try approvals.ask(
            transaction, .changeRoll, subject: Approvals.nobody,
            order: [VoterDesk.heldImport: "\(source)", VoterDesk.heldFile: file, "voters": "\(held.count)"],
            reason: file, needsBureau: applied.isForBureau, by: principal)
        return applied
    }

    /// The order's entries of a file that waits: the import's number, and the file's name.
    private static let heldImport = "import"
    private static let heldFile = "file"

    /// The rows of an import that give a new contact to somebody who has or had an identifier.
    private func contactRows(
        _ reading: borrowing Reading, import source: Int
    ) throws(StoreError) -> [ContactRow] {
        let keys = RollKeys(key, randomness: randomness)
        var rows: [ContactRow] = []
        for row in try registrar.contactRows(reading, election, import: source, keys: keys)
        where try !issuer.history(reading, voter: row.voter).isEmpty { rows.append(row) }
        return rows
    }

    /// The voters among some rows whose new contacts are the bureau's to look at.
    private func oddRows(
        _ transaction: borrowing Transaction, _ rows: [ContactRow], by principal: Principal, deciding: Bool = false
    ) throws(StoreError) -> Set<Int> {
        guard !rows.isEmpty else { return [] }
        let watch = try contactWatch(transaction.reading, by: principal, deciding: deciding)
        var holders: [String: Set<Int>] = [:]
        for row in rows { for contact in row.given { holders[contact.folded, default: []].insert(row.voter) } }
        var odd: Set<Int> = []
        for row in rows {
            if try wasReset(transaction.reading, voter: row.voter), !row.columns.isEmpty { odd.insert(row.voter) }
            for contact in row.given {
                let isShared = holders[contact.folded]?.count ?? 0 > 1
                if isShared { try alert(transaction, "contactShared", principal.text) }
                let isOdd = try isOdd(transaction, contact, voter: row.voter, watch, by: principal)
                if isShared || isOdd { odd.insert(row.voter) }
            }
        }
        if watch.given + holders.count >= VoterDesk.mostGivenAnHour {
            try alert(transaction, "manyContacts", principal.text)
        }
        return odd
    }

    /// Whether anybody at the console could approve what `principal` asks for.
    private func hasSecond(
        _ reading: borrowing Reading, for principal: Principal, inBureau: Bool
    ) throws(StoreError) -> Bool {
        try register.members(reading).contains {
            $0.principal != principal && !$0.isWaiting && $0.role.may(inBureau ? .decideForBureau : .decide)
        }
    }

    /// Tells the old contacts of several voters.
    private func tellOld(_ transaction: borrowing Transaction, _ rows: [ContactRow]) throws(StoreError) {
        for row in rows {
            try registrar.bringBack(transaction, voter: row.voter)
            guard let voter = try voter(transaction.reading, row.voter) else { continue }
            try tellOld(transaction, voter)
        }
    }

    /// What follows from each new contact: the takeover rule sees it, and the journal has it.
    private func followContacts(
        _ transaction: borrowing Transaction, _ rows: [ContactRow], why: String, by principal: Principal
    ) throws(StoreError) {
        for row in rows {
            try registrar.noteContact(transaction, voter: row.voter, by: principal)
            try logbook.record(
                transaction, election: election.election.id, by: principal, "roll.correct",
                [
                    "reference": row.reference, "column": row.columns.map(\.rawValue).joined(separator: ", "),
                    "reason": why,
                ], personal: row.values, key: key)
        }
    }

    // MARK: The second person

    /// What a file that waits would change.
    package struct HeldFile: Sendable {
        /// The file's name.
        package let name: String
        /// The rows, in the file's order.
        package let rows: [ContactRow]
        /// What the rows change beside contacts, by reference.
        package let others: [String: [RollChange]]
    }

    /// The file that a request is about; nil where it is about one voter.
    package func heldFile(
        _ reading: borrowing Reading, _ request: Approvals.Request
    ) throws(StoreError) -> HeldFile? {
        guard let source = request.heldImport else { return nil }
        let keys = RollKeys(key, randomness: randomness)
        var others: [String: [RollChange]] = [:]
        try registrar.eachChange(reading, election, import: source, keys: keys) {
            _, reference, changes throws(StoreError) in
            others[reference] = changes.filter { !VoterDesk.contactNames.contains($0.column) }
        }
        return HeldFile(
            name: request.order[VoterDesk.heldFile] ?? "",
            rows: try registrar.contactRows(reading, election, import: source, keys: keys), others: others)
    }

    /// What contacts are called among the changes of a file.
    private static let contactNames: Set<String> = [Column.email.rawValue, Column.phone.rawValue, "address"]

    /// Whether a file that waits holds what only the bureau may approve, by what is known today.
    func isForBureau(
        _ transaction: borrowing Transaction, _ file: HeldFile, by asker: Principal
    ) throws(StoreError) -> Bool {
        let rows = file.rows.filter { !$0.isOvertaken }
        return try !oddRows(transaction, rows, by: asker).isEmpty
    }

    /// Carries out what a second person approved of a file: each row whose voter is as when it was asked for.
    func carryOutFile(
        _ transaction: borrowing Transaction, _ request: Approvals.Request, _ file: HeldFile, why: String,
        by principal: Principal
    ) throws(StoreError) -> Decided {
        guard let source = request.heldImport else { return .carriedOut(.unknownVoter) }
        if try isSealed(transaction.reading) {
            try registrar.dropHeld(transaction, import: source)
            return .carriedOut(.refused("the poll is sealed since"))
        }
        let rows = file.rows.filter { !$0.isOvertaken }
        try tellOld(transaction, rows)
        try registrar.takeHeld(
            transaction, election, import: source, voters: rows.map(\.voter),
            keys: RollKeys(key, randomness: randomness))
        try registrar.dropHeld(transaction, import: source)
        try followContacts(transaction, rows, why: why, by: principal)
        for row in rows { _ = try issuer.readdress(transaction, election, key: key, voter: row.voter) }
        return .appliedFile(voters: rows.count, overtaken: file.rows.filter(\.isOvertaken).map(\.reference))
    }

    /// Takes one's own request back; false when it does not wait any more.
    package func takeBack(request id: Int, by viewer: Viewer) throws(StoreError) -> Bool {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Bool in
            let request = try approvals.request(transaction.reading, id)
            guard try approvals.takeBack(transaction, request: id, by: viewer.principal) else { return false }
            if let source = request?.heldImport { try registrar.dropHeld(transaction, import: source) }
            return true
        }
    }

    /// Forgets rows of files whose request's day is over; run now and then.
    package func dropHeldFiles() throws(StoreError) {
        // Mostly there are none: nobody waits for the store because of them.
        let anyHeld = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try !registrar.heldImports(reading, election).isEmpty
        }
        guard anyHeld else { return }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let waiting = Set(try approvals.waiting(transaction.reading).compactMap(\.heldImport))
            for source in try registrar.heldImports(transaction.reading, election) where !waiting.contains(source) {
                try registrar.dropHeld(transaction, import: source)
            }
        }
    }
}

extension Approvals.Request {
    /// The import whose rows it is about; nil where it is about one voter.
    package var heldImport: Int? { subject == Approvals.nobody ? order["import"].flatMap { Int($0) } : nil }
}

extension ContactRow {
    /// The mail address and mobile number that the row gives.
    var given: [GivenContact] {
        var given: [GivenContact] = []
        if columns.contains(.email), let mail = after.mail { given.append(.mail(mail)) }
        if columns.contains(.phone), let phone = after.mobile { given.append(.phone(phone)) }
        return given
    }

    /// The new contacts, for the journal's sealed part.
    fileprivate var values: [String: String] {
        var values: [String: String] = [:]
        for column in columns {
            switch column {
            case .email: values["email"] = after.mail?.text ?? ""
            case .phone: values["phone"] = after.phone?.text ?? ""
            default: values["address1"] = after.address?.lines.joined(separator: "|") ?? ""
            }
        }
        return values
    }
}
