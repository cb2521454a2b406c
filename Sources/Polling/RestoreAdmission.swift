import Elections
import Journal
import Store

/// Holds a poll whose store came from a backup until two members free it.
struct RestoreAdmission: Sendable {
    let election: StoredElection
    let clock: Clock
    let rounds: BoxRounds
    let integrity: SealIntegrity

    /// Why a restored poll takes no votes yet; nil where nothing holds it, or two members' proof frees it.
    /// Notes in the same transaction that the proof freed it.
    func admit(
        _ transaction: borrowing Transaction, _ poll: Poll, _ proof: ResumeProof?
    ) throws(StoreError) -> PollRefusal? {
        let record = try PollRecord(transaction.reading, election: election.election.id)
        if let fault = try PollRestore.fault(transaction.reading, poll, restores: record.restores) {
            return .finding(fault)
        }
        guard try PollRestore.pending(transaction.reading, election: election.number) != nil else { return nil }
        guard let proof else {
            return .restore(poll.state == .sealed ? .sealedNeedsProof : .needsProof)
        }
        if let refusal = try proof.refusal(transaction.reading, self, poll) { return refusal }
        try transaction.execute(
            "UPDATE polling_restore SET resumed_at = ?, statement = ? WHERE election = ? AND holds = 1 AND resumed_at IS NULL",
            clock.now, proof.file, election.number)
        return nil
    }
}
