package import Elections
package import Issuance
package import Journal
package import Store

/// Ends a spoiled sheet and the identifier on it, once whoever holds it has said that the number is right: a mistyped one would end the
/// identifier of somebody whose letter is on its way. Console, API and command line come here.
package struct SpoiledSheet: Sendable {
    /// What came of it.
    package enum Outcome: Sendable {
        /// There is no such sheet, or it is not the caller's to speak of.
        case unknown
        /// Nothing was changed: this is the sheet with that number, and its name is to be said.
        case asks(LetterBatches.Sheet)
        /// The sheet has ended.
        case done(LetterBatches.Loss)
        /// Why not, in English.
        case refused(PrintRefusal)
    }

    private let store: Store
    private let letterBatches: LetterBatches
    private let election: StoredElection
    /// The batch's number, and the sheet's in it.
    private let batch, number: Int

    /// - Parameters:
    ///   - batch: the batch's number.
    ///   - number: the sheet's number in it.
    package init(_ batch: Int, _ number: Int, store: Store, letterBatches: LetterBatches, election: StoredElection) {
        (self.store, self.letterBatches, self.election) = (store, letterBatches, election)
        (self.batch, self.number) = (batch, number)
    }

    /// The sheet; nil where there is none, or it is a printer's no more: what the post has, they do not hold.
    /// - Parameter isPrinter: whether a printer asks.
    package func sheet(_ reading: borrowing Reading, isPrinter: Bool) throws(StoreError) -> LetterBatches.Sheet? {
        if isPrinter, try letterBatches.batch(reading, election, number: batch)?.state != .printed { return nil }
        return try letterBatches.sheet(reading, election, batch: batch, letter: number)
    }

    /// Ends it where `name` is the sheet's in the moment of the change.
    /// - Parameters:
    ///   - name: number and first letters as the question showed them: `17 MAR`; nil where nobody is asked.
    ///   - destroyed: whether the sheet was destroyed.
    ///   - mayReport: whether the caller may speak of this sheet, seen in the same transaction.
    /// - Throws: an error of the store; nothing is changed then.
    package func end(
        named name: String?, destroyed: Bool, reason: String, isPrinter: Bool = false, by principal: Principal,
        mayReport: (borrowing Reading) throws(StoreError) -> Bool = { _ in true }
    ) throws(StoreError) -> Outcome {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Outcome in
            guard try mayReport(transaction.reading) else { return .unknown }
            let sheet = try sheet(transaction.reading, isPrinter: isPrinter)
            if isPrinter, sheet == nil { return .unknown }
            if let name {
                guard let sheet else { return .unknown }
                guard name == sheet.name else { return .asks(sheet) }
            }
            let lost = try letterBatches.lose(
                transaction, election,
                LostSheet(batch: batch, letter: number, isReturned: false, destroyed: destroyed, reason: reason),
                by: principal)
            switch lost {
            case .success(let loss): return .done(loss)
            case .failure(let why): return .refused(why)
            }
        }
    }
}
