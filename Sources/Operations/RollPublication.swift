import Authentication
import Contacts
import Delivery
import Elections
package import Issuance
package import Journal
import Staff
package import Store
package import VoterRoll

/// Contacts that a whole file changes: the rules of a single correction hold for each of its rows.
///
///     file, applied       VoterSupport                                           second person
///       | apply ----------> | what an older file left waiting ends                   |
///       |                   | rows of voters without an identifier: at once          |
///       |                   | with one, where one person may: the old contact is     |
///       |                   |   told, the change noted, the journal has each         |
///       |                   | else held beside the roll, one request ------------->  | sees who changes to what
///       |                   |   whoever they would replace stays on the roll         |
///       |                   | <--------------------------------------- approve, all  |
///       |                   | rows whose voter is as then: told, noted, journalled   |
///       |                   | whoever they replace leaves, and is told               |
extension VoterSupport {
    /// What applying a file came to.
    package struct AppliedRoll: Sendable, Equatable {
        /// The request that a second person decides, and how many voters wait in it; nil where nobody waits.
        package var request: Int?
        /// Voters whose rows wait.
        package var held = 0
        /// Those among them whom the file adds: they are not on the roll yet.
        package var heldNew = 0
        /// Voters whom the file lacks and who stay on the roll, since somebody who would take their place waits or was not taken.
        package var kept = 0
        /// Whether only a member of the bureau may approve it.
        package var isForBureau = false
        /// Voters with an identifier whose contacts were changed at once.
        package var moved = 0
        /// Requests of older files that ended: this file took their place.
        package var replaced: [Int] = []
        /// Voters whose rows were not taken, since nobody could have approved them: by reference.
        package var leftOut: [String] = []
        /// Printed sheets, not posted yet, that are wrong since.
        package var sheets: [Issuer.Sheet] = []
    }

    /// Makes a loaded file the roll. Console, interface for programs and command line all come here.
    ///
    /// How many contacts a file changes is no reason to bring it before the bureau, as many single ones of one hour are: they are seen
    /// together, in one list. Where one person may change contacts alone, nobody would see that list: then many wait for a second one.
    /// - Parameters:
    ///   - hands: who gave the file, where that is somebody else than who applies it: neither approves what waits of it.
    ///   - actsAlone: whether rows are applied where nobody could approve any: a command line without a console. Odd ones are left out
    ///     where there is no bureau.
    /// - Returns: nil where the poll is sealed: nothing was changed.
    package func apply(
        _ transaction: borrowing Transaction, _ roll: LoadedRoll, file: String, by principal: Principal,
        hands: [Principal] = [], actsAlone: Bool = false
    ) throws(StoreError) -> AppliedRoll? {
        if try isSealed(transaction.reading) { return nil }
        let source = registrar.number(of: roll)
        var applied = AppliedRoll(replaced: try replaceWaiting(transaction, by: file, principal))
        let look = try look(transaction, import: source, leaving: roll.removedIDs, by: principal)
        var waiting = look.wantsSecond(always: election.election.access.fourEyes)
        var left: Set<Int> = []
        if actsAlone {
            if !look.odd.isEmpty, try !hasSecond(transaction.reading, for: principal, inBureau: true) {
                let odd = waiting.filter { look.odd.contains($0.voter) }
                waiting.removeAll { look.odd.contains($0.voter) }
                applied.leftOut = odd.map(\.reference)
                left = Set(odd.map(\.voter))
                try registrar.leaveOut(transaction, roll, voters: odd.map(\.voter))
            }
            if try !hasSecond(transaction.reading, for: principal, inBureau: false) { waiting = [] }
        }
        let held = Set(waiting.map(\.voter))
        let moved = look.guarded.filter { !held.contains($0.voter) && !left.contains($0.voter) }
        // Nobody leaves as long as whoever would stand in their place is not on the roll: refused, there would be neither.
        let kept = look.replacing.voters(of: held.union(left)).intersection(roll.removedIDs)
        try registrar.hold(transaction, roll, voters: waiting.map(\.voter).filter { !look.added.contains($0) })
        try registrar.setAside(
            transaction, election, import: source, voters: waiting.map(\.voter).filter { look.added.contains($0) },
            keys: RollKeys(key, randomness: randomness))
        try tellOld(transaction, moved.filter { !look.added.contains($0.voter) })
        // Whoever leaves or left the roll while somebody of their name comes onto it learns of it by the contact they had.
        let comers = Set(moved.map(\.voter))
        try tellReplaced(transaction, look.replacing.voters(of: comers).subtracting(comers).subtracting(kept))
        let changed = try registrar.changedVoters(transaction.reading, roll)
        let wrong = try registrar.printedChanges(transaction.reading, import: source, rows: look.changed)
        applied.sheets = try sheets(
            transaction.reading,
            of: wrong.filter { !held.contains($0) && !left.contains($0) }
                + roll.removedIDs.filter { !kept.contains($0) })
        let removed = try registrar.publish(transaction, roll, keeping: kept, file: file, by: principal)
        try issuer.revokeRemoved(transaction, election, voters: removed, by: principal)
        try noteReplaced(transaction, removed: removed, by: principal)
        try followContacts(transaction, moved, why: file, by: principal)
        for voter in changed { _ = try issuer.readdress(transaction, election, key: key, voter: voter) }
        (applied.held, applied.kept) = (held.count, kept.count)
        applied.moved = moved.count { !$0.columns.isEmpty }
        applied.heldNew = held.count { look.added.contains($0) }
        applied.isForBureau = !look.odd.isDisjoint(with: held)
        guard !held.isEmpty else { return applied }
        applied.request = try approvals.ask(
            transaction,
            Approvals.Draft(
                .changeRoll, subject: Approvals.nobody,
                order: [
                    VoterSupport.heldImport: "\(source)", VoterSupport.heldFile: file, "voters": "\(held.count)",
                    Approvals.hands: hands.map(\.text).filter { $0 != principal.text }.joined(separator: ","),
                    VoterSupport.replacing: look.replacing.of(held).text,
                    VoterSupport.leaving: kept.sorted().map(String.init).joined(separator: ","),
                ], reason: file, needsBureau: applied.isForBureau), by: principal)
        return applied
    }

