package import Elections

/// Why the poll is not changed.
package enum PollRefusal: Reason, Equatable {
    /// There is no seal, or it is under way.
    case notSealed
    /// The change needs one of other states.
    case wrongState(PollState, needed: [PollState])
    /// The clock's own change came too early.
    case hourNotCome
    /// A clock that was wrong is taken back before the hour alone.
    case hourCome
    /// A person ordered the close: the clock decides nothing any more.
    case closeOrdered
    /// The hour came by a clock in doubt, and no member of the bureau stands for the change.
    case endedNeedsWord
    /// The clock shows a time before what is stored: a grace would have no end.
    case clockBehind
    /// Voting does not go on after the hour.
    case hourPassed
    /// The poll is in no state that has a close to come.
    case notExtendable
    /// The new close is not behind the old one.
    case notLater
    /// The new close has passed.
    case newHourPassed
    /// A name or a reason that cannot stand in records.
    case unreadableWord
    /// A statement's reason that no message can carry.
    case longReason
    /// There is no seal.
    case nothingToAbandon
    /// The members' statement is not one for this.
    case statement(StatementFault)
    /// Something was changed by hand.
    case finding(AuditFinding)
    /// The store was restored from a backup.
    case restore(RestoreRefusal)
    /// The poll is not opened.
    case opening(OpeningRefusal)
    /// The seal is not undone.
    case unsealing(UnsealingRefusal)

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .notSealed: ReasonText("poll.notSealed", "The poll is not sealed yet: run `isoloir poll seal`.")
        case .wrongState(let state, let needed):
            ReasonText(
                "poll.wrongState",
                "The poll is \([state], "state", of: "poll"); this needs one that is \(needed, "needed", of: "poll").")
        case .hourNotCome: ReasonText("poll.hourNotCome", "The hour has not come.")
        case .hourCome: ReasonText("poll.hourCome", "The hour has come.")
        case .closeOrdered: ReasonText("poll.closeOrdered", "The close was ordered.")
        case .endedNeedsWord, .clockBehind, .unreadableWord, .longReason: wordText
        case .hourPassed:
            ReasonText("poll.hourPassed", "The hour of closing has passed: close the poll, or extend it first.")
        case .notExtendable:
            ReasonText(
                "poll.notExtendable",
                "A poll is extended while it is sealed, open, suspended or ended; this one is not.")
        case .notLater: ReasonText("poll.notLater", "A poll is only ever extended: the new hour must be later.")
        case .newHourPassed:
            ReasonText("poll.newHourPassed", "The new hour has passed already: give one that is still to come.")
        case .nothingToAbandon:
            ReasonText("poll.nothingToAbandon", "The poll is not sealed yet: there is nothing to abandon.")
        case .statement(let fault):
            ReasonText("poll.statement", "The bureau's statement does not serve: \(fault, "fault").")
        case .finding(let finding): finding.text
        case .restore(let refusal): refusal.text
        case .opening(let refusal): refusal.text
        case .unsealing(let refusal): refusal.text
        }
    }

    /// What is missing or wrong in the word that somebody gave.
    private var wordText: ReasonText {
        switch self {
        case .endedNeedsWord:
            ReasonText(
                "poll.endedNeedsWord",
                "The hour came by a clock that nothing vouches for: a member of the bureau decides, so say who and why with --by and --reason."
            )
        case .clockBehind:
            ReasonText(
                "poll.clockBehind",
                "This machine's clock shows a time before what the store has recorded, so nobody can tell when the grace for voters under way would be over: set the clock, or close with --at-once."
            )
        case .longReason:
            ReasonText(
                "poll.longReason",
                "The reason stands in a message to every voter: at most \(PollDecision.longestReason, "most") characters. Draft and sign a shorter one."
            )
        default:
            ReasonText(
                "poll.unreadableWord",
                "A name or a reason is one line of \(PollDecision.longestReason, "most") characters at most that can be read: not empty, and without characters that nobody sees."
            )
        }
    }
}

