package import Elections
package import Journal
package import Store

/// Contacts that were corrected by hand, or by a file after an identifier was sent.
/// A corrected contact to which something is sent soon after may be half of a takeover: others are shown these.
package struct ContactChanges: Sendable {
    /// Its clock and journal are used.
    let registrar: Registrar

    /// Keeps that a voter's contact was changed, by whom and when: by hand or by a file, the same rules follow from it.
    package func note(
        _ transaction: borrowing Transaction, voter: Int, by principal: Principal
    ) throws(StoreError) {
        try transaction.execute(
            "UPDATE roll_voter SET contact_at = ?, contact_by = ? WHERE id = ?", registrar.clock.now, principal.text,
            voter)
    }

    /// When a voter's contact was changed so last; nil when never.
    package func last(_ reading: borrowing Reading, voter: Int) throws(StoreError) -> Int? {
        try reading.first("SELECT contact_at FROM roll_voter WHERE id = ?", voter) {
            (row: borrowing Row) throws(StoreError) -> Int? in try row[0]
        } ?? nil
    }

    /// The voters whose contact was corrected since a time: who, by whom, when.
    package func made(
        _ reading: borrowing Reading, _ election: StoredElection, since time: Int
    ) throws(StoreError) -> [(voter: Int, by: String, at: Int)] {
        try reading.all(
            "SELECT id, contact_by, contact_at FROM roll_voter WHERE contact_at >= ? AND election = ? ORDER BY contact_by, id",
            time, election.number
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1], try row[2]) }
    }

    /// Keeps that a voter's letter came back: the address is wrong until it is corrected.
    package func markReturned(
        _ transaction: borrowing Transaction, _ election: StoredElection, voter: Int, by principal: Principal
    ) throws(StoreError) {
        try transaction.execute(
            "UPDATE roll_voter SET returned_at = ? WHERE id = ? AND election = ?", registrar.clock.now, voter,
            election.number)
        let reference = try registrar.voter(transaction.reading, id: voter)?.reference
        try registrar.journal.record(
            transaction, election: election.election.id, by: principal, .rollLetterReturned,
            ["reference": reference ?? "number \(voter), no longer on the roll"])
    }
}
