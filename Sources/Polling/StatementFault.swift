package import Elections

/// Why a statement of the bureau does not serve.
package enum StatementFault: Reason, Equatable {
    /// It accepts one act, and another is wanted.
    case act(BureauStatement.Act, wanted: BureauStatement.Act)
    /// It is for one election, and another is wanted.
    case election(String, wanted: String)
    /// It speaks of one thing, and another is here.
    case subject(String, wanted: String)
    /// So many members signed, too few.
    case signers(Int)
    /// It speaks of a seal that was undone.
    case undone(UndoneSeal)
    /// The file that lets a part in holds none.
    case unreadableWaiver

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .act(let act, let wanted):
            ReasonText(
                "statement.act",
                "the statement accepts \"\(act.rawValue, "act")\", not \"\(wanted.rawValue, "wanted")\"")
        case .election(let election, let wanted):
            ReasonText(
                "statement.election", "the statement is for \(election, "election"), not for \(wanted, "wanted")")
        case .subject(let subject, let wanted):
            ReasonText(
                "statement.subject",
                "the statement speaks of something else (\(subject, "subject")) than what is here (\(wanted, "wanted"))"
            )
        case .signers(let count):
            ReasonText(
                "statement.signers",
                "\(BureauStatement.needed, "needed") members of the bureau must have signed it, whose keys are in the seal; \(count, "count") did"
            )
        case .undone(let seal): seal.text
        case .unreadableWaiver: ReasonText("statement.unreadableWaiver", "the waiver is no statement of the bureau")
        }
    }
}

extension UndoneSeal: Reason {
    /// Why nothing that was made for it serves, such as a box key.
    package var text: ReasonText {
        ReasonText(
            "undoneSeal",
            "it is of the seal \(fingerprint, "fingerprint"), which \(by, "by") undid: nothing of that one serves any more"
        )
    }
}
