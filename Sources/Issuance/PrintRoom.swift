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

    // MARK: Batches

    /// The batch to print now: one whose printing broke off, else a new one of all waiting letters; nil when none wait.
    package func openBatch(
        _ election: StoredElection, key: ElectionKey, by principal: Principal
    ) throws(StoreError) -> PrintBatch? {
        let desk = LetterDesk(outbox: outbox, election: election.number, key: key)
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> PrintBatch? in
            if let unfinished = try batch(transaction.reading, election, state: .printing) { return unfinished }
            var waiting: [SortedLetter] = []
            try desk.eachWaiting(transaction.reading) { letter throws(StoreError) in waiting.append(SortedLetter(letter)) }
            guard !waiting.isEmpty else { return nil }
            waiting.sort()
            let number = try transaction.reading.number(
                "SELECT coalesce(max(number), 0) + 1 FROM issuance_batch WHERE election = ?", election.number)
            let id = try transaction.insert(
                "INSERT INTO issuance_batch (election, number, state, letters, created_at) VALUES (?, ?, 'printing', ?, ?)",
                election.number, number, waiting.count, clock.now)
            for (index, letter) in waiting.enumerated() {
                try transaction.execute(
                    "INSERT INTO issuance_letter (batch, number, voter, generation, message, state) VALUES (?, ?, ?, ?, ?, 'printed')",
                    id, index + 1, letter.voter, letter.generation, letter.message)
                try desk.markPrinted(transaction, letter.message)
            }
            try logbook.record(
                transaction, election: election.election.id, by: principal, "letters.print",
                ["batch": "\(number)", "letters": "\(waiting.count)"])
            return try batch(transaction.reading, election, state: .printing)
        }
    }

    /// A printed batch whose letters, or one of them, are to be printed again; counted and journalled with the reason.
    package func reopen(
        _ election: StoredElection, batch number: Int, letter: Int?, reason: String, by principal: Principal
    ) throws(StoreError) -> Swift.Result<PrintBatch, PrintRefusal> {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Swift.Result<PrintBatch, PrintRefusal> in
            guard let batch = try batch(transaction.reading, election, number: number) else {
                return .failure(PrintRefusal("There is no batch \(number)."))
            }
            if batch.state == .confirmed {
                return .failure(PrintRefusal("Batch \(number) was confirmed and its secrets are wiped: issue new letters instead."))
            }
            let changed = try transaction.execute(
                """
                UPDATE issuance_letter SET reprints = reprints + 1
                WHERE batch = ? AND (? IS NULL OR number = ?) AND state = 'printed'
                """, batch.id, letter, letter)
            guard changed > 0 else {
                return .failure(PrintRefusal("Batch \(number) has no letter \(letter.map(String.init) ?? "") that may be printed again."))
            }
            try logbook.record(
                transaction, election: election.election.id, by: principal, "letters.printAgain",
                ["batch": "\(number)", "letter": letter.map(String.init) ?? "all", "reason": reason])
            return .success(batch)
        }
    }

    /// Says that the files of a batch are complete.
    package func finish(_ batch: PrintBatch) throws(StoreError) {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute(
                "UPDATE issuance_batch SET state = 'printed', printed_at = ? WHERE id = ? AND state = 'printing'", clock.now,
                batch.id)
        }
    }

    func batch(
        _ reading: borrowing Reading, _ election: StoredElection, state: PrintBatch.State
    ) throws(StoreError) -> PrintBatch? {
        try reading.first(
            "SELECT id, number, state, letters, created_at FROM issuance_batch WHERE election = ? AND state = ? ORDER BY id",
            election.number, state.rawValue, row: PrintRoom.batch)
    }

    /// The batch with this number.
    package func batch(
        _ reading: borrowing Reading, _ election: StoredElection, number: Int
    ) throws(StoreError) -> PrintBatch? {
        try reading.first(
            "SELECT id, number, state, letters, created_at FROM issuance_batch WHERE election = ? AND number = ?",
            election.number, number, row: PrintRoom.batch)
    }

    private static func batch(_ row: borrowing Row) throws(StoreError) -> PrintBatch {
        PrintBatch(
            id: try row[0], number: try row[1], state: try row.value(2), letters: try row[3], createdAt: try row[4])
    }

    // MARK: After printing

    /// Makes the identifiers of a posted batch usable.
    /// - Parameter date: the day of posting, `2026-11-10`.
    package func posted(
        _ election: StoredElection, batch number: Int, on date: String, by principal: Principal
    ) throws(StoreError) -> Swift.Result<Int, PrintRefusal> {
        try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Swift.Result<Int, PrintRefusal> in
            guard let batch = try batch(transaction.reading, election, number: number), batch.state == .printed else {
                return .failure(PrintRefusal("Batch \(number) is not printed and waiting to be posted: see `letters list`."))
            }
            let activated = try transaction.execute(
                """
                UPDATE issuance_identifier SET state = 'active' WHERE state = 'unposted'
                    AND (voter, generation) IN (SELECT voter, generation FROM issuance_letter WHERE batch = ? AND state = 'printed')
                """, batch.id)
            try transaction.execute(
                "UPDATE issuance_batch SET state = 'posted', posted_on = ? WHERE id = ?", date, batch.id)
            try logbook.record(
                transaction, election: election.election.id, by: principal, "letters.posted",
                ["batch": "\(number)", "on": date, "activated": "\(activated)"])
            return .success(activated)
        }
    }

    /// Wipes the secrets of a posted batch: from now on it cannot be printed again.
    package func confirm(
        _ election: StoredElection, key: ElectionKey, batch number: Int, by principal: Principal
    ) throws(StoreError) -> Swift.Result<Int, PrintRefusal> {
        let desk = LetterDesk(outbox: outbox, election: election.number, key: key)
        return try store.write { (transaction: borrowing Transaction) throws(StoreError) -> Swift.Result<Int, PrintRefusal> in
            guard let batch = try batch(transaction.reading, election, number: number), batch.state == .posted else {
                return .failure(PrintRefusal("Batch \(number) is not posted yet: run `letters posted` first."))
            }
            return .success(try wipe(transaction, election, batch, desk, by: principal, why: "confirmed"))
        }
    }

    /// Wipes the secrets of batches that nobody confirmed in time.
    package func wipeOld(_ election: StoredElection, key: ElectionKey, by principal: Principal) throws(StoreError) {
        let desk = LetterDesk(outbox: outbox, election: election.number, key: key)
        let limit = clock.now - PrintRoom.keptDays * 86_400
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            let old = try transaction.reading.all(
                """
                SELECT id, number, state, letters, created_at FROM issuance_batch
                WHERE election = ? AND state IN ('printed', 'posted') AND printed_at < ?
                """, election.number, limit, row: PrintRoom.batch)
            for batch in old { _ = try wipe(transaction, election, batch, desk, by: principal, why: "30 days passed") }
        }
    }

    private func wipe(
        _ transaction: borrowing Transaction, _ election: StoredElection, _ batch: PrintBatch, _ desk: LetterDesk,
        by principal: Principal, why: String
    ) throws(StoreError) -> Int {
        let messages = try transaction.reading.all("SELECT message FROM issuance_letter WHERE batch = ?", batch.id) {
            (row: borrowing Row) throws(StoreError) -> Int in try row[0]
        }
        for message in messages { try desk.wipe(transaction, message) }
        try transaction.execute(
            "UPDATE issuance_batch SET state = 'confirmed', confirmed_at = ? WHERE id = ?", clock.now, batch.id)
        try logbook.record(
            transaction, election: election.election.id, by: principal, "letters.wipe",
            ["batch": "\(batch.number)", "letters": "\(messages.count)", "why": why])
        return messages.count
    }

    /// Marks a sheet as spoiled or returned: its identifier and code are revoked at once.
    /// - Parameter isReturned: returned by the post, in which case the roll keeps that the address is wrong.
    package func lose(
        _ transaction: borrowing Transaction, _ election: StoredElection, batch number: Int, letter: Int,
        isReturned: Bool, destroyed: Bool, reason: String, by principal: Principal
    ) throws(StoreError) -> Swift.Result<Int, PrintRefusal> {
        let voter = try transaction.reading.first(
            """
            SELECT voter FROM issuance_letter WHERE number = ? AND state = 'printed'
                AND batch = (SELECT id FROM issuance_batch WHERE election = ? AND number = ?)
            """, letter, election.number, number
        ) { (row: borrowing Row) throws(StoreError) -> Int in try row[0] }
        guard let voter else {
            return .failure(PrintRefusal("Batch \(number) has no letter \(letter), or it was reported before."))
        }
        try transaction.execute(
            """
            UPDATE issuance_letter SET state = ?, destroyed = ? WHERE number = ?
                AND batch = (SELECT id FROM issuance_batch WHERE election = ? AND number = ?)
            """, isReturned ? "returned" : "spoiled", destroyed, letter, election.number, number)
        try issuer.revoke(transaction, election, voter: voter, reason: reason)
        if isReturned { _ = try registrar.markReturned(transaction, election, voter: voter, by: principal) }
        try logbook.record(
            transaction, election: election.election.id, by: principal, isReturned ? "letters.returned" : "letters.spoiled",
            ["batch": "\(number)", "letter": "\(letter)", "reason": reason, "destroyed": destroyed ? "yes" : "no"])
        return .success(voter)
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
    ) throws(StoreError) -> [(batch: PrintBatch, sheet: Reconciliation)] {
        let batches = try reading.all(
            "SELECT id, number, state, letters, created_at FROM issuance_batch WHERE election = ? ORDER BY number",
            election.number, row: PrintRoom.batch)
        var result: [(batch: PrintBatch, sheet: Reconciliation)] = []
        for batch in batches {
            let sheet = try reading.first(
                """
                SELECT count(*), coalesce(sum(state = 'spoiled'), 0), coalesce(sum(reprints), 0),
                    coalesce(sum(destroyed), 0), coalesce(sum(state = 'returned'), 0)
                FROM issuance_letter WHERE batch = ?
                """, batch.id
            ) { (row: borrowing Row) throws(StoreError) -> Reconciliation in
                let (printed, spoiled): (Int, Int) = (try row[0], try row[1])
                return Reconciliation(
                    batch: batch.number, toPost: printed - spoiled, printed: printed, spoiled: spoiled,
                    reprinted: try row[2], destroyed: try row[3], returned: try row[4])
            }
            if let sheet { result.append((batch, sheet)) }
        }
        return result
    }
}

/// What is kept of a letter while the batch is sorted: 40 bytes, however many there are.
private struct SortedLetter: Comparable {
    let postcode: Int
    let message: Int
    let voter: Int
    let generation: Int

    init(_ letter: LetterMessage) {
        let address = PostalAddress(stored: letter.model.recipient)
        // Abroad last.
        postcode = address.postcode.flatMap { Int($0) } ?? 100_000
        (message, voter, generation) = (letter.id, letter.subject, letter.generation)
    }

    static func < (left: SortedLetter, right: SortedLetter) -> Bool {
        (left.postcode, left.message) < (right.postcode, right.message)
    }
}
