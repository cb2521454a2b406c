package import Issuance

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
