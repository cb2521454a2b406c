import Delivery
package import Elections
package import Journal
package import Store

/// What follows when a batch is printed: the post, and the end of its secrets.
extension LetterBatches {
    /// Makes the identifiers of a posted batch usable, in place of those that were kept until then; for a batch that was posted
    /// already it corrects the day.
    /// - Parameters:
    ///   - date: the day of posting, `2026-11-10`.
    ///   - end: when that day ends, in seconds since 1970.
    /// - Returns: how many identifiers can be used since; nil when only the day was corrected.
    package func posted(
        _ election: StoredElection, batch number: Int, on date: String, before end: Int, by principal: Principal
    ) throws(StoreError) -> Swift.Result<Int?, PrintRefusal> {
        guard let batch = try known(election, number) else {
            return .failure(.noBatch(number))
        }
        guard end > batch.createdAt else {
            return .failure(.printedAfter(batch: number, date: date))
        }
        switch batch.state {
        case .gathering, .printing:
            return .failure(.notPrinted(batch: number))
        case .posted, .confirmed:
            guard batch.postedOn != date else {
                return .failure(.posted(batch: number, date: date))
            }
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try transaction.execute("UPDATE issuance_batch SET posted_on = ? WHERE id = ?", date, batch.id)
                try journal.record(
                    transaction, election: election.election.id, by: principal, .lettersPostedCorrected,
                    ["batch": "\(number)", "on": date, "before": batch.postedOn ?? ""])
            }
            return .success(nil)
        case .printed: return .success(try activate(election, batch, on: date, by: principal))
        }
    }

    /// In short transactions; one that breaks off is completed by the next `posted`.
    private func activate(
        _ election: StoredElection, _ batch: PrintBatch, on date: String, by principal: Principal
    ) throws(StoreError) -> Int {
        var replaced = 0
        try eachLetter(of: batch) { transaction, letter throws(StoreError) in
            try outbox.markPosted(transaction, letter: letter)
            if try issuer.putInUse(transaction, election, letter: letter, by: principal) { replaced += 1 }
        }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Int in
            let active = try transaction.reading.number(
                "SELECT count(*) FROM issuance_letter WHERE batch = ? AND state = 'printed' AND carries = 1", batch.id)
            let changed = try transaction.execute(
                "UPDATE issuance_batch SET state = 'posted', posted_on = ? WHERE id = ? AND state = 'printed'", date,
                batch.id)
            // Somebody else said so at the same time: once is said in the journal.
            guard changed == 1 else { return active }
            try journal.record(
                transaction, election: election.election.id, by: principal, .lettersPosted,
                [
                    "batch": "\(batch.number)", "on": date, "activated": "\(active)", "replaced": "\(replaced)",
                ])
            return active
        }
    }

    /// Wipes the secrets of a posted batch: from now on it cannot be printed again.
    /// - Returns: how many letters were wiped.
    package func confirm(
        _ election: StoredElection, batch number: Int, by principal: Principal
    ) throws(StoreError) -> Swift.Result<Int, PrintRefusal> {
        guard let batch = try known(election, number) else {
            return .failure(.noBatch(number))
        }
        switch batch.state {
        case .gathering, .printing, .printed:
            return .failure(
                .notPosted(batch: number))
        case .confirmed: return .failure(.confirmed(batch: number))
        case .posted: return .success(try wipe(election, batch, by: principal, why: "confirmed"))
        }
    }

    /// Wipes the secrets of batches that were printed 30 days ago and that nobody confirmed. Whether such a batch was
    /// posted is still for a person to say.
    /// - Throws: an error of the store; batches before the one that failed are wiped.
    package func wipeOld(_ election: StoredElection, by principal: Principal) throws(StoreError) {
        let limit = clock.now - LetterBatches.keptDays * 86_400
        let old = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all(
                """
                SELECT id, number, state, letters, created_at, posted_on, wiped_at IS NOT NULL FROM issuance_batch
                WHERE election = ? AND state IN ('printed', 'posted') AND wiped_at IS NULL AND printed_at < ?
                """, election.number, limit, row: LetterBatches.batch)
        }
        for batch in old { _ = try wipe(election, batch, by: principal, why: "\(LetterBatches.keptDays) days passed") }
    }

    /// Wipes in short transactions, then says so in the batch and the journal; one that breaks off is completed by the
    /// next call.
    private func wipe(
        _ election: StoredElection, _ batch: PrintBatch, by principal: Principal, why: String
    ) throws(StoreError) -> Int {
        let count = try eachLetter(of: batch) { transaction, letter throws(StoreError) in
            try outbox.wipe(transaction, letter: letter)
        }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                """
                UPDATE issuance_batch SET wiped_at = coalesce(wiped_at, ?),
                    state = CASE state WHEN 'posted' THEN 'confirmed' ELSE state END
                WHERE id = ?
                """, clock.now, batch.id)
            try journal.record(
                transaction, election: election.election.id, by: principal, .lettersWipe,
                ["batch": "\(batch.number)", "letters": "\(count)", "why": why])
        }
        return count
    }
}
