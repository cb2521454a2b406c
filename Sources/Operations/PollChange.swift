import Delivery
import Elections
package import Journal
package import Polling
package import Store

/// A change of the poll's state or hours by a person's order, with word to every voter in the same step where that is wanted.
/// Console and command line come here; programs give no order that is the bureau's.
package struct PollChange: Sendable {
    /// What is ordered.
    package enum Act: Sendable {
        /// No ballots for a while.
        case suspension
        /// Ballots again.
        /// - Parameter proof: what two members know of the published heads; needed after a restore.
        case resumption(proof: ResumeProof?)
        /// A later close, in seconds since 1970; a poll that had ended takes ballots again.
        case extending(to: Int)
        /// The end for good, without a result, by two members' statement.
        case abandonment(BureauStatement)
    }

    /// What came of an order.
    package enum Outcome: Sendable, Equatable {
        /// Done.
        /// - Parameter isTold: whether word to every voter was ordered with it: `Announcements.follow` queues it.
        case done(isTold: Bool)
        /// Nothing was changed, and nobody is told; why.
        case refused(PollOrderRefusal)
    }

    private let context: OperationContext
    /// Word to every voter on the poll's hours.
    package let announcements: Announcements

    /// The poll of the context's election.
    package init(_ context: OperationContext) { (self.context, announcements) = (context, Announcements(context)) }

    /// What voters would be told of it.
    /// - Throws: an error of the store.
    package func news(_ act: Act) throws(StoreError) -> Announcements.News {
        switch act {
        case .suspension: .suspension
        case .resumption: .resumption(try hours())
        case .extending: .extending
        case .abandonment: .abandonment
        }
    }

    /// The message as every voter would get it; nothing is changed. Reads the whole roll.
    /// - Parameter decision: its reason stands in the message on a suspension.
    /// - Throws: what is wrong with a template, or what the store said.
    package func preview(_ act: Act, _ decision: PollDecision) throws -> Announcements.Preview {
        let hours = try hours()
        let changed =
            switch act {
            case .suspension: hours.changed(.suspended, closes: hours.closes, reason: decision.reason)
            case .resumption: hours.changed(.open, closes: hours.closes, reason: nil)
            // What had ended goes on.
            case .extending(let closes):
                hours.changed(
                    [.closing, .halted].contains(hours.stage) ? .open : hours.stage, closes: closes,
                    reason: hours.reason)
            case .abandonment(let statement):
                hours.changed(
                    .abandoned, closes: min(hours.closes, context.clock.now), reason: statement.reason)
            }
        return try announcements.preview(try news(act), changed)
    }

    /// Changes the poll and orders the message, in one transaction.
    /// - Parameters:
    ///   - tells: whether every voter is told; after a restore a resumption tells them in any case: whose ballot was lost must
    ///     hear of it.
    ///   - principal: who gives the order, for the journal.
    /// - Throws: an error of the store.
    package func order(
        _ act: Act, _ decision: PollDecision, tells: Bool, by principal: Principal
    ) throws(StoreError) -> Outcome {
        let news = try news(act)
        let isTold = tells || news == .restoration
        if isTold, case .extending = act, try hours().stage == .suspended {
            return .refused(.extensionTold)
        }
        let along: PollingStation.Along = { transaction throws(StoreError) in
            if isTold { try announcements.order(transaction, news, by: principal) }
        }
        let station = context.station
        let refusal =
            switch act {
            case .suspension: try station.decisions.suspend(by: principal, decision, along: along)
            case .resumption(let proof):
                try station.decisions.resume(by: principal, decision, proof: proof, along: along)
            case .extending(let time): try station.decisions.extend(to: time, by: principal, decision, along: along)
            case .abandonment(let statement):
                try station.decisions.abandon(by: principal, statement: statement, along: along)
            }
        return refusal.map { .refused(.station($0)) } ?? .done(isTold: isTold)
    }

    /// The poll's hours and state in force.
    private func hours() throws(StoreError) -> PollHours {
        try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try PollHours.find(reading, context.election)
        }
    }
}
