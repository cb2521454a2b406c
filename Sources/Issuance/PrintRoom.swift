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
///     manager            PrintRoom                    printer            post
///       | print --to DIR --> | batch: sorted, numbered   |                 |
///       |                    | PDFs, manifest ---------> |                 |
///       | spoiled N -------> | identifier revoked        |                 |
///       | posted B --on D -> | identifiers active        | --------------> |
///       | confirm B -------> | secrets wiped             |                 |
///       | returned FILE ---> | identifier revoked        | <-------------- |
package struct PrintRoom: Sendable {
    let store: Store
    let outbox: Outbox
    let registrar: Registrar
    let issuer: Issuer
    let logbook: Logbook
    let clock: Clock

    /// Letters in one PDF: printers' front ends take files of this size without trouble.
    package static let lettersPerFile = 5000
    /// Days after printing when secrets are wiped even if nobody confirmed.
    private static let keptDays = 30

    package init(store: Store, outbox: Outbox, registrar: Registrar, issuer: Issuer, logbook: Logbook, clock: Clock) {
        (self.store, self.outbox, self.registrar, self.issuer) = (store, outbox, registrar, issuer)
        (self.logbook, self.clock) = (logbook, clock)
    }

    /// Letters handled in one transaction: some hundredths of a second, so that nobody else waits.
    private static let chunk = 2000

    // MARK: Batches

    /// The batch to print now: one whose printing broke off, else a new one of all waiting letters; nil when none wait.
    /// Only one process prints at a time.
    package func openBatch(
        _ election: StoredElection, key: ElectionKey, by principal: Principal
    ) throws(StoreError) -> PrintBatch? {
        try dissolveUnfinished(election)
        let desk = LetterDesk(outbox: outbox, election: election.number, key: key)
        var waiting: [SortedLetter] = []
        let unfinished = try store.read { (reading: borrowing Reading) throws(StoreError) -> PrintBatch? in
            if let unfinished = try batch(reading, election, state: .printing) { return unfinished }
            try desk.eachWaiting(reading) { letter throws(StoreError) in waiting.append(SortedLetter(letter)) }
            return nil
        }
        if let unfinished { return unfinished }
        guard !waiting.isEmpty else { return nil }
        waiting.sort()
        let (id, number) = try gather(election)
        var count = 0
        for start in stride(from: 0, to: waiting.count, by: PrintRoom.chunk) {
            let piece = waiting[start..<min(start + PrintRoom.chunk, waiting.count)]
            count = try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try take(transaction, piece, batch: id, after: count)
            }
        }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> PrintBatch? in
            try transaction.execute("UPDATE issuance_batch SET state = 'printing', letters = ? WHERE id = ?", count, id)
            try logbook.record(
                transaction, election: election.election.id, by: principal, "letters.print",
                ["batch": "\(number)", "letters": "\(count)"])
            return try batch(transaction.reading, election, number: number)
        }
    }

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
    private func eachLetter(
        of batch: PrintBatch, _ body: (borrowing Transaction, Int) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        var (last, count) = (0, 0)
        while true {
            let letters = try store.write {
                (transaction: borrowing Transaction) throws(StoreError) -> [(number: Int, message: Int)] in
                let letters = try transaction.reading.all(
                    "SELECT number, message FROM issuance_letter WHERE batch = ? AND number > ? ORDER BY number LIMIT ?",
                    batch.id, last, PrintRoom.chunk
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
    package func reopen(
        _ election: StoredElection, batch number: Int, letters: ClosedRange<Int>?, reason: String,
        by principal: Principal
    ) throws(StoreError) -> Swift.Result<PrintBatch, PrintRefusal> {
        try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> Swift.Result<PrintBatch, PrintRefusal> in
            guard let batch = try batch(transaction.reading, election, number: number) else {
                return .failure(PrintRefusal("There is no batch \(number)."))
            }
            if batch.state == .printing || batch.state == .gathering {
                return .failure(
                    PrintRefusal("Batch \(number) is not printed yet: run `letters print --to FOLDER` and it goes on."))
            }
            if batch.state == .confirmed || batch.isWiped {
                return .failure(PrintRefusal("The secrets of batch \(number) are wiped: issue new letters instead."))
            }
            let changed = try transaction.execute(
                """
                UPDATE issuance_letter SET reprints = reprints + 1
                WHERE batch = ? AND (? IS NULL OR number BETWEEN ? AND ?) AND state = 'printed'
                """, batch.id, letters?.lowerBound, letters?.lowerBound, letters?.upperBound)
            guard changed > 0 else {
                let what = letters.map { "letter \(PrintRoom.phrase($0))" } ?? "letter"
                return .failure(PrintRefusal("Batch \(number) has no \(what) that may be printed again."))
            }
            try logbook.record(
                transaction, election: election.election.id, by: principal, "letters.printAgain",
                ["batch": "\(number)", "letter": letters.map(PrintRoom.phrase) ?? "all", "reason": reason])
            return .success(batch)
        }
    }

    /// `12`, or `12-19`.
    private static func phrase(_ letters: ClosedRange<Int>) -> String {
        letters.count == 1 ? "\(letters.lowerBound)" : "\(letters.lowerBound)-\(letters.upperBound)"
    }

    /// The batches, oldest first.
    package func batches(_ reading: borrowing Reading, _ election: StoredElection) throws(StoreError) -> [PrintBatch] {
        try reading.all(
            """
            SELECT id, number, state, letters, created_at, posted_on, wiped_at IS NOT NULL FROM issuance_batch
            WHERE election = ? AND state <> 'gathering' ORDER BY number
            """, election.number, row: PrintRoom.batch)
    }

    /// How many letters wait to be printed.
    package func waiting(_ reading: borrowing Reading) throws(StoreError) -> Int {
        try outbox.waiting(reading, .letter)
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

    func batch(
        _ reading: borrowing Reading, _ election: StoredElection, state: PrintBatch.State
    ) throws(StoreError) -> PrintBatch? {
        try reading.first(
            """
            SELECT id, number, state, letters, created_at, posted_on, wiped_at IS NOT NULL FROM issuance_batch
            WHERE election = ? AND state = ? ORDER BY id
            """, election.number, state.rawValue, row: PrintRoom.batch)
    }

    /// The batch with this number.
    package func batch(
        _ reading: borrowing Reading, _ election: StoredElection, number: Int
    ) throws(StoreError) -> PrintBatch? {
        try reading.first(
            """
            SELECT id, number, state, letters, created_at, posted_on, wiped_at IS NOT NULL FROM issuance_batch
            WHERE election = ? AND number = ?
            """, election.number, number, row: PrintRoom.batch)
    }

    private static func batch(_ row: borrowing Row) throws(StoreError) -> PrintBatch {
        PrintBatch(
            id: try row[0], number: try row[1], state: try row.value(2), letters: try row[3], createdAt: try row[4],
            postedOn: try row[5], isWiped: try row[6])
    }

    private func known(_ election: StoredElection, _ number: Int) throws(StoreError) -> PrintBatch? {
        try store.read { (reading: borrowing Reading) throws(StoreError) in try batch(reading, election, number: number)
        }
    }

    // MARK: After printing

    /// Makes the identifiers of a posted batch usable; for a batch that was posted already it corrects the day.
    /// - Parameters:
    ///   - date: the day of posting, `2026-11-10`.
    ///   - end: when that day ends, in seconds since 1970.
    /// - Returns: how many identifiers can be used since; nil when only the day was corrected.
    package func posted(
        _ election: StoredElection, batch number: Int, on date: String, before end: Int, by principal: Principal
    ) throws(StoreError) -> Swift.Result<Int?, PrintRefusal> {
        guard let batch = try known(election, number) else {
            return .failure(PrintRefusal("There is no batch \(number)."))
        }
        guard end > batch.createdAt else {
            return .failure(
                PrintRefusal("Batch \(number) was printed after \(date): give the day on which the post took it."))
        }
        switch batch.state {
        case .gathering, .printing:
            return .failure(PrintRefusal("Batch \(number) is not printed yet: run `letters print --to FOLDER` first."))
        case .posted, .confirmed:
            guard batch.postedOn != date else {
                return .failure(PrintRefusal("Batch \(number) was marked as posted on \(date) already."))
            }
            try store.write { (transaction: borrowing Transaction) throws(StoreError) in
                try transaction.execute("UPDATE issuance_batch SET posted_on = ? WHERE id = ?", date, batch.id)
                try logbook.record(
                    transaction, election: election.election.id, by: principal, "letters.postedCorrected",
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
        try eachLetter(of: batch) { transaction, letter throws(StoreError) in
            try outbox.markPosted(transaction, letter: letter)
            try transaction.execute(
                """
                UPDATE issuance_identifier SET state = 'active' WHERE state = 'unposted' AND (voter, generation) =
                    (SELECT voter, generation FROM issuance_letter WHERE message = ? AND state = 'printed' AND carries = 1)
                """, letter)
        }
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Int in
            let active = try transaction.reading.number(
                "SELECT count(*) FROM issuance_letter WHERE batch = ? AND state = 'printed' AND carries = 1", batch.id)
            try transaction.execute(
                "UPDATE issuance_batch SET state = 'posted', posted_on = ? WHERE id = ?", date, batch.id)
            try logbook.record(
                transaction, election: election.election.id, by: principal, "letters.posted",
                ["batch": "\(batch.number)", "on": date, "activated": "\(active)"])
            return active
        }
    }

    /// Wipes the secrets of a posted batch: from now on it cannot be printed again.
    package func confirm(
        _ election: StoredElection, batch number: Int, by principal: Principal
    ) throws(StoreError) -> Swift.Result<Int, PrintRefusal> {
        guard let batch = try known(election, number) else {
            return .failure(PrintRefusal("There is no batch \(number)."))
        }
        switch batch.state {
        case .gathering, .printing, .printed:
            return .failure(
                PrintRefusal("Batch \(number) is not posted yet: run `letters posted \(number) --on DATE` first."))
        case .confirmed: return .failure(PrintRefusal("Batch \(number) was confirmed already."))
        case .posted: return .success(try wipe(election, batch, by: principal, why: "confirmed"))
        }
    }

    /// Wipes the secrets of batches that were printed 30 days ago and that nobody confirmed. Whether such a batch was
    /// posted is still for a person to say.
    package func wipeOld(_ election: StoredElection, by principal: Principal) throws(StoreError) {
        let limit = clock.now - PrintRoom.keptDays * 86_400
        let old = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all(
                """
                SELECT id, number, state, letters, created_at, posted_on, wiped_at IS NOT NULL FROM issuance_batch
                WHERE election = ? AND state IN ('printed', 'posted') AND wiped_at IS NULL AND printed_at < ?
                """, election.number, limit, row: PrintRoom.batch)
        }
        for batch in old { _ = try wipe(election, batch, by: principal, why: "\(PrintRoom.keptDays) days passed") }
    }

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
            try logbook.record(
                transaction, election: election.election.id, by: principal, "letters.wipe",
                ["batch": "\(batch.number)", "letters": "\(count)", "why": why])
        }
        return count
    }

    /// What marking a sheet as spoiled or returned came to.
    package struct Loss: Sendable {
        package let voter: Int
        /// Whether an identifier ended with it: not when the letter carried none, or one that had ended before.
        package let endedIdentifier: Bool
    }

    /// Marks a sheet as spoiled or returned: the identifier and code it carries are revoked at once.
    /// - Parameter isReturned: returned by the post, in which case the roll keeps that the address is wrong.
    package func lose(
        _ transaction: borrowing Transaction, _ election: StoredElection, batch number: Int, letter: Int,
        isReturned: Bool, destroyed: Bool, reason: String, by principal: Principal
    ) throws(StoreError) -> Swift.Result<Loss, PrintRefusal> {
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
            return .failure(PrintRefusal("Batch \(number) has no letter \(letter), or it was reported before."))
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
        if isReturned { try registrar.markReturned(transaction, election, voter: found.voter, by: principal) }
        try logbook.record(
            transaction, election: election.election.id, by: principal,
            isReturned ? "letters.returned" : "letters.spoiled",
            [
                "batch": "\(number)", "letter": "\(letter)", "reason": reason, "destroyed": destroyed ? "yes" : "no",
                "identifierEnded": ended ? "yes" : "no",
            ])
        return .success(Loss(voter: found.voter, endedIdentifier: ended))
    }

    /// The latest letter of a voter, by reference: batch and number.
    package func latestLetter(
        _ reading: borrowing Reading, _ election: StoredElection, reference: String
    ) throws(StoreError) -> (batch: Int, number: Int)? {
        guard let voter = try registrar.voter(reading, election, reference: reference) else { return nil }
        return try reading.first(
            """
            SELECT issuance_batch.number, issuance_letter.number FROM issuance_letter
            JOIN issuance_batch ON issuance_batch.id = issuance_letter.batch
            WHERE voter = ? ORDER BY issuance_batch.number DESC LIMIT 1
            """, voter.id
        ) { (row: borrowing Row) throws(StoreError) in (try row[0], try row[1]) }
    }

    /// What became of the sheets of every batch.
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
}

/// What is kept of a letter while the batch is sorted: 16 bytes, however many there are.
private struct SortedLetter: Comparable {
    let postcode: Int32
    let message: Int

    init(_ letter: LetterMessage) {
        let address = PostalAddress(stored: letter.model.recipient)
        // Abroad last.
        postcode = address.postcode.flatMap { Int32($0) } ?? 100_000
        message = letter.id
    }

    static func < (left: SortedLetter, right: SortedLetter) -> Bool {
        (left.postcode, left.message) < (right.postcode, right.message)
    }
}
