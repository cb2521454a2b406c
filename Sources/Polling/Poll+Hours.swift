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
        case .ended, .closed, .destroyed: .ended
        case .abandoned: .abandoned
        }
    }
}

extension PollingStation {
    /// See `Poll.putHours`.
    func putHours(_ transaction: borrowing Transaction, reason: String? = nil) throws(StoreError) {
        try Poll.putHours(
            transaction, election, Outbox(clock: clock, randomness: randomness), reason: reason)
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
            transaction, election: election.number, stage, closes: poll.closesAt, openedAt: poll.openedAt,
            stoppedAt: poll.stoppedAt, reason: reason)
        if before.stage != stage || before.closes != poll.closesAt {
            try outbox.withdrawNews(transaction, election: election.number)
        }
        if before.closes != poll.closesAt { try outbox.putHours(transaction, election) }
    }

    /// Where what voters are told of the hours is not what the poll says; nil where it is.
    static func hoursFault(
        _ reading: borrowing Reading, _ poll: Poll, _ election: StoredElection
    ) throws(StoreError) -> String? {
        let told = try PollHours.find(reading, election)
        let isRight =
            told.stage == poll.state.stage && told.closes == poll.closesAt && told.openedAt == poll.openedAt
            && told.stoppedAt == poll.stoppedAt
        return isRight ? nil : "The hours that voters are told are not those of the poll."
    }
}
