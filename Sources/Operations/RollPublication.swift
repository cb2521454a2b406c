import Authentication
import Contacts
import Delivery
import Elections
import Issuance
package import Journal
import Staff
package import Store
package import VoterRoll

/// Contacts that a whole file changes: the rules of a single correction hold for each of its rows.
///
///     file, applied       publication                                            second person
///       | apply ----------> | what an older file left waiting ends                   |
///       |                   | rows of voters without an identifier: at once          |
///       |                   | with one, where one person may: the old contact is     |
///       |                   |   told, the change noted, the journal has each         |
///       |                   | else held beside the roll, one request ------------->  | sees who changes to what
///       |                   |   whoever they would replace stays on the roll         |
///       |                   | <--------------------------------------- approve, all  |
///       |                   | rows whose voter is as then: told, noted, journalled   |
///       |                   | whoever they replace leaves, and is told               |
package struct RollPublication: StaffOperation {
    let context: OperationContext

    /// Of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// Makes a loaded file the roll at once, where nobody asked for it at the console. The command line comes here.
    /// - Returns: nil where the poll was sealed meanwhile: what was loaded is thrown away then.
    package func apply(_ roll: LoadedRoll, file: String, by actor: Actor) throws(StoreError) -> AppliedRoll? {
        let applied = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try apply(transaction, roll, file: file, by: actor.principal, actsAlone: actor.actsAlone)
        }
        if applied == nil { try registrar.imports.discard(roll) }
        return applied
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
        if try context.isSealed(transaction.reading) { return nil }
        let source = registrar.imports.number(of: roll)
        var applied = AppliedRoll(replaced: try replaceWaiting(transaction, by: file, principal))
        let look = try ContactReviewer(context).review(
            transaction, import: source, leaving: roll.removedIDs, by: principal)
        var waiting = look.wantsSecond(always: election.election.access.fourEyes)
        var left: Set<Int> = []
        if actsAlone {
            if !look.odd.isEmpty, try !hasSecond(transaction.reading, for: principal, inBureau: true) {
                let odd = waiting.filter { look.odd.contains($0.voter) }
                waiting.removeAll { look.odd.contains($0.voter) }
                applied.leftOut = odd.map(\.reference)
                left = Set(odd.map(\.voter))
                try registrar.imports.leaveOut(transaction, roll, voters: odd.map(\.voter))
            }
            if try !hasSecond(transaction.reading, for: principal, inBureau: false) { waiting = [] }
        }
        let held = Set(waiting.map(\.voter))
        let moved = look.guarded.filter { !held.contains($0.voter) && !left.contains($0.voter) }
        // Nobody leaves as long as whoever would stand in their place is not on the roll: refused, there would be neither.
        let kept = look.replacing.voters(of: held.union(left)).intersection(roll.removedIDs)
        try registrar.heldRows.hold(transaction, roll, voters: waiting.map(\.voter).filter { !look.added.contains($0) })
        try registrar.heldRows.setAside(
            transaction, election, import: source, voters: waiting.map(\.voter).filter { look.added.contains($0) },
            keys: context.keys)
        let notices = ContactNotices(context)
        try notices.notifyOld(transaction, moved.filter { !look.added.contains($0.voter) })
        // Whoever leaves or left the roll while somebody of their name comes onto it learns of it by the contact they had.
        let comers = Set(moved.map(\.voter))
        try notices.notifyReplaced(transaction, look.replacing.voters(of: comers).subtracting(comers).subtracting(kept))
        let changed = try registrar.changes.changedVoters(transaction.reading, roll)
        let wrong = try registrar.changes.printedChanges(transaction.reading, import: source, rows: look.changed)
        applied.sheets = try issuer.sheets(
            transaction.reading,
            of: wrong.filter { !held.contains($0) && !left.contains($0) }
                + roll.removedIDs.filter { !kept.contains($0) })
        let removed = try registrar.imports.publish(transaction, roll, keeping: kept, file: file, by: principal)
        try issuer.revokeRemoved(transaction, election, voters: removed, by: principal)
        try ReplacementSearch(context).raise(transaction, removed: removed, by: principal)
        try notices.record(transaction, moved, why: file, by: principal)
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
                    HeldRolls.importEntry: "\(source)", HeldRolls.fileEntry: file, "voters": "\(held.count)",
                    Approvals.hands: hands.map(\.text).filter { $0 != principal.text }.joined(separator: ","),
                    Replacements.entry: look.replacing.of(held).text,
                    ReplacementSearch.leavingEntry: kept.sorted().map(String.init).joined(separator: ","),
                ], reason: file, needsBureau: applied.isForBureau), by: principal)
        return applied
    }

    /// What an older file left waiting ends: the newer one says of every voter what their contacts are.
    private func replaceWaiting(
        _ transaction: borrowing Transaction, by file: String, _ principal: Principal
    ) throws(StoreError) -> [Int] {
        var replaced: [Int] = []
        for request in try approvals.waiting(transaction.reading) where !request.isAddition {
            guard let source = request.heldImport,
                try approvals.replace(transaction, request: request.id, by: file, principal: principal)
            else { continue }
            try HeldRolls(context).forget(transaction, source)
            replaced.append(request.id)
        }
        return replaced
    }

    /// Whether anybody at the console could approve what `principal` asks for.
    private func hasSecond(
        _ reading: borrowing Reading, for principal: Principal, inBureau: Bool
    ) throws(StoreError) -> Bool {
        try register.members(reading).contains {
            $0.principal != principal && !$0.isWaiting && $0.role.may(inBureau ? .decideForBureau : .decide)
        }
    }
}
