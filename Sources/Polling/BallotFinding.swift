package import Elections

/// What the audit finds changed by hand in the box, the list or the publication of one ballot.
package enum BallotFinding: Reason, Equatable {
    /// So many slots and lines of the list for so many electors.
    case places(slots: Int, lines: Int, electors: Int)
    /// Ballots, signatures and recorded votes are not as many.
    case votes(ballots: Int, signatures: Int, recorded: Int)
    /// The seals of box and list do not open.
    case seals
    /// The seals of box and list are of an earlier moment.
    case earlierSeals
    /// Other votes are recorded than sealed.
    case sealedVotes(recorded: Int, sealed: Int)
    /// The box's seal does not fit.
    case box
    /// Voters, credentials or slots are not the sealed ones.
    case electors
    /// The list's seal does not fit.
    case list
    /// The documents are not those of the manifest.
    case documents
    /// So many slots are no sealed credential's.
    case foreignSlots(Int)
    /// So many slots were cut short.
    case cutSlots(Int)
    /// Something else is published than lies in the box.
    case publication
    /// The head of a round is not that of its ballots.
    case head(round: Int)
    /// The final publication lacks ballots.
    case leftOut
    /// A publication that no round in the journal stands for.
    case unnotedRound
    /// The publication is not the one of the journal's last round.
    case anotherRound
    /// The encrypted tally is not the one that the journal has.
    case tally
    /// The encrypted tally is no document that can be read.
    case tallyUnreadable
    /// The result is not the one that the journal has.
    case result
    /// The trustees' parts give another result.
    case resultOfParts
    /// A trustee's part, by their number from 1 on.
    case part(trustee: Int, PartFault)

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .places, .votes, .sealedVotes, .foreignSlots, .cutSlots: countText
        case .seals, .earlierSeals, .box, .electors, .list, .documents: sealText
        case .publication, .head, .leftOut, .unnotedRound, .anotherRound: publicationText
        case .tally: ReasonText("ballot.tally", "the encrypted tally is not the journal's.")
        case .tallyUnreadable: ReasonText("ballot.tallyUnreadable", "the encrypted tally cannot be read.")
        case .result: ReasonText("ballot.result", "the result is not the journal's.")
        case .resultOfParts: ReasonText("ballot.resultOfParts", "the result is not what the trustees' parts give.")
        case .part(let trustee, let fault):
            ReasonText(
                "ballot.part",
                "the part of trustee \(trustee, "trustee") \(fault, "fault"): it was changed by hand.")
        }
    }

    /// Where numbers do not agree.
    private var countText: ReasonText {
        switch self {
        case .places(let slots, let lines, let electors):
            ReasonText(
                "ballot.places",
                "\(slots, "slots") slots and \(lines, "lines") lines of the list for \(electors, "electors") electors.")
        case .sealedVotes(let recorded, let sealed):
            ReasonText("ballot.sealedVotes", "\(recorded, "recorded") votes recorded, \(sealed, "sealed") by the seal.")
        case .foreignSlots(let count):
            ReasonText(
                "ballot.foreignSlots",
                "\(count, "count") slots do not belong to a sealed credential, or have another weight.")
        case .cutSlots(let count):
            ReasonText("ballot.cutSlots", "\(count, "count") slots were cut short, or are empty and not blank.")
        case .votes(let ballots, let signatures, let recorded):
            ReasonText(
                "ballot.votes",
                "\(ballots, "ballots") ballots in the box, \(signatures, "signatures") signatures, \(recorded, "recorded") votes recorded."
            )
        default: publicationText
        }
    }

    /// Where a seal does not hold.
    private var sealText: ReasonText {
        switch self {
        case .seals:
            ReasonText(
                "ballot.seals",
                "the seals of box and list do not open: they were changed by hand, or belong to another ballot or round."
            )
        case .earlierSeals:
            ReasonText("ballot.earlierSeals", "the seals of box and list were put back to an earlier moment.")
        case .box: ReasonText("ballot.box", "the box was changed by hand: its seal does not fit.")
        case .electors:
            ReasonText(
                "ballot.electors",
                "voters of the list, their sealed credentials, or the slots' are not the sealed ones.")
        case .list:
            ReasonText("ballot.list", "the signature list was changed by hand: its seal does not fit.")
        default: ReasonText("ballot.documents", "the sealed documents were changed.")
        }
    }

    /// Where the publication is another one.
    private var publicationText: ReasonText {
        switch self {
        case .head(let round):
            ReasonText("ballot.head", "the head of round \(round, "round") is not that of the published ballots.")
        case .leftOut: ReasonText("ballot.leftOut", "ballots in the box were left out of the publication.")
        case .unnotedRound:
            ReasonText("ballot.unnotedRound", "a box was published without a round in the journal.")
        case .anotherRound:
            ReasonText("ballot.anotherRound", "the published box is not the one of the journal's last round.")
        default: ReasonText("ballot.publication", "what is published is not what is in the box.")
        }
    }
}

/// What is wrong with a trustee's part of the decryption; said of the part.
package enum PartFault: Reason, Equatable {
    /// It is of another tally.
    case unfit
    /// Its proof does not hold with the trustee's key.
    case unproven
    /// Nothing binds it, and the bureau did not accept that.
    case unbound
    /// The bureau's word that accepts it does not hold.
    case waiver
    /// One of its factors was made with another key.
    case foreignFactor

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .unfit: ReasonText("part.unfit", "does not fit the encrypted tally")
        case .unproven: ReasonText("part.unproven", "is not proven to be made with the trustee's key")
        case .unbound: ReasonText("part.unbound", "is bound by nothing, and nobody accepted that")
        case .waiver:
            ReasonText("part.waiver", "is bound by nothing, and the bureau's word that lets it in does not hold")
        case .foreignFactor:
            ReasonText("part.foreignFactor", "holds a factor that was not made with the trustee's key")
        }
    }
}
