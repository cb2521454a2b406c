import Contacts
package import Crypto
package import Delivery
package import Elections
import Foundation
package import Journal
package import Store
package import VoterRoll

/// Makes letter batches, knows which letter is whose, and follows them until the post has them.
///
///     manager            LetterBatches                printer            post
///       | print --to DIR --> | batch: sorted, numbered   |                 |
///       |                    | PDFs, manifest ---------> |                 |
///       | spoiled N -------> | identifier revoked        |                 |
///       | posted B --on D -> | identifiers active        | --------------> |
///       | confirm B -------> | secrets wiped             |                 |
///       | returned FILE ---> | identifier revoked        | <-------------- |
package struct LetterBatches: Sendable {
    let store: Store
    let outbox: Outbox
    let registrar: Registrar
    let issuer: Issuer
    let journal: AuditJournal
    let clock: Clock

    /// Letters in one PDF: printers' front ends take files of this size without trouble.
    package static let lettersPerFile = 5000
    /// Days after printing when secrets are wiped even if nobody confirmed.
    static let keptDays = 30

    /// - Parameter issuer: revokes what a lost sheet carries.
    package init(
        store: Store, outbox: Outbox, registrar: Registrar, issuer: Issuer, journal: AuditJournal, clock: Clock
    ) {
        (self.store, self.outbox, self.registrar, self.issuer) = (store, outbox, registrar, issuer)
        (self.journal, self.clock) = (journal, clock)
    }

    /// Letters handled in one transaction: some hundredths of a second, so that nobody else waits.
    private static let chunk = 2000

    // MARK: Batches

    /// The batch to print now: one whose printing broke off, else a new one of all waiting letters; nil when none wait.
    /// Only one process prints at a time.
    /// - Parameter noticesApart: whether notices are numbered behind all letters with an identifier.
    /// - Throws: an error of the store; `.damaged` when a letter does not open with the election's key. A batch whose
    ///   numbering broke off is taken apart by the next call.
    package func openBatch(
        _ election: StoredElection, key: ElectionKey, noticesApart: Bool, by principal: Principal
    ) throws(StoreError) -> PrintBatch? {
        try dissolveUnfinished(election)
        let queued = QueuedLetters(outbox: outbox, election: election.number, key: key)
        var waiting: [SortedLetter] = []
        let unfinished = try store.read { (reading: borrowing Reading) throws(StoreError) -> PrintBatch? in
            if let unfinished = try batch(reading, election, state: .printing) { return unfinished }
            try queued.eachWaiting(reading) { letter throws(StoreError) in
                waiting.append(SortedLetter(letter, isLast: noticesApart && !letter.kind.carriesIdentifier))
            }
            return nil
        }
        if let unfinished { return unfinished }
        guard !waiting.isEmpty else { return nil }
        waiting.sort()
        let (id, number) = try gather(election)
        var count = 0
        for start in stride(from: 0, to: waiting.count, by: LetterBatches.chunk) {
            let piece = waiting[start..<min(start + LetterBatches.chunk, waiting.count)]
            count = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try take(transaction, piece, batch: id, after: count)
            }
        }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> PrintBatch? in
            try transaction.execute("UPDATE issuance_batch SET state = 'printing', letters = ? WHERE id = ?", count, id)
            try journal.record(
                transaction, election: election.election.id, by: principal, .lettersPrint,
                ["batch": "\(number)", "letters": "\(count)"])
            return try batch(transaction.reading, election, number: number)
        }
    }

    /// Opens a batch without letters and gives it the next number.
    private func gather(_ election: StoredElection) throws(StoreError) -> (id: Int, number: Int) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> (id: Int, number: Int) in
            let number = try transaction.reading.number(
                "SELECT coalesce(max(number), 0) + 1 FROM issuance_batch WHERE election = ?", election.number)
            let id = try transaction.insert(
                "INSERT INTO issuance_batch (election, number, state, letters, created_at) VALUES (?, ?, 'gathering', 0, ?)",
                election.number, number, clock.now)
            return (id, number)
        }
    }

    /// Numbers letters that are still waiting; returns the last number.
    private func take(
        _ transaction: borrowing Transaction, _ letters: ArraySlice<SortedLetter>, batch: Int, after last: Int
    ) throws(StoreError) -> Int {
        var last = last
        for letter in letters {
            guard let subject = try outbox.markPrinted(transaction, letter: letter.message) else { continue }
            last += 1
            try transaction.execute(
                """
                INSERT INTO issuance_letter (batch, number, voter, generation, message, carries, state)
                VALUES (?, ?, ?, ?, ?, ?, 'printed')
                """, batch, last, subject.subject, subject.generation, letter.message, subject.kind.carriesIdentifier)
        }
        return last
    }

    /// Takes apart a batch whose numbering a dead process left unfinished: its letters wait again.
    private func dissolveUnfinished(_ election: StoredElection) throws(StoreError) {
        let unfinished = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try batch(reading, election, state: .gathering)
        }
        guard let unfinished else { return }
        try eachLetter(of: unfinished) { transaction, letter throws(StoreError) in
            try outbox.unprint(transaction, letter: letter)
            try transaction.execute("DELETE FROM issuance_letter WHERE message = ?", letter)
        }
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("DELETE FROM issuance_batch WHERE id = ?", unfinished.id)
        }
    }

    /// Hands every letter of a batch to `body`, in short transactions; returns how many there were.
    @discardableResult
    func eachLetter(
        of batch: PrintBatch, _ body: (borrowing Transaction, Int) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        var (last, count) = (0, 0)
        while true {
            let letters = try store.write {
                (transaction: borrowing Transaction) throws(StoreError) -> [(number: Int, message: Int)] in
                let letters = try transaction.reading.all(
                    "SELECT number, message FROM issuance_letter WHERE batch = ? AND number > ? ORDER BY number LIMIT ?",
                    batch.id, last, LetterBatches.chunk
                ) { (row: borrowing Row) throws(StoreError) -> (number: Int, message: Int) in (try row[0], try row[1]) }
                for letter in letters { try body(transaction, letter.message) }
                return letters
            }
            guard let reached = letters.last?.number else { return count }
            last = reached
            count += letters.count
        }
    }

    /// A printed batch whose letters, or one of them, are to be printed again; counted and journalled with the reason.
    /// - Parameter letters: their numbers; nil for the whole batch.
    package func reopen(
        _ election: StoredElection, batch number: Int, letters: ClosedRange<Int>?, reason: String,
        by principal: Principal
    ) throws(StoreError) -> Swift.Result<PrintBatch, PrintRefusal> {
        try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> Swift.Result<PrintBatch, PrintRefusal> in
            guard let batch = try batch(transaction.reading, election, number: number) else {
                return .failure(.noBatch(number))
            }
            if let letters, letters.lowerBound < 1 {
                return .failure(.numbers)
            }
            if batch.state == .printing || batch.state == .gathering {
                return .failure(.unfinished(batch: number))
            }
            if batch.state == .confirmed || batch.isWiped {
                return .failure(.wiped(batch: number))
            }
            let changed = try transaction.execute(
                """
                UPDATE issuance_letter SET reprints = reprints + 1
                WHERE batch = ? AND (? IS NULL OR number BETWEEN ? AND ?) AND state = 'printed'
                """, batch.id, letters?.lowerBound, letters?.lowerBound, letters?.upperBound)
            guard changed > 0 else { return .failure(.nothingAgain(batch: number, letters: letters)) }
            try journal.record(
                transaction, election: election.election.id, by: principal, .lettersPrintAgain,
                ["batch": "\(number)", "letter": letters.map(LetterBatches.phrase) ?? "all", "reason": reason])
            return .success(batch)
        }
    }

    /// `12`, or `12-19`.
    static func phrase(_ letters: ClosedRange<Int>) -> String {
        letters.lowerBound == letters.upperBound
            ? "\(letters.lowerBound)" : "\(letters.lowerBound)-\(letters.upperBound)"
    }

    /// The batches, oldest first.
    package func batches(_ reading: borrowing Reading, _ election: StoredElection) throws(StoreError) -> [PrintBatch] {
        try reading.all(
            """
            SELECT id, number, state, letters, created_at, posted_on, wiped_at IS NOT NULL FROM issuance_batch
            WHERE election = ? AND state <> 'gathering' ORDER BY number
            """, election.number, row: LetterBatches.batch)
    }

    /// How many letters of an election wait to be printed.
    package func waiting(_ reading: borrowing Reading, _ election: StoredElection) throws(StoreError) -> Int {
        try outbox.reports.waiting(reading, .letter, election: election.number)
    }

    /// Says that the files of a batch are complete.
    package func finish(_ batch: PrintBatch) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in try finish(transaction, batch) }
    }

    /// The same in a transaction that says where they are.
    package func finish(_ transaction: borrowing Transaction, _ batch: PrintBatch) throws(StoreError) {
        try transaction.execute(
            "UPDATE issuance_batch SET state = 'printed', printed_at = ? WHERE id = ? AND state = 'printing'",
            clock.now,
            batch.id)
    }

    /// The oldest batch of an election in a state; nil when there is none.
    func batch(
        _ reading: borrowing Reading, _ election: StoredElection, state: PrintBatch.State
    ) throws(StoreError) -> PrintBatch? {
        try reading.first(
            """
            SELECT id, number, state, letters, created_at, posted_on, wiped_at IS NOT NULL FROM issuance_batch
            WHERE election = ? AND state = ? ORDER BY id
            """, election.number, state.rawValue, row: LetterBatches.batch)
    }

    /// The batch with this number.
    package func batch(
        _ reading: borrowing Reading, _ election: StoredElection, number: Int
    ) throws(StoreError) -> PrintBatch? {
        try reading.first(
            """
            SELECT id, number, state, letters, created_at, posted_on, wiped_at IS NOT NULL FROM issuance_batch
            WHERE election = ? AND number = ?
            """, election.number, number, row: LetterBatches.batch)
    }

    /// A row of the eight columns of this room's queries on batches.
    static func batch(_ row: borrowing Row) throws(StoreError) -> PrintBatch {
        PrintBatch(
            id: try row[0], number: try row[1], state: try row.value(2), letters: try row[3], createdAt: try row[4],
            postedOn: try row[5], isWiped: try row[6])
    }

    /// The batch with this number, in a reading of its own.
    func known(_ election: StoredElection, _ number: Int) throws(StoreError) -> PrintBatch? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try batch(reading, election, number: number)
        }
    }
}

/// What is kept of a letter while the batch is sorted: 16 bytes, however many there are.
private struct SortedLetter: Comparable {
    let postcode: Int32
    let message: Int

    /// Postcodes have five digits: abroad comes behind them, and notices behind everything.
    private static let (abroad, notices) = (Int32(100_000), Int32(1_000_000))

    /// - Parameter isLast: whether it stands behind all that are not.
    init(_ letter: LetterMessage, isLast: Bool) {
        let address = PostalAddress(stored: letter.model.recipient)
        postcode =
            (address.postcode.flatMap { Int32($0) } ?? SortedLetter.abroad) + (isLast ? SortedLetter.notices : 0)
        message = letter.id
    }

    static func < (left: SortedLetter, right: SortedLetter) -> Bool {
        (left.postcode, left.message) < (right.postcode, right.message)
    }
}
