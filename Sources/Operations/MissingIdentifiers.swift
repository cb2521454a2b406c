import Authentication
import Elections
package import Issuance
import Journal
import Staff
package import Store
import VoterRoll

/// Voters who have no identifier, and the issuing to all of them.
package struct MissingIdentifiers: StaffOperation {
    let context: OperationContext

    /// Of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// How many voters have no identifier: new on the roll, or theirs ended with a spoiled or returned letter.
    package func count(_ reading: borrowing Reading) throws(StoreError) -> Int {
        var held = 0
        try issuer.eachHeld(reading, election) { _, _, _, _ throws(StoreError) in held += 1 }
        return max(0, try registrar.count(reading, election) - held)
    }

    /// Issues to everybody who has none, by the channel that reaches them.
    package func issueMissing(by actor: Actor) throws(StoreError) -> Issuer.Outcome {
        try issuer.issueAll(store, context.issuance, forced: nil, by: actor.principal)
    }
}
