import Elections
package import Journal
package import Store

/// What the bureau decides of a sealed poll: suspends, resumes, extends or abandons it, and undoes its seal.
package struct BureauDecisions: Sendable {
    let election: StoredElection
    let store: Store
    let journal: AuditJournal
    let clock: Clock
    let states: PollStateMachine
    let admission: RestoreAdmission
    let integrity: SealIntegrity
    let records: SignedRecords
    let boxKey: BoxKeyKeeper
    let watch: ClockWatch

    /// Stops taking ballots for a while; voters are told the decision's reason.
    /// - Returns: why not; nil when it was done. Refused in every state but open.
    package func suspend(
        by principal: Principal, _ decision: PollDecision = PollDecision(), along: PollingStation.Along = { _ in }
    ) throws(StoreError) -> PollRefusal? {
        if let fault = decision.fault { return fault }
        return try states.change(
            StateChange(
                from: [.open], to: .suspended, .pollSuspend, details: decision.details, reason: decision.reason),
            by: principal
        ) { transaction, _ throws(StoreError) in
            try along(transaction)
            return nil
        }
    }

    /// Takes ballots again.
    /// - Parameter proof: what two members know of the published heads; needed after a restore.
    /// - Parameter decision: a poll that ended by a clock in doubt needs a member's name and reason.
    /// - Returns: why not; nil when it was done.
    package func resume(
        by principal: Principal, _ decision: PollDecision = PollDecision(), proof: ResumeProof? = nil,
        along: PollingStation.Along = { _ in }
    ) throws(StoreError) -> PollRefusal? {
        if let fault = decision.fault { return fault }
        return try states.change(
            StateChange(from: [.suspended, .ended], to: .open, .pollResume, details: decision.details), by: principal
        ) { transaction, poll throws(StoreError) in
            if poll.state == .ended, !decision.isOrdered { return .endedNeedsWord }
            guard poll.closesAt > clock.now else {
                return .hourPassed
            }
            if let refusal = try admission.admit(transaction, poll, proof) { return refusal }
            try along(transaction)
            return nil
        }
    }

    /// Moves the close to a later hour; a poll that had ended takes ballots again.
    /// - Parameters:
    ///   - time: seconds since 1970; later than the close in force and than now.
    ///   - decision: a poll that ended by a clock in doubt needs a member's name and reason.
    ///   - along: runs in the same transaction.
    /// - Returns: why not; nil when it was done.
    package func extend(
        to time: Int, by principal: Principal, _ decision: PollDecision = PollDecision(),
        along: PollingStation.Along = { _ in }
    ) throws(StoreError) -> PollRefusal? {
        if let fault = decision.fault { return fault }
        defer { states.log.emptySoon() }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> PollRefusal? in
            guard let poll = try Poll.find(transaction.reading, election: election.number),
                poll.state.isExtendable
            else { return .notExtendable }
            if poll.state == .ended, !decision.isOrdered { return .endedNeedsWord }
            guard time > poll.closesAt else { return .notLater }
            guard time > clock.now else { return .newHourPassed }
            try transaction.execute(
                "UPDATE polling_poll SET closes_at = ? WHERE election = ?", time, election.number)
            try journal.record(
                transaction, election: election.election.id, by: principal, .pollExtend,
                ["from": "\(poll.closesAt)", "to": "\(time)"].merging(decision.details) { $1 })
            if poll.state == .ended {
                try transaction.execute(
                    "UPDATE polling_poll SET state = 'open' WHERE election = ?", election.number)
                try journal.record(
                    transaction, election: election.election.id, by: principal, .pollResume, decision.details)
            }
            try states.putHours(transaction)
            try along(transaction)
            return nil
        }
    }
}
