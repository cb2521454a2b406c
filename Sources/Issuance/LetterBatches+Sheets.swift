import Delivery
package import Elections
package import Journal
package import Store
import VoterRoll

/// A sheet that is lost, as it was reported.
package struct LostSheet: Sendable {
    let batch: Int
    let letter: Int
    let isReturned: Bool
    let destroyed: Bool
    let reason: String

    /// - Parameters:
    ///   - batch: its number.
    ///   - letter: the sheet's number in it.
    ///   - isReturned: returned by the post, in which case the roll keeps that the address is wrong.
    ///   - destroyed: whether the sheet was destroyed, as whoever reports it says.
    ///   - reason: what happened; it goes into the journal.
    package init(batch: Int, letter: Int, isReturned: Bool, destroyed: Bool, reason: String) {
        (self.batch, self.letter, self.isReturned) = (batch, letter, isReturned)
        (self.destroyed, self.reason) = (destroyed, reason)
    }
}

/// What becomes of single sheets.
extension LetterBatches {
    /// What marking a sheet as spoiled or returned came to.
    package struct Loss: Sendable {
        /// The voter's number on the roll.
        package let voter: Int
        /// Whether an identifier ended with it: not when the letter carried none, or one that had ended before.
        package let endedIdentifier: Bool
        /// Whether the voter has another identifier in use: one that was kept until this letter was posted.
        package let keepsOld: Bool
    }

    /// Marks a sheet as spoiled or returned: the identifier and code it carries are revoked at once.
    /// - Returns: whose it was; a refusal when there is none with this number, or it was reported before.
    package func lose(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ sheet: LostSheet, by principal: Principal
    ) throws(StoreError) -> Swift.Result<Loss, PrintRefusal> {
        let (number, letter, isReturned) = (sheet.batch, sheet.letter, sheet.isReturned)
        let (destroyed, reason) = (sheet.destroyed, sheet.reason)
        let found = try transaction.reading.first(
            """
            SELECT voter, generation, message, carries FROM issuance_letter
            WHERE number = ? AND state IN ('printed', 'withdrawn')
                AND batch = (SELECT id FROM issuance_batch WHERE election = ? AND number = ?)
            """, letter, election.number, number
        ) { (row: borrowing Row) throws(StoreError) -> (voter: Int, generation: Int, message: Int, carries: Bool) in
            (try row[0], try row[1], try row[2], try row[3])
        }
        guard let found else {
            return .failure(.noLetter(batch: number, letter: letter))
        }
        try transaction.execute(
            "UPDATE issuance_letter SET state = ?, destroyed = ? WHERE message = ?",
            isReturned ? "returned" : "spoiled",
            destroyed, found.message)
        try outbox.withdraw(transaction, letter: found.message)
        var ended = false
        if found.carries {
            ended = try issuer.revoke(
                transaction, voter: found.voter, generation: found.generation, reason: reason)
        }
        if isReturned {
            try registrar.contactChanges.markReturned(transaction, election, voter: found.voter, by: principal)
        }
        try journal.record(
            transaction, election: election.election.id, by: principal,
            isReturned ? .lettersReturned : .lettersSpoiled,
            [
                "batch": "\(number)", "letter": "\(letter)", "reason": reason, "destroyed": destroyed ? "yes" : "no",
                "identifierEnded": ended ? "yes" : "no",
            ])
        return .success(
            Loss(
                voter: found.voter, endedIdentifier: ended,
                keepsOld: try issuer.generationInUse(transaction.reading, voter: found.voter) != nil))
    }

    /// A sheet that may be marked as spoiled, with the first letters of the name on it, by which whoever holds it can tell that the
    /// number is right.
    package struct Sheet: Sendable, Equatable {
        /// The batch's number.
        package let batch: Int
        /// The sheet's number in the batch.
        package let number: Int
        /// `MAR`: few, since a printer is shown no names; empty where the voter has left the roll.
        package let initials: String
        /// Number and letters, as a question names the sheet: `17 MAR`.
        package var name: String { initials.isEmpty ? "\(number)" : "\(number) \(initials)" }
    }

    /// Letters of the name that are shown: enough to find a mistyped number, too few to find a person.
    private static let initialsShown = 3

