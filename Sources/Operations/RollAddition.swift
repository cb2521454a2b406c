import Elections
import Issuance
import Journal
import Staff
package import Store
package import VoterRoll

/// A voter who was left out is put on the roll.
package struct RollAddition: StaffOperation {
    let context: OperationContext

    /// On the roll of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// Adds a voter who was left out. Once identifiers were sent, a contact that others have, or that takes the place of somebody who
    /// was struck off, waits for a second person, and the voter with it.
    package func add(
        reference: String, values: [Column: String], reason: String, by actor: Actor
    ) throws(StoreError) -> (RollChangeOutcome, voter: Int?) {
        try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (RollChangeOutcome, voter: Int?) in
            if try context.isSealed(transaction.reading) { return (.sealed, nil) }
            let outcome = try registrar.lateVoters.add(
                transaction, election, LateVoter(reference: reference, values: values, reason: reason, isNoted: false),
                key: key, randomness: context.randomness, by: actor.principal)
            switch outcome {
            case .added(let id):
                let asked = try ask(
                    transaction, id, reference: reference, reason: reason, by: actor.principal)
                if let asked { return (asked, nil) }
                try registrar.lateVoters.note(
                    transaction, election, reference, reason: reason, by: actor.principal)
                return (.done(messages: 0), id)
            case .importing: return (.importing, nil)
            case .taken:
                return (.refused(.referenceTaken(reference)), nil)
            case .refused(let column, let reason): return (.refusedColumns([column: reason]), nil)
            }
        }
    }

    /// Asks others about a voter who was just added, where their contact wants it: then they are not on the roll yet.
    /// - Returns: nil where nobody is asked.
    private func ask(
        _ transaction: borrowing Transaction, _ id: Int, reference: String, reason: String, by principal: Principal
    ) throws(StoreError) -> RollChangeOutcome? {
        let source = try registrar.changes.origin(transaction.reading, voter: id)
        let look = try ContactReviewer(context).review(
            transaction, import: source, only: id, leaving: [], by: principal)
        let waiting = look.wantsSecond(always: election.election.access.fourEyes)
        guard !waiting.isEmpty else {
            let notices = ContactNotices(context)
            try notices.notifyReplaced(transaction, look.replacing.voters(of: [id]))
            try notices.record(transaction, look.guarded, why: reason, by: principal)
            return nil
        }
        try registrar.heldRows.setAside(
            transaction, election, import: source, voters: waiting.map(\.voter),
            keys: context.keys)
        let byBureau = !look.odd.isEmpty || look.isMany
        let request = try approvals.ask(
            transaction,
            Approvals.Draft(
                .changeRoll, subject: Approvals.nobody,
                order: [
                    HeldRolls.importEntry: "\(source)", HeldRolls.fileEntry: reference,
                    HeldRolls.additionEntry: "yes",
                    "voters": "1", Replacements.entry: look.replacing.text,
                ], reason: reason, needsBureau: byBureau), by: principal)
        return .asked(request: request, byBureau: byBureau)
    }
}
