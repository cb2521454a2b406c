import Elections
package import Store

/// Ends what a poll keeps of its voters.
package struct PollErasure: Sendable {
    let election: StoredElection
    let states: PollStateMachine

    /// Ends what a poll keeps of its voters: sealed credentials and the signature list are overwritten with zeros.
    /// The poll's state becomes `destroyed`. Nothing is asked: that the poll is over, and its frozen set kept, is the
    /// caller's to check.
    package func erase(_ transaction: borrowing Transaction) throws(StoreError) {
        try transaction.execute(
            """
            UPDATE polling_elector SET entry = zeroblob(length(entry))
            WHERE ballot IN (SELECT id FROM polling_ballot WHERE election = ?)
            """, election.number)
        try transaction.execute("UPDATE polling_poll SET state = 'destroyed' WHERE election = ?", election.number)
        try states.putHours(transaction)
    }
}
