import Crypto
import Store

/// Inserts checked batches. `@unchecked Sendable`: used from the loader's one serial queue, and read after it is empty.
final class RollWriter: @unchecked Sendable {
    private let store: Store
    private let election: Int
    /// Under which everything is stored until it is published.
    private let importID: Int
    /// Whether rows are compared with a roll that is there.
    private let isUpdate: Bool
    /// Gets duplicates, which show only here.
    private let report: RollReport
    /// The inserting thread's own.
    private var sealer: RowSealer
    /// What the file calls the reference's column.
    var referenceHeading = "reference"
    /// The number of the next new voter, for an update.
    private var nextID: Int
    /// Voters of the published roll that occurred in the file.
    private var seen: Set<Int> = []
    /// Voters whom the roll did not have.
    private(set) var added = LoadedRoll.Changes()
    /// Voters whose rows differ from the roll.
    private(set) var changed = LoadedRoll.Changes()

    /// - Parameter firstID: the number of the first new voter.
    init(
        store: Store, election: Int, importID: Int, isUpdate: Bool, firstID: Int, keys: RollKeys, report: RollReport
    ) {
        (self.store, self.election, self.importID, self.isUpdate) = (store, election, importID, isUpdate)
        (self.report, nextID) = (report, firstID)
        sealer = RowSealer(election: election, keys: keys)
    }

