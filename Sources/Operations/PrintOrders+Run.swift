package import Issuance
import Journal
package import Store
package import Typesetting
import VoterRoll

/// Where a batch is printed to.
package struct PrintTarget {
    /// What notes, in the transaction that ends a print run, where its files are.
    package typealias Note = (borrowing Transaction) throws(StoreError) -> Void

    /// The key to which everything is encrypted; nil for files in clear.
    let printer: PrinterKey?
    /// The folder of a batch, which is made where it is missing.
    let folder: (PrintBatch) -> String
    /// Called now and then with the letters written.
    let progress: (Int) -> Void

    /// - Parameters:
    ///   - printer: the key to which everything is encrypted; nil for files in clear.
    ///   - folder: of a batch; it is made where it is missing.
    ///   - progress: called now and then with the letters written.
    package init(
        printer: PrinterKey?, folder: @escaping (PrintBatch) -> String, progress: @escaping (Int) -> Void
    ) {
        (self.printer, self.folder, self.progress) = (printer, folder, progress)
    }
}

/// What a print run came to.
package enum PrintOutcome: Sendable {
    /// The specimen as texts, layout and enclosures make it now was not approved: nothing was numbered.
    case notApproved
    /// No letter waits, and no batch was left half printed.
    case nothingWaits
    /// - Parameter leftOut: letters that could not be printed; the identifiers on them have ended.
    case printed(PrintManifest, leftOut: [LeftOutLetter])
}

/// A letter that could not be printed.
package struct LeftOutLetter: Sendable {
    /// In its batch.
    package let number: Int
    /// The voter's number on the roll.
    package let voter: Int
    /// Nil where the voter is not on the roll any more.
    package let reference: String?
    /// Why, as the press says it.
    package let reason: String
    /// Whether an earlier identifier of the voter goes on.
    package let keepsOld: Bool
    /// Whether no approved text is of its kind: then nothing on the roll is wrong.
    package let isOfUnknownKind: Bool
    /// Whether it carries an identifier or a code; a notice carries none.
    package let carriesSecret: Bool
}

extension PrintOrders {
    /// Prints the letters that wait as one batch, or a batch once more: by an approved specimen alone. Console, interface for programs
    /// and command line come here.
    /// - Parameter note: what notes where the files are, by the batch, its folder and its manifest; run once they are complete.
    /// - Throws: `PrintRefusal`, `LetterError` or what the store or the disk said. A batch that was opened is kept: the next order goes
    ///   on with it.
    package func printBatch(
        _ order: Order, to target: PrintTarget, by actor: Actor,
        note: (PrintBatch, String, PrintManifest) throws -> PrintTarget.Note = { _, _, _ in { _ in } }
    ) throws -> PrintOutcome {
        // Read once, before anything is numbered: what is compared with the approval is what is printed, whatever changes meanwhile.
        let matter = try matter()
        guard try proofState(of: matter).isApproved else { return .notApproved }
        let lock = try ProcessLock(store: context.store.path, name: "printing")
        defer { withExtendedLifetime(lock) {} }
        try letterBatches.wipeOld(election, by: actor.principal)
        guard let batch = try openBatch(order, by: actor) else { return .nothingWaits }
        let folder = target.folder(batch)
        let (files, manifest): (BatchWriter, PrintManifest)
        do throws(PrintRefusal) {
            files = try BatchWriter(
                letterBatches, election, key: context.key, folder: folder, printer: target.printer, matter: matter)
            try files.prepare(batch)
            manifest = try files.write(batch, only: order.letters, progress: target.progress)
        } catch {
            throw PrintRefusal.kept(error, batch: batch.number)
        }
        let (letters, note) = (files.setAside, try note(batch, folder, manifest))
        return try context.store.write { (transaction: borrowing Transaction) throws(StoreError) -> PrintOutcome in
            var leftOut: [LeftOutLetter] = []
            for letter in letters {
                leftOut.append(
                    order.again == nil
                        ? try setAside(transaction, letter, by: actor) : try named(transaction.reading, letter))
            }
            try note(transaction)
            // One step: a batch whose place is noted is printed, and one without is not.
            if order.again == nil { try letterBatches.finish(transaction, batch) }
            return .printed(manifest, leftOut: leftOut)
        }
    }

    /// The batch of an order: one that was begun, a new one of what waits, or one that is printed once more; nil where nothing waits.
    private func openBatch(_ order: Order, by actor: Actor) throws -> PrintBatch? {
        if let again = order.again {
            return try letterBatches.reopen(
                election, batch: again, letters: order.letters, reason: order.reason, by: actor.principal
            ).get()
        }
        return try letterBatches.openBatch(
            election, key: context.key, noticesApart: style.noticesApart, by: actor.principal)
    }

    /// Whose a letter is that cannot be printed once more: the first print may be in the voter's hands, and its identifier stays.
    private func named(
        _ reading: borrowing Reading, _ letter: BatchWriter.SetAside
    ) throws(StoreError) -> LeftOutLetter {
        LeftOutLetter(
            number: letter.number, voter: letter.voter,
            reference: try context.registrar.voter(reading, id: letter.voter)?.reference, reason: letter.reason,
            keepsOld: true, isOfUnknownKind: letter.isOfUnknownKind, carriesSecret: letter.carriesSecret)
    }

    /// Ends the identifier of a letter that cannot be printed, and says whose it was.
    private func setAside(
        _ transaction: borrowing Transaction, _ letter: BatchWriter.SetAside, by actor: Actor
    ) throws(StoreError) -> LeftOutLetter {
        let loss = try letterBatches.lose(
            transaction, election,
            LostSheet(
                batch: letter.batch, letter: letter.number, isReturned: false, destroyed: false,
                reason: "cannot be printed: \(letter.reason)"), by: actor.principal)
        let reference = try context.registrar.voter(transaction.reading, id: letter.voter)?.reference
        // A refusal says that it was ended before.
        let keepsOld = if case .success(let loss) = loss { loss.keepsOld } else { false }
        return LeftOutLetter(
            number: letter.number, voter: letter.voter, reference: reference, reason: letter.reason,
            keepsOld: keepsOld, isOfUnknownKind: letter.isOfUnknownKind, carriesSecret: letter.carriesSecret)
    }
}