/// Why a sealed poll is not opened.
package enum OpeningRefusal: Reason, Equatable {
    /// The server has no box key.
    case noBoxKey
    /// The box key is of a seal that was undone.
    case undoneBoxKey(UndoneSeal)
    /// What the audit found.
    case findings([AuditFinding])
    /// The box of a ballot holds something.
    case boxNotEmpty(String)
    /// The box key opens no credential of a ballot.
    case foreignBoxKey(String)
    /// Trustees who have not said that the sealed election is made with their key.
    case unchecked([String])

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .noBoxKey: ReasonText("opening.noBoxKey", "The box key is not there: give its file with --box-key.")
        case .undoneBoxKey(let seal):
            ReasonText(
                "opening.undoneBoxKey",
                "The box key does not serve: \(seal, "seal"). Give the one of the present seal.")
        case .findings(let findings):
            ReasonText("opening.findings", "\(findings, "findings", separator: "\n")")
        case .boxNotEmpty(let ballot):
            ReasonText("opening.boxNotEmpty", "The box of \(ballot, "ballot") is not empty.")
        case .foreignBoxKey(let ballot):
            ReasonText(
                "opening.foreignBoxKey",
                "The box key does not open the credentials of \(ballot, "ballot"): it is another poll's.")
        case .unchecked(let names):
            ReasonText(
                "opening.unchecked",
                "\(names.joined(separator: ", "), "names") must check the sealed election first: isoloir tally check, then isoloir trustee checked FILE. In need two members of the bureau waive it in writing (isoloir bureau draft open-without-check, then poll open --waiver FILE)."
            )
        }
    }
}

/// Why a seal is not undone.
package enum UnsealingRefusal: Reason, Equatable {
    /// There is no seal.
    case notSealed
    /// The poll was opened.
    case opened(PollState)
    /// It may have been open since the backup from which the store was restored.
    case restored
    /// A ballot lies in the box.
    case boxNotEmpty(String)

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .notSealed: ReasonText("unsealing.notSealed", "The poll is not sealed: there is nothing to undo.")
        case .opened(let state):
            ReasonText(
                "unsealing.opened",
                "The poll is \([state], "state", of: "poll"): a seal can be undone before the opening alone.")
        case .restored:
            ReasonText(
                "unsealing.restored",
                "The store was restored from a backup, and this poll may have been open since: its seal cannot be undone. Abandon the poll (isoloir poll abandon), or open it with two members' word."
            )
        case .boxNotEmpty(let ballot):
            ReasonText(
                "unsealing.boxNotEmpty",
                "The box of \(ballot, "ballot") is not empty: a seal can be undone before the first ballot alone.")
        }
    }
}

/// Why a poll whose store was restored from a backup takes no votes.
package enum RestoreRefusal: Reason, Equatable {
    /// Nobody said what was published last.
    case needsProof
    /// The same before the opening.
    case sealedNeedsProof
    /// The manifest has no members.
    case unreadableManifest
    /// A ballot's last head in the store was not given.
    case headMissing(ballot: String, round: Int, head: String)
    /// Heads that the store does not have: public ballots were lost.
    case lostRounds([String], isSealed: Bool)

    /// What is said of each, with its values.
    package var text: ReasonText {
        switch self {
        case .needsProof:
            ReasonText(
                "restore.needsProof",
                "The store was restored from a backup, and the poll may have been open since: voting goes on only with the heads that were published last and the statement of two members (poll resume with --head HASH --statement FILE; no --head where nothing was published). Otherwise close the poll, or abandon it (poll abandon)."
            )
        case .sealedNeedsProof:
            ReasonText(
                "restore.sealedNeedsProof",
                "The store was restored from a backup, and the poll may have been open since: it is opened only with the heads that were published last and the statement of two members (poll open with --head HASH --statement FILE; no --head where nothing was published). Otherwise abandon it (poll abandon)."
            )
        case .unreadableManifest: ReasonText("restore.unreadableManifest", "The seal's manifest cannot be read.")
        case .headMissing(let ballot, let round, let head):
            ReasonText(
                "restore.headMissing",
                "The restored box of \(ballot, "ballot") ends with round \(round, "round"), \(head, "head"): the head that was published last must be given, and it is this one or a later one."
            )
        case .lostRounds(let heads, isSealed: true):
            ReasonText(
                "restore.lostSealed",
                "The restored box does not contain what was published: \(heads.joined(separator: ", "), "heads"). Ballots that are public were lost. The poll can be abandoned (poll abandon), not opened."
            )
        case .lostRounds(let heads, isSealed: false):
            ReasonText(
                "restore.lost",
                "The restored box does not contain what was published: \(heads.joined(separator: ", "), "heads"). Ballots that are public were lost. The poll can be closed or abandoned, not resumed."
            )
        }
    }
}