    /// The sheet with this number; nil where there is none, or it was reported before.
    package func sheet(
        _ reading: borrowing Reading, _ election: StoredElection, batch: Int, letter: Int
    ) throws(StoreError) -> Sheet? {
        let voter = try reading.first(
            """
            SELECT voter FROM issuance_letter WHERE number = ? AND state IN ('printed', 'withdrawn')
                AND batch = (SELECT id FROM issuance_batch WHERE election = ? AND number = ?)
            """, letter, election.number, batch
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        guard let voter else { return nil }
        // Letters alone: "Le Goff" is LEG, and no blank stands at an end where forms and terminals take it away.
        let name = (try registrar.voter(reading, id: voter)?.lastName ?? "").filter(\.isLetter)
        // Of a short name at least one letter stays away.
        let count = max(1, min(LetterBatches.initialsShown, name.count - 1))
        return Sheet(batch: batch, number: letter, initials: String(name.prefix(count)).uppercased())
    }

    /// The letter of a voter that can have come back, by reference: batch and number. It carries an identifier, and of those that
    /// were posted it is the latest; one that still lies in the pile is meant only where none was.
    /// - Returns: nil when nobody with this reference is on the roll, or no such letter was printed for them.
    package func latestLetter(
        _ reading: borrowing Reading, _ election: StoredElection, reference: String
    ) throws(StoreError) -> (batch: Int, number: Int)? {
        guard let voter = try registrar.voter(reading, election, reference: reference) else { return nil }
        return try reading.first(
            """
            SELECT issuance_batch.number, issuance_letter.number FROM issuance_letter
            JOIN issuance_batch ON issuance_batch.id = issuance_letter.batch
            WHERE voter = ? AND carries = 1
            ORDER BY issuance_batch.state IN ('posted', 'confirmed') DESC, issuance_letter.state = 'printed' DESC,
                issuance_batch.number DESC LIMIT 1
            """, voter.id
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1]) }
    }

    /// What became of the sheets of every batch.
    /// Batches that are being numbered are left out.
    package func reconcile(
        _ reading: borrowing Reading, _ election: StoredElection
    ) throws(StoreError) -> [Reconciliation] {
        let left = try reading.all(
            """
            SELECT issuance_batch.number, issuance_letter.number FROM issuance_letter
            JOIN issuance_batch ON issuance_batch.id = issuance_letter.batch
            WHERE election = ? AND issuance_letter.state IN ('withdrawn', 'spoiled') ORDER BY 1, 2
            """, election.number
        ) { (row: borrowing Row) throws(StoreError) -> (batch: Int, number: Int) in (try row[0], try row[1]) }
        return try reading.all(
            """
            SELECT issuance_batch.number, issuance_batch.state, count(*), sum(issuance_letter.state = 'spoiled'),
                sum(issuance_letter.state = 'withdrawn'), sum(reprints), sum(destroyed),
                sum(issuance_letter.state = 'returned')
            FROM issuance_batch JOIN issuance_letter ON issuance_letter.batch = issuance_batch.id
            WHERE election = ? AND issuance_batch.state <> 'gathering' GROUP BY issuance_batch.id
            ORDER BY issuance_batch.number
            """, election.number
        ) { (row: borrowing Row) throws(StoreError) -> Reconciliation in
            let (printed, spoiled, withdrawn): (Int, Int, Int) = (try row[2], try row[3], try row[4])
            let batch: Int = try row[0]
            return Reconciliation(
                batch: batch, notToPost: left.filter { $0.batch == batch }.map(\.number), state: try row[1],
                toPost: printed - spoiled - withdrawn, printed: printed,
                spoiled: spoiled, withdrawn: withdrawn, reprinted: try row[5], destroyed: try row[6],
                returned: try row[7])
        }
    }

    /// How many sheets of an election are in which state.
    package func sheets(
        _ reading: borrowing Reading, _ election: StoredElection
    ) throws(StoreError) -> [(state: String, count: Int)] {
        try reading.all(
            """
            SELECT state, count(*) FROM issuance_letter WHERE batch IN (SELECT id FROM issuance_batch WHERE election = ?)
            GROUP BY state ORDER BY state
            """, election.number
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1]) }
    }
}
