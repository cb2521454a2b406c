import Delivery
import Elections
import Polling
import Staff
package import Store

/// Who may learn who has voted, and what would tell it.
package struct VoteSecrecy: StaffOperation {
    let context: OperationContext

    /// Of the context's election.
    package init(_ context: OperationContext) { self.context = context }

    /// Messages that would tell whether somebody voted.
    static func concernsVote(_ kind: MessageKind) -> Bool { kind == .voteRecorded || kind == .reminder }

    /// Whether the poll is such that nobody but the bureau may learn who has voted.
    package func isSecret(_ reading: borrowing Reading) throws(StoreError) -> Bool {
        try Poll.find(reading, election: election.number)?.isSecret ?? false
    }

    /// Whether votes were or may be cast: from then on there is something to tell of.
    func hasPoll(_ reading: borrowing Reading) throws(StoreError) -> Bool {
        guard let poll = try Poll.find(reading, election: election.number) else { return false }
        return poll.state != .sealing
    }

    /// Whether somebody may learn who has voted: the bureau once the poll is sealed, election managers once it is
    /// closed, support and auditors never.
    package func mayKnowVotes(_ reading: borrowing Reading, _ actor: Actor) throws(StoreError) -> Bool {
        guard let poll = try Poll.find(reading, election: election.number), poll.state != .sealing else { return false }
        if actor.may(.seeVotes) { return true }
        return poll.state == .closed && actor.role == .manager
    }
}