    /// Inserts a batch in one transaction; counts and faults follow once it is on disk.
    /// - Throws: an error of the store; nothing of the batch is stored then.
    func write(_ batch: RowBatch) throws(StoreError) {
        var outcome: [RowOutcome] = []
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            outcome = isUpdate ? try update(transaction, &batch.buffer) : try insert(transaction, &batch.buffer)
        }
        let batch = batch.buffer
        for (row, outcome) in zip(batch.rows, outcome) {
            switch outcome {
            case .added: added.add(name(row, batch))
            case .changed(let id):
                seen.insert(id)
                changed.add(name(row, batch))
            case .unchanged(let id): seen.insert(id)
            case .duplicate(let line):
                report.fault(
                    RollFault(
                        line: row.line, column: referenceHeading, value: text(row.reference, batch),
                        reason: "is used twice: first on line \(report.place(line))"))
            }
        }
    }

    /// What became of a row; a duplicate names the line of the first.
    private enum RowOutcome { case added, changed(Int), unchanged(Int), duplicate(line: Int) }

    /// A row's value as text.
    private func text(_ slice: Slice, _ batch: RowBuffer) -> String {
        String(decoding: batch.plain[slice.range], as: UTF8.self)
    }

    /// Reference, family name and first name.
    private func name(_ row: RollRow, _ batch: RowBuffer) -> String {
        "\(text(row.reference, batch)) \(text(row.lastName, batch)) \(text(row.firstName, batch))"
    }

    /// Inserts rows of a first import; a reference that is there already is a duplicate.
    private func insert(
        _ transaction: borrowing Transaction, _ batch: inout RowBuffer
    ) throws(StoreError) -> [RowOutcome] {
        var outcome: [RowOutcome] = []
        for index in batch.rows.indices {
            var row = batch.rows[index]
            sealer.sealRest(&row, &batch)
            batch.rows[index] = row
        }
        let batch = batch
        try insertVoters(transaction) { statement throws(StoreError) in
            for row in batch.rows {
                bind(statement, row, batch)
                outcome.append(try statement.step() == 1 ? .added : .duplicate(line: 0))
            }
        }
        for (index, row) in batch.rows.enumerated() {
            guard case .duplicate = outcome[index] else { continue }
            outcome[index] = .duplicate(line: try line(transaction.reading, text(row.reference, batch)))
        }
        return outcome
    }

    /// The line on which a reference occurred first.
    private func line(_ reading: borrowing Reading, _ reference: String) throws(StoreError) -> Int {
        try reading.number("SELECT line FROM roll_voter WHERE election = ? AND reference = ?", election, reference)
    }

    /// Lends `body` the statement that inserts one voter, unless their reference is taken.
    private func insertVoters(
        _ transaction: borrowing Transaction, _ body: (borrowing BulkStatement) throws(StoreError) -> Void
    ) throws(StoreError) {
        try transaction.bulk(
            """
            INSERT INTO roll_voter (id, import, line, civility, last_name, first_name, college, site, weight, language,
                channel, mail, mail_index, phone, phone_index, mobile, address, challenge, digest, reference, election)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (election, reference) DO NOTHING
            """, body)
    }

    /// Compares each row with the roll: new ones are inserted, changed ones wait in `roll_change`.
    private func update(
        _ transaction: borrowing Transaction, _ batch: inout RowBuffer
    ) throws(StoreError) -> [RowOutcome] {
        var outcome: [RowOutcome] = []
        var inBatch: Set<Int> = []
        for index in batch.rows.indices {
            let reference = text(batch.rows[index].reference, batch)
            let known = try transaction.reading.first(
                "SELECT id, import, line, digest, removed_at IS NOT NULL FROM roll_voter WHERE election = ? AND reference = ?",
                election, reference
            ) {
                (row: borrowing Row) throws(StoreError) -> (
                    id: Int, origin: Int, line: Int, digest: [UInt8], removed: Bool
                ) in
                (try row[0], try row[1], try row[2], try row[3], try row[4])
            }
            guard let known else {
                seal(index, as: nextID, &batch)
                nextID += 1
                try insertVoters(transaction) { statement throws(StoreError) in
                    bind(statement, batch.rows[index], batch)
                    _ = try statement.step()
                }
                outcome.append(.added)
                continue
            }
            if known.origin == importID || seen.contains(known.id) || !inBatch.insert(known.id).inserted {
                let change = try transaction.reading.number(
                    "SELECT line FROM roll_change WHERE import = ? AND voter = ?", importID, known.id)
                outcome.append(.duplicate(line: change > 0 ? change : known.line))
            } else if known.digest.prefix(RowSealer.digestBytes)
                .elementsEqual(batch.sealed[batch.rows[index].digest.range].prefix(RowSealer.digestBytes)),
                !known.removed
            {
                outcome.append(.unchanged(known.id))
            } else {
                seal(index, as: known.id, &batch)
                try keepChange(transaction, batch.rows[index], batch)
                outcome.append(.changed(known.id))
            }
        }
        return outcome
    }

    /// Seals a row for the voter with this number.
    private func seal(_ index: Int, as id: Int, _ batch: inout RowBuffer) {
        var row = batch.rows[index]
        row.id = id
        sealer.sealRest(&row, &batch)
        batch.rows[index] = row
    }

    /// Stores a changed row beside the roll until the import is published.
    private func keepChange(
        _ transaction: borrowing Transaction, _ row: RollRow, _ batch: RowBuffer
    ) throws(StoreError) {
        try transaction.bulk(
            """
            INSERT INTO roll_change (voter, import, line, civility, last_name, first_name, college, site, weight,
                language, channel, mail, mail_index, phone, phone_index, mobile, address, challenge, digest)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """
        ) { statement throws(StoreError) in
            bind(statement, row, batch, withReference: false)
            _ = try statement.step()
        }
    }

    /// Binds a row's values to either statement: both have the same first nineteen.
    private func bind(
        _ statement: borrowing BulkStatement, _ row: RollRow, _ batch: RowBuffer, withReference: Bool = true
    ) {
        let (plain, sealed) = (batch.plain, batch.sealed)
        func text(_ index: Int32, _ slice: Slice) {
            if slice.isAbsent {
                statement.null(index)
            } else {
                statement.text(index, plain.span.extracting(slice.range))
            }
        }
        func required(_ index: Int32, _ slice: Slice) { statement.text(index, plain.span.extracting(slice.range)) }
        func blob(_ index: Int32, _ slice: Slice) {
            if slice.isAbsent {
                statement.null(index)
            } else {
                statement.blob(index, sealed.span.extracting(slice.range))
            }
        }
        statement.number(1, row.id)
        statement.number(2, importID)
        statement.number(3, row.line)
        required(4, row.civility)
        required(5, row.lastName)
        required(6, row.firstName)
        required(7, row.college)
        required(8, row.site)
        statement.number(9, row.weight)
        required(10, row.language)
        text(11, row.channel)
        blob(12, row.sealedMail)
        blob(14, row.sealedPhone)
        blob(17, row.sealedAddress)
        text(18, row.challenge)
        if row.mail.isAbsent { statement.null(13) } else { statement.number(13, row.mailIndex) }
        if row.phone.isAbsent { statement.null(15) } else { statement.number(15, row.phoneIndex) }
        statement.number(16, row.isMobile ? 1 : 0)
        statement.blob(19, sealed.span.extracting(row.digest.range))
        if withReference {
            required(20, row.reference)
            statement.number(21, election)
        }
    }

    /// Warns of new voters whose reference is that of somebody who is no longer in the file but for case, blanks or zeros at the beginning: they
    /// are likely the same people, who would lose their identifiers.
    /// - Parameters:
    ///   - missing: references of voters whom the file lacks.
    ///   - heading: what the file calls the reference's column.
    func warnOfRespelled(_ missing: [String], heading: String) throws(StoreError) {
        guard !missing.isEmpty else { return }
        var known: [UInt64: String] = [:]
        for reference in missing { known[Reference.key(Array(reference.utf8).span)] = reference }
        let added = try store.read { (reading: borrowing Reading) throws(StoreError) in
            var found: [(line: Int, reference: String, before: String)] = []
            try reading.each("SELECT line, reference FROM roll_voter WHERE import = ? ORDER BY line", importID) {
                (row: borrowing Row) throws(StoreError) in
                let reference: String = try row[1]
                guard let before = known[Reference.key(Array(reference.utf8).span)] else { return }
                found.append((try row[0], reference, before))
            }
            return found
        }
        for voter in added {
            report.warn(
                RollFault(
                    line: voter.line, column: heading, value: voter.reference,
                    reason:
                        "is \"\(voter.before)\" of the roll in another writing: as a new voter they get a new identifier, and "
                        + "\"\(voter.before)\" loses theirs; write it as it was, if it is the same person",
                    weight: .wrongPerson))
        }
    }

    /// Voters of the published roll that the file does not hold.
    /// Valid once the last batch was written.
    func missing() throws(StoreError) -> [(id: Int, reference: String, name: String)] {
        var missing: [(id: Int, reference: String, name: String)] = []
        try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.each(
                """
                SELECT id, reference, last_name, first_name FROM roll_voter
                WHERE election = ? AND import <> ? AND removed_at IS NULL ORDER BY reference
                """, election, importID
            ) { (row: borrowing Row) throws(StoreError) in
                let id: Int = try row[0]
                guard !seen.contains(id) else { return }
                let (reference, last, first): (String, String, String) = (try row[1], try row[2], try row[3])
                // A voter whose row was refused is in the file all the same.
                guard report.refusedLine(Folding.hash(Array(reference.utf8).span)) == nil else { return }
                missing.append((id, reference, "\(reference) \(last) \(first)"))
            }
        }
        return missing
    }
}
