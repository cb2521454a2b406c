import Crypto
import Dispatch
import Elections
import Inputs
import Store
import Synchronization

/// The first error of the inserting thread.
private final class FirstFailure: Sendable {
    private let state = Mutex<StoreError?>(nil)

    /// Nil while all is well.
    var error: StoreError? { state.withLock { $0 } }

    /// Keeps an error unless there is one already.
    func keep(_ error: StoreError) { state.withLock { $0 = $0 ?? error } }
}

/// Three batches that go round between the checking and the inserting thread: one is filled, one inserted, and one
/// bridges the moments in which either is slower.
private final class SpareBatches: Sendable {
    /// Begins at nothing and is raised: a semaphore may not be released below the value it was made with, and a file
    /// that breaks off leaves a batch unreturned.
    private let count = DispatchSemaphore(value: 0)
    /// Those that nobody fills or inserts.
    private let batches = Mutex([RowBatch(), RowBatch(), RowBatch()])

    /// All three batches are free.
    init() { for _ in 0..<3 { count.signal() } }

    /// Takes a free batch, and waits until there is one.
    func take() -> RowBatch {
        count.wait()
        return batches.withLock { $0.removeLast() }
    }

    /// Gives a batch back, emptied.
    func give(_ batch: RowBatch) {
        batch.buffer.clear()
        batches.withLock { $0.append(batch) }
        count.signal()
    }
}

/// What the checking thread gathers row by row.
private struct RowAccumulator {
    /// The rows since the last batch went off.
    var buffer = RowBuffer()
    /// The checking thread's own.
    var sealer: RowSealer
    /// The number of the next new voter, for a first import.
    var nextID: Int
    /// Rows below the headings so far, refused ones among them.
    var rows = 0
    /// Of the accepted rows.
    var groups = GroupCounts()
    /// By blind index: case aside, no two mailboxes are alike by chance.
    var sameMail = NearDuplicates()
    /// By blind index of the number in E.164.
    var samePhone = NearDuplicates()
    /// By `Folding.nameKey`.
    var sameName = NearDuplicates()
    /// By `Reference.key`, with the hash of the reference itself: equal ones are duplicates, and told elsewhere.
    var sameReference = NearDuplicates()
    /// Whether addresses are sealed here; the rest is sealed by the inserting thread. So the two threads take about the
    /// same time, and together the least.
    var sealsAddresses = true
    /// Room for names as they are compared.
    private var scratch: [UInt8] = []

    /// - Parameter firstID: the number of the first new voter.
    init(_ sealer: RowSealer, firstID: Int) { (self.sealer, nextID) = (sealer, firstID) }

    /// Counts the last row of the buffer. A row that may be known already is sealed later, when its voter's
    /// number is.
    mutating func finish(isUpdate: Bool, _ hasher: PassphraseHasher, file: String) throws(RollFileError) {
        var row = buffer.rows.removeLast()
        sealer.index(&row, &buffer)
        if !row.mail.isAbsent { sameMail.add(UInt64(row.mailIndex), line: row.line) }
        if !row.phone.isAbsent { samePhone.add(UInt64(row.phoneIndex), line: row.line) }
        let plain = buffer.plain
        let name = Folding.nameKey(
            plain.span.extracting(row.lastName.range), plain.span.extracting(row.firstName.range), &scratch)
        sameName.add(name, line: row.line)
        let reference = plain.span.extracting(row.reference.range)
        sameReference.add(Reference.key(reference), line: row.line, exactly: Folding.hash(reference))
        groups.add(buffer, row)
        if !row.challenge.isAbsent { try hashChallenge(&row, hasher, file: file) }
        if !isUpdate {
            row.id = nextID
            nextID += 1
            if sealsAddresses { sealer.sealAddress(&row, &buffer) }
        }
        buffer.rows.append(row)
    }

    /// Puts a hash in the place of the answer.
    /// - Throws: when there is too little memory to hash just now.
    private mutating func hashChallenge(
        _ row: inout RollRow, _ hasher: PassphraseHasher, file: String
    ) throws(RollFileError) {
        // In the form in which its voter's is compared.
        let answer = Secret(SecretForm.answer(String(decoding: buffer.plain[row.challenge.range], as: UTF8.self)))
        // An answer must never be stored as it was written.
        guard case .done(let hash) = hasher.hash(answer) else {
            throw RollFileError(
                file: file, line: row.line,
                message: "the answer could not be hashed, there is too little memory just now: read the file again")
        }
        row.challenge = buffer.slice { $0.append(contentsOf: Array(hash.utf8)) }
    }
}

