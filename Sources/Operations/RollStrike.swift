import Elections
import Issuance
import Staff
package import Store
import VoterRoll

/// A voter is struck off the roll.
package struct RollStrike: StaffOperation {
    let context: OperationContext

    /// Off the roll of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// Strikes a voter off and ends their identifiers.
    package func strike(voter id: Int, reason: String, by actor: Actor) throws(StoreError) -> RollChangeOutcome {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> RollChangeOutcome in
            if try context.isSealed(transaction.reading) { return .sealed }
            guard try context.voter(transaction.reading, id) != nil,
                try registrar.lateVoters.strike(transaction, election, voter: id, reason: reason, by: actor.principal)
            else { return .unknownVoter }
            let sheets = try issuer.sheets(transaction.reading, of: [id])
            try issuer.revokeRemoved(transaction, election, voters: [id], by: actor.principal)
            try ReplacementSearch(context).raise(transaction, removed: [id], by: actor.principal)
            return .done(messages: 0, sheets: sheets)
        }
    }
}
