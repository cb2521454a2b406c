package import Issuance
package import VoterRoll

/// What one change of the roll came to.
package enum RollChangeOutcome: Sendable, Equatable {
    /// Messages that follow, and printed sheets, not posted yet, that are wrong since. `without`: the second person whom the
    /// command line, which knows one, went without; alerts at the console say what was odd. `notes`: what was changed in a number as
    /// it was typed, in clauses that stand after it.
    case done(
        messages: Int, sheets: [Issuer.Sheet] = [], without: SecondPerson? = nil, notes: [String] = [])
    case unknownVoter
    /// The poll is sealed: the roll is as it is.
    case sealed
    /// A file is being read or waits to be applied.
    case importing
    /// A second person must approve; only one of the bureau where `byBureau`.
    case asked(request: Int, byBureau: Bool)
    /// The same request waits already.
    case already(request: Int)
    case refused(CorrectionRefusal)
    /// Somebody else corrected the same column since it was looked at; nothing was changed.
    case overtaken
    /// Values are refused, each for its reason; nothing was changed.
    case refusedColumns([Column: CorrectionRefusal])
}