/// Reads a file into the store: one thread parses and checks, another inserts, and both seal.
///
///     file ─> EncodingDetector ─> DelimitedSource ─┐
///     file ─> Archive ──────────> WorkbookSource ──┴─> RollReading ─> RowChecker ─> RowAccumulator   the caller's thread
///                                                      (headings)     (one row)        │ batches of 8,192 rows
///                                                                                      v
///              roll_voter: new voters     <─┬── RollWriter                                a queue of its own
///              roll_change: changed ones  <─┘
///
/// One loader loads one file. `init` opens the import in the store, and `load` ends with a roll that waits to be
/// published, or with nothing.
final class RollLoader {
    private let store: Store
    /// Whose colleges, sites and languages the rows must name.
    private let election: StoredElection
    /// Of that election.
    private let keys: RollKeys
    /// As the caller gave them.
    private let options: ImportOptions
    private let hasher: PassphraseHasher
    /// Called at every batch of rows; what it throws stops the import.
    private let progress: (Int) throws(RollFileError) -> Void
    private let report: RollReport
    /// The import's row, under which everything is stored.
    private let importID: Int
    /// Whether the election has voters already, so that rows are compared with theirs.
    private let isUpdate: Bool
    /// The number of the first new voter.
    private let firstID: Int

    /// Used by the inserting thread alone until the queue is empty.
    private let writer: RollWriter
    /// The inserting thread.
    private let queue = DispatchQueue(label: "roll.insert")
    /// Batches that were inserted and can be filled again: one is being filled, one inserted.
    private let spare = SpareBatches()
    /// Set by the inserting thread; from then on batches are only given back.
    private let failure = FirstFailure()

    /// Removes what a dead import of this election left, then opens a new one.
    /// - Throws: an error of the store.
    init(
        store: Store, election: StoredElection, keys: RollKeys, options: ImportOptions, hasher: PassphraseHasher,
        clock: Clock, progress: @escaping (Int) throws(RollFileError) -> Void
    ) throws(StoreError) {
        (self.store, self.election, self.keys, self.options) = (store, election, keys, options)
        (self.hasher, self.progress) = (hasher, progress)
        report = RollReport(file: options.report)
        try RollLoader.clearLeftovers(store, election.number)
        let now = clock.now
        let number = election.number
        (importID, isUpdate, firstID) = try store.write {
            (transaction: borrowing Transaction) throws(StoreError) -> (Int, Bool, Int) in
            let id = try transaction.insert(
                "INSERT INTO roll_import (election, state, started_at) VALUES (?, 'loading', ?)", number, now)
            let known = try transaction.reading.number("SELECT count(*) FROM roll_voter WHERE election = ?", number)
            try RollIndices.drop(transaction)
            let last = try transaction.reading.number("SELECT coalesce(max(id), 0) FROM roll_voter")
            return (id, known > 0, last + 1)
        }
        writer = RollWriter(
            store: store, election: number, importID: importID, isUpdate: isUpdate, firstID: firstID, keys: keys,
            report: report)
    }

