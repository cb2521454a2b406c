import Elections
import Journal
import Store

/// Holds a poll whose store came from a backup until two members free it.
struct RestoreAdmission: Sendable {
    let election: StoredElection
    let clock: Clock
    let rounds: BoxRounds
    let integrity: SealIntegrity

    /// Said to whoever resumes a restored poll without a proof.
    static let restoredNeedsProof =
        "The store was restored from a backup, and the poll may have been open since: voting goes on only with the heads that were published last and the statement of two members (poll resume with --head HASH --statement FILE; no --head where nothing was published). Otherwise close the poll, or abandon it (poll abandon)."

    /// Said to whoever opens a restored poll that the backup knows as sealed, without a proof.
    static let restoredSealedNeedsProof =
        "The store was restored from a backup, and the poll may have been open since: it is opened only with the heads that were published last and the statement of two members (poll open with --head HASH --statement FILE; no --head where nothing was published). Otherwise abandon it (poll abandon)."

    /// Why a restored poll takes no votes yet; nil where nothing holds it, or two members' proof frees it.
    /// Notes in the same transaction that the proof freed it.
    func admit(
        _ transaction: borrowing Transaction, _ poll: Poll, _ proof: ResumeProof?
    ) throws(StoreError) -> PollingStation.Refusal? {
        let record = try PollRecord(transaction.reading, election: election.election.id)
        if let fault = try PollRestore.fault(transaction.reading, poll, restores: record.restores) { return fault }
        guard try PollRestore.pending(transaction.reading, election: election.number) != nil else { return nil }
        guard let proof else {
            return poll.state == .sealed
                ? RestoreAdmission.restoredSealedNeedsProof : RestoreAdmission.restoredNeedsProof
        }
        if let refusal = try proof.refusal(transaction.reading, self, poll) { return refusal }
        try transaction.execute(
            "UPDATE polling_restore SET resumed_at = ?, statement = ? WHERE election = ? AND holds = 1 AND resumed_at IS NULL",
            clock.now, proof.file, election.number)
        return nil
    }
}
