import Delivery
import Elections
import Issuance
import Store

extension PollState {
    /// What the state means to whoever wants to vote; nil while the poll is being sealed.
    var stage: PollHours.Stage? {
        switch self {
        case .sealing: nil
        case .sealed: .sealed
        case .open: .open
        case .suspended: .suspended
        case .closing: .closing
        case .ended: .halted
        case .closed, .destroyed: .ended
        case .abandoned: .abandoned
        }
    }
}

extension Poll {
    /// Puts the poll's hours and state in force for everybody who speaks of them, and into the messages that wait. Every
    /// change of the poll's row ends with it.
    /// - Parameter reason: why the poll is suspended, for voters.
    static func putHours(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ outbox: Outbox, reason: String? = nil
    ) throws(StoreError) {
        guard let poll = try find(transaction.reading, election: election.number), let stage = poll.state.stage else {
            return try PollHours.withdraw(transaction, election: election.number)
        }
        let before = try PollHours.find(transaction.reading, election)
        try PollHours.put(
            transaction, election: election.number,
            PollHours.Force(
                stage, closes: poll.closesAt, openedAt: poll.openedAt, stoppedAt: poll.stoppedAt,
                isRestored: try isRestored(transaction.reading, election)), reason: reason)
        // While a clock in doubt holds the poll nothing is decided: word that waits is as true afterwards as before.
        let isPause = before.closes == poll.closesAt && (stage == .halted || before.stage == .halted && stage == .open)
        if !isPause, before.stage != stage || before.closes != poll.closesAt {
            // Whose ballot a restore lost must hear of it: that word stays true while votes are taken, and while nothing is
            // decided.
            try outbox.withdrawNews(
                transaction, election: election.number, sparesRestored: [.open, .halted].contains(stage))
        }
        if stage == .halted || before.stage == .halted {
            try outbox.holdNews(transaction, election: election.number, isHeld: stage == .halted)
        }
        if before.closes != poll.closesAt { try outbox.putHours(transaction, election) }
    }

    /// Whether the box came from a backup, whatever was done since: what was lost stays lost.
    private static func isRestored(
        _ reading: borrowing Reading, _ election: StoredElection
    ) throws(StoreError) -> Bool {
        try !PollRestore.all(reading, election: election.number).isEmpty
    }

    /// Where what voters are told of the hours is not what the poll says; nil where it is.
    static func hoursFault(
        _ reading: borrowing Reading, _ poll: Poll, _ election: StoredElection
    ) throws(StoreError) -> AuditFinding? {
        let told = try PollHours.find(reading, election)
        let isRight =
            told.stage == poll.state.stage && told.closes == poll.closesAt && told.openedAt == poll.openedAt
            && told.stoppedAt == poll.stoppedAt
        let isRestored = try isRestored(reading, election)
        return isRight && told.isRestored == isRestored
            ? nil : .toldHours
    }
}