    /// Removes what an import that died left behind, in chunks.
    static func clearLeftovers(_ store: Store, _ election: Int) throws(StoreError) {
        let dead = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.all("SELECT id FROM roll_import WHERE election = ? AND state = 'loading'", election) {
                (row: borrowing Row) throws(StoreError) -> Int in try row[0]
            }
        }
        for id in dead { try discard(store, importID: id) }
        if dead.isEmpty { try RollIndices.build(store) }
    }

    /// Removes what an import stored; a roll that was published meanwhile stays.
    static func discard(_ store: Store, importID: Int) throws(StoreError) {
        let isPublished = try store.read { (reading: borrowing Reading) throws(StoreError) in
            try reading.number(
                "SELECT count(*) FROM roll_import WHERE id = ? AND state = 'published'", importID) == 1
        }
        if isPublished { return }
        while try store.write({ (transaction: borrowing Transaction) throws(StoreError) -> Int in
            try transaction.execute(
                "DELETE FROM roll_voter WHERE id IN (SELECT id FROM roll_voter WHERE import = ? ORDER BY id DESC LIMIT 10000)",
                importID)
        }) > 0 {}
        try store.write { (transaction: borrowing Transaction) throws(StoreError) in
            try transaction.execute("DELETE FROM roll_change WHERE import = ?", importID)
            try transaction.execute("DELETE FROM roll_import WHERE id = ?", importID)
        }
        try RollIndices.build(store)
    }

    /// Reads the whole file. What it stored is not visible until it is published.
    func load(_ path: String) throws(ImportFailure) -> LoadedRoll {
        do throws(ImportFailure) { return try read(path) } catch {
            queue.sync {}
            do throws(StoreError) { try RollLoader.discard(store, importID: importID) } catch let second {
                throw .store(second)
            }
            throw error
        }
    }

    /// Parses, checks and hands batches on; then waits for the inserting thread and compares with the roll.
    private func read(_ path: String) throws(ImportFailure) -> LoadedRoll {
        var intake = RowAccumulator(RowSealer(election: election.number, keys: keys), firstID: firstID)
        let source: any RowSource
        var headings: [RollHeadings] = []
        do throws(RollFileError) {
            source = try RollLoader.source(path, sheets: options.sheets, map: options.map)
            var reading = RollReading(source, election: election.election, options: options, file: path, report: report)
            var batch = spare.take()
            let isUpdate = isUpdate
            // A workbook is more work to read.
            intake.sealsAddresses = source is DelimitedSource
            swap(&intake.buffer, &batch.buffer)
            try reading.forEachRow { checker, bytes, fields throws(RollFileError) in
                intake.rows += 1
                // Refused rows count too: a file of nothing else can be given up as well.
                if intake.rows % RowBatch.size == 0 { try progress(intake.rows) }
                guard checker.check(bytes, fields, into: &intake.buffer) else { return }
                try intake.finish(isUpdate: isUpdate, hasher, file: path)
                if intake.buffer.rows.count == RowBatch.size {
                    swap(&intake.buffer, &batch.buffer)
                    insert(batch, checker.sheet.heading(.reference))
                    batch = spare.take()
                    swap(&intake.buffer, &batch.buffer)
                }
            }
            headings = reading.headings
            swap(&intake.buffer, &batch.buffer)
            insert(batch, headings.last?.text(.reference))
        } catch {
            throw .file(error)
        }
        queue.async { [store, failure] in
            do throws(StoreError) { try RollIndices.build(store) } catch { failure.keep(error) }
        }
        if let first = headings.first { warnOfResemblances(first, &intake) }
        queue.sync {}
        if let error = failure.error { throw .store(error) }
        guard !headings.isEmpty else {
            throw .file(RollFileError(file: path, line: 0, message: "the file holds no rows"))
        }
        let removed: [(id: Int, reference: String, name: String)]
        // A refused row whose reference cannot be read may be anybody's: then nobody counts as missing.
        let knowsAll = report.refusedNameless == 0
        do throws(StoreError) { removed = try isUpdate && knowsAll ? writer.missing() : [] } catch {
            throw .store(error)
        }
        do throws(StoreError) {
            let heading = headings.first?.text(.reference) ?? Column.reference.rawValue
            try writer.warnOfRespelled(removed.map(\.reference), heading: heading)
        } catch { throw .store(error) }
        var gone = LoadedRoll.Changes()
        for voter in removed { gone.add(voter.name) }
        return LoadedRoll(
            importID: importID, election: election, keys: keys, encoding: source.encoding, separator: source.separator,
            sheets: source.sheets, ignoredHeadings: headings.flatMap(\.ignored), rows: intake.rows, report: report,
            added: writer.added, changed: writer.changed, removed: gone, removedIDs: removed.map(\.id),
            isUpdate: isUpdate, groups: intake.groups)
    }

    /// The table in a file, by what it holds, whatever its name says.
    /// - Parameters:
    ///   - map: what headings mean besides the known ones.
    ///   - isRoll: whether a workbook's sheet is chosen by a roll's headings; the first one otherwise.
    /// - Throws: when the file is of a kind that is no table, or cannot be read.
    static func source(
        _ path: String, sheets: [String] = [], map: [String: Column] = [:], isRoll: Bool = true
    ) throws(RollFileError) -> any RowSource {
        let kind = try FileKind.of(path: path)
        if let message = kind.refusal { throw RollFileError(file: path, line: 0, message: message) }
        if kind == .zip { return try WorkbookSource(path: path, sheets: sheets, map: map, isRoll: isRoll) }
        guard sheets.isEmpty else {
            throw RollFileError(file: path, line: 0, message: "a text file has no sheets: leave --sheet out")
        }
        return try DelimitedSource(path: path, map: map)
    }

    /// Hands a batch to the inserting thread, which gives it back; after a failure nothing is inserted any more.
    private func insert(_ batch: RowBatch, _ referenceHeading: String?) {
        queue.async { [writer, spare, failure] in
            if let referenceHeading { writer.referenceHeading = referenceHeading }
            if failure.error == nil, !batch.buffer.rows.isEmpty {
                do throws(StoreError) { try writer.write(batch) } catch { failure.keep(error) }
            }
            spare.give(batch)
        }
    }

    /// Warns of rows that share a reference but for its writing, a mailbox, a phone or nearly a name.
    private func warnOfResemblances(_ headings: RollHeadings, _ intake: inout RowAccumulator) {
        func warn(
            _ found: inout NearDuplicates, _ column: Column, isExact: Bool = false, _ what: String,
            _ weight: RollFault.Weight
        ) {
            found.report(isExact: isExact) { line, earlier in
                report.warn(
                    RollFault(
                        line: line, column: headings.text(column), value: "",
                        reason: "\(what) as on line \(report.place(earlier))", weight: weight))
            }
        }
        warn(
            &intake.sameReference, .reference, isExact: true,
            "the same reference but for case, blanks or zeros at its beginning", .wrongPerson)
        warn(&intake.sameMail, .email, "the same mailbox", .sharedContact)
        warn(&intake.samePhone, .phone, "the same phone", .sharedContact)
        warn(&intake.sameName, .lastName, "the same or nearly the same name", .likeness)
    }
}
