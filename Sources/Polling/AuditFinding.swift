package import Elections

/// What the audit of a poll finds changed by hand.
package enum AuditFinding: Reason, Equatable {
    /// What stands in the box, the list or the publication of one ballot.
    case ballot(String, BallotFinding)
    /// The manifest's own seal does not hold.
    case manifest
    /// The manifest is not the journal's.
    case manifestNotNoted
    /// The manifest is no document that can be read.
    case manifestUnreadable
    /// The manifest is silent on a trustee whose keys were replaced.
    case replacements
    /// The manifest is silent on a trustee who was taken away.
    case removals
    /// The journal has another state, or none.
    case state(PollState, noted: PollState?)
    /// The journal has another hour for one of the poll's changes.
    case hour(Hour)
    /// The journal has another state of the taking of ballots.
    case taking
    /// Voters are told other hours than the poll's.
    case toldHours
    /// What is noted of a trustee's check of the seal is not what was signed.
    case check(trustee: String)
    /// The trustees, or what is noted of their keys, are not the sealed ones.
    case trustees
    /// The members are not the sealed ones.
    case members
    /// A signed record is not the one that the journal has, or is gone.
    case recordNotNoted(SignedRecord.Kind)
    /// A signed record's signature does not hold.
    case record(SignedRecord.Kind)
    /// What is stored of a restored backup is not the journal's.
    case restore
    /// The number of voters who were told of their vote at once is not readable, or stands where none may.
    case toldAtOnce
    /// More or fewer lines say that their voter was told than the journal, and the poll's seal where it counts.
    case told(Int, journal: Int, sealed: Int)

    /// An hour that the journal has.
    package enum Hour: String, Sendable {
        case sealed, opened, closed, closing
    }

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .ballot(let name, let finding):
            ReasonText("audit.ballot", "\(name, "ballot"): \(finding, "finding")")
        case .manifest, .manifestNotNoted, .manifestUnreadable, .replacements, .removals, .trustees, .members: sealText
        case .check(let trustee):
            ReasonText(
                "audit.check",
                "What is noted of \(trustee, "trustee")'s check of the seal is not what was signed.")
        case .hour(let hour): text(hour)
        case .state(let state, let noted?):
            ReasonText(
                "audit.state",
                "The poll is \([state], "state", of: "poll"), by the journal \([noted], "noted", of: "poll").")
        case .state(let state, nil):
            ReasonText("audit.stateUnknown", "The poll is \([state], "state", of: "poll"), by the journal nothing.")
        case .taking:
            ReasonText("audit.taking", "That ballots are taken, or not any more, was changed by hand.")
        case .toldHours:
            ReasonText("audit.toldHours", "The hours that voters are told are not those of the poll.")
        case .recordNotNoted(let kind):
            ReasonText(
                "audit.recordNotNoted",
                "The \([kind], "kind", of: "record") record is not the one of the journal, or is gone.")
        case .record(let kind):
            ReasonText(
                "audit.record",
                "The \([kind], "kind", of: "record") record was changed by hand: its signature does not hold.")
        case .restore: ReasonText("audit.restore", "What is stored of a restored backup was changed by hand.")
        case .toldAtOnce, .told: toldText
        }
    }

    /// Of the seal, its people and its manifest.
    private var sealText: ReasonText {
        switch self {
        case .manifest:
            ReasonText(
                "audit.manifest", "The seal's manifest was changed by hand: nothing that it says is believed.")
        case .manifestNotNoted: ReasonText("audit.manifestNotNoted", "The seal's manifest is not the journal's.")
        case .manifestUnreadable: ReasonText("audit.manifestUnreadable", "The seal's manifest cannot be read.")
        case .replacements:
            ReasonText(
                "audit.replacements",
                "The seal does not say of every trustee whose keys were replaced that they were.")
        case .removals:
            ReasonText(
                "audit.removals", "The seal does not say of every trustee who was taken away that they were.")
        case .members:
            ReasonText("audit.members", "The members of the bureau are not those of the seal.")
        default:
            ReasonText(
                "audit.trustees", "The trustees, or what is noted of their keys, are not those of the seal.")
        }
    }

    /// Of voters who were told of their vote.
    private var toldText: ReasonText {
        switch self {
        case .told(let lines, let journal, sealed: 0):
            ReasonText(
                "audit.told",
                "\(lines, "lines") lines of the lists say that their voter was told of the vote, the journal \(journal, "journal")."
            )
        case .told(let lines, let journal, let sealed):
            ReasonText(
                "audit.toldSealed",
                "\(lines, "lines") lines of the lists say that their voter was told of the vote, the journal \(journal, "journal") and the poll's seal \(sealed, "sealed")."
            )
        default:
            ReasonText(
                "audit.toldAtOnce",
                "The number of voters who were told of their vote at once was changed by hand.")
        }
    }

    private func text(_ hour: Hour) -> ReasonText {
        switch hour {
        case .sealed: ReasonText("audit.sealedAt", "The hour at which the poll was sealed was changed by hand.")
        case .opened: ReasonText("audit.openedAt", "The hour at which the poll was opened was changed by hand.")
        case .closed: ReasonText("audit.closedAt", "The hour at which the poll was closed was changed by hand.")
        case .closing: ReasonText("audit.closesAt", "The poll's hour of closing was changed by hand.")
        }
    }
}