    /// The order's entries of a file that waits: the import's number, and the file's name; of a voter who was added alone, that it is
    /// about one.
    static let heldImport = "import"
    static let heldFile = "file"
    static let heldAddition = "added"

    /// What an older file left waiting ends: the newer one says of every voter what their contacts are.
    private func replaceWaiting(
        _ transaction: borrowing Transaction, by file: String, _ principal: Principal
    ) throws(StoreError) -> [Int] {
        var replaced: [Int] = []
        for request in try approvals.waiting(transaction.reading) where !request.isAddition {
            guard let source = request.heldImport,
                try approvals.replace(transaction, request: request.id, by: file, principal: principal)
            else { continue }
            try forgetHeld(transaction, source)
            replaced.append(request.id)
        }
        return replaced
    }

    /// The printed sheets of some voters that are not posted yet, without a second mention.
    func sheets(_ reading: borrowing Reading, of voters: [Int]) throws(StoreError) -> [Issuer.Sheet] {
        var found: [Issuer.Sheet] = []
        for voter in Set(voters) { found += try issuer.sheetsInHand(reading, voter: voter) }
        return found.sorted { ($0.batch, $0.number) < ($1.batch, $1.number) }
    }

    /// Whether anybody at the console could approve what `principal` asks for.
    private func hasSecond(
        _ reading: borrowing Reading, for principal: Principal, inBureau: Bool
    ) throws(StoreError) -> Bool {
        try register.members(reading).contains {
            $0.principal != principal && !$0.isWaiting && $0.role.may(inBureau ? .decideForBureau : .decide)
        }
    }

    /// Tells the old contacts of several voters, where it is a contact that changes.
    func tellOld(_ transaction: borrowing Transaction, _ rows: [ContactRow]) throws(StoreError) {
        for row in rows {
            try registrar.bringBack(transaction, voter: row.voter)
            guard row.columns.contains(where: \.isContact), let voter = try voter(transaction.reading, row.voter) else {
                continue
            }
            try tellOld(transaction, voter)
        }
    }

    /// What follows from each new contact: the takeover rule sees it, and the journal has it.
    func followContacts(
        _ transaction: borrowing Transaction, _ rows: [ContactRow], why: String, by principal: Principal
    ) throws(StoreError) {
        for row in rows {
            if row.columns.contains(where: \.isContact) {
                try registrar.noteContact(transaction, voter: row.voter, by: principal)
            }
            // Of a row that is here for its name alone the names are what changed.
            let columns = row.columns.isEmpty ? [.lastName, .firstName] : row.columns
            try journal.record(
                transaction, election: election.election.id, by: principal, .rollCorrect,
                [
                    "reference": row.reference, "column": columns.map(\.rawValue).joined(separator: ", "),
                    "reason": why,
                ], personal: .init(row.values, key: key))
        }
    }
}

extension ContactRow {
    /// The mail address and mobile number that the row gives.
    var given: [PhoneGivenContact] {
        var given: [PhoneGivenContact] = []
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
            // An answer is a secret: not even its hash is anybody's to read.
            case .challenge: continue
            default: values["address1"] = after.address?.lines.joined(separator: "|") ?? ""
            }
        }
        return values
    }
}
