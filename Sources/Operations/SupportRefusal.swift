package import Elections
package import Issuance
package import VoterRoll

/// Why nothing is done for a voter.
package enum SupportRefusal: Reason, Equatable {
    /// No identifier can be sent.
    case reissue(ReissueRefusal)
    /// The values that were to be corrected, by what is wrong with each.
    case correction([CorrectionRefusal])
    /// What was approved is not what stands now.
    case changedMeanwhile
    /// There is no passphrase that a voter chooses.
    case sendsPasswords
    /// The poll was sealed since it was asked for.
    case sealed
    /// What an earlier version wrote down does not say what stood.
    case earlierVersion

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .reissue(let refusal): refusal.text
        case .correction(let refusals):
            ReasonText("support.correction", "\(refusals, "refusals", separator: "; ")")
        case .changedMeanwhile:
            ReasonText(
                "support.changedMeanwhile",
                "what this would change was changed by somebody else meanwhile: look at the voter's page and ask again"
            )
        case .sendsPasswords:
            ReasonText(
                "support.sendsPasswords", "this election sends passwords: give the voter a new identifier")
        case .sealed: ReasonText("support.sealed", "the poll is sealed since")
        case .earlierVersion:
            ReasonText(
                "support.earlierVersion", "this was asked for in an earlier version of the program: ask again")
        }
    }
}
