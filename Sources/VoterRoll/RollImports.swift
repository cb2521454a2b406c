import Crypto
package import Elections
package import Journal
package import Store

/// Reads files into the store, unseen until they are published.
///
///     file ── load ──> roll_voter, roll_change of the import ── publish ──> the roll
///                         └── discard ──> nothing
package struct RollImports: Sendable {
    /// Its store, journal, clock and hasher are used.
    let registrar: Registrar

    /// Reads and checks a file into the store, unseen until it is published. Only one import runs at a time.
    /// - Parameters:
    ///   - progress: called now and then with the rows read; what it throws stops the import, and nothing stays of it.
    ///   - path: of a CSV file or a workbook.
    ///   - keys: of the election, with which contacts are sealed.
    /// - Returns: what was found, to be published or discarded by the caller; its report may hold faults, and with
    ///   `acceptValid` rows were left out.
    /// - Throws: `ImportFailure` when the file as a whole cannot be read, or the store fails; nothing stays of it
    ///   then.
    package func load(
        _ path: String, into election: StoredElection, keys: RollKeys, options: ImportOptions,
        progress: @escaping (Int) throws(RollFileError) -> Void = { _ in }
    ) throws(ImportFailure) -> LoadedRoll {
        let loader: RollLoader
        do throws(StoreError) {
            loader = try RollLoader(
                store: registrar.store, election: election, keys: keys, options: options, hasher: registrar.hasher,
                clock: registrar.clock,
                progress: progress)
        } catch {
            throw .store(error)
        }
        return try loader.load(path)
    }

    /// The number under which a loaded roll's held rows are found again.
    package func number(of roll: LoadedRoll) -> Int { roll.importID }

    /// Takes rows out of a loaded file before it is published, as if it did not have them: changed voters stay as they are.
    package func leaveOut(
        _ transaction: borrowing Transaction, _ roll: LoadedRoll, voters: [Int]
    ) throws(StoreError) {
        for voter in voters {
            try transaction.execute("DELETE FROM roll_change WHERE import = ? AND voter = ?", roll.importID, voter)
            try registrar.heldRows.remove(transaction, addedBy: roll.importID, voter: voter)
        }
    }

    /// Makes a loaded roll the roll, in one transaction, and returns the voters that are no longer on it. Rows that were held stay
    /// beside the roll.
    /// - Parameters:
    ///   - kept: voters who stay on the roll, though the file lacks them.
    ///   - file: what the journal calls the file.
    ///   - principal: who publishes.
    package func publish(
        _ transaction: borrowing Transaction, _ roll: LoadedRoll, keeping kept: Set<Int> = [], file: String,
        by principal: Principal
    ) throws(StoreError) -> [Int] {
        try registrar.heldRows.takeChanges(transaction, roll.election, import: roll.importID, keys: roll.keys)
        let held = try transaction.reading.number("SELECT count(*) FROM roll_change WHERE import = ?", roll.importID)
        let removed = roll.removedIDs.filter { !kept.contains($0) }
        for id in removed {
            try transaction.execute("UPDATE roll_voter SET removed_at = ? WHERE id = ?", registrar.clock.now, id)
        }
        try transaction.execute(
            "UPDATE roll_import SET state = 'published', published_at = ? WHERE id = ?", registrar.clock.now,
            roll.importID)
        try registrar.journal.record(
            transaction, election: roll.election.election.id, by: principal, .rollImport,
            [
                "file": file, "encoding": roll.encoding, "rows": "\(roll.rows)", "rejected": "\(roll.report.rejected)",
                "added": "\(roll.added.count)", "changed": "\(roll.changed.count)",
                "removed": "\(roll.removed.count - (roll.removedIDs.count - removed.count))",
                "held": "\(held)",
            ])
        return removed
    }

    /// Forgets a loaded roll.
    /// - Throws: an error of the store. A roll that was published meanwhile stays.
    package func discard(_ roll: LoadedRoll) throws(StoreError) {
        try RollLoader.discard(registrar.store, importID: roll.importID)
    }
}
