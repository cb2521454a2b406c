import Crypto
import Dispatch
package import Elections
package import Store
import Synchronization

/// What an import was asked to do.
package struct ImportOptions: Sendable {
    /// Headings (folded by `Column.fold`) and the columns they mean, before the known ones.
    package var map: [String: Column] = [:]
    /// Whether the good rows are kept when others are refused.
    package var acceptValid = false
    /// Where every fault and warning is written.
    package var report: ReportFile?

    package init() {}
}

/// A roll that was read and checked, and waits in the store to be published or discarded.
package struct LoadedRoll: Sendable {
    let importID: Int
    let election: StoredElection
    package let encoding: String
    package let separator: String
    package let ignoredHeadings: [String]
    /// Rows of the file, headings and empty lines apart.
    package let rows: Int
    package let report: RollReport
    /// Names of voters that are new, changed, or missing in the file, the first few of each, and how many there are.
    package let added: Changes
    package let changed: Changes
    package let removed: Changes
    let removedIDs: [Int]
    /// Whether the election had a published roll before.
    package let isUpdate: Bool
    /// Eligible voters for each ballot, and how many hold each weight, in this file.
    package let groups: GroupCounts

    /// Some of many.
    package struct Changes: Sendable {
        package fileprivate(set) var count = 0
        package fileprivate(set) var names: [String] = []
        /// Names shown; all of them are in the report's file.
        private static let shown = 20

        mutating func add(_ name: @autoclosure () -> String) {
            count += 1
            if names.count < Changes.shown { names.append(name()) }
        }
    }
}

/// Voters by college and site, and by weight: what the small-group rule needs.
package struct GroupCounts: Sendable {
    /// Few enough that looking through them beats a dictionary.
    private struct Group {
        let college: [UInt8]
        let site: [UInt8]
        var count: Int
    }

    private var groups: [Group] = []
    package private(set) var weights: [Int: Int] = [:]

    package init() {}

    mutating func add(_ batch: RowBuffer, _ row: RollRow) {
        weights[row.weight, default: 0] += 1
        let (college, site) = (batch.plain[row.college.range], batch.plain[row.site.range])
        if let known = groups.firstIndex(where: { $0.college.elementsEqual(college) && $0.site.elementsEqual(site) }) {
            groups[known].count += 1
        } else {
            groups.append(Group(college: Array(college), site: Array(site), count: 1))
        }
    }

    /// How many voters may vote on `ballot`.
    package func eligible(_ ballot: Election.Ballot) -> Int {
        groups.reduce(0) { sum, group in
            let college = String(decoding: group.college, as: UTF8.self)
            let site = String(decoding: group.site, as: UTF8.self)
            return sum + (ballot.admits(college: college, site: site) ? group.count : 0)
        }
    }
}

/// Why an import could not go on.
package enum ImportFailure: Error, CustomStringConvertible {
    case file(RollFileError)
    case store(StoreError)

    package var description: String {
        switch self {
        case .file(let error): "\(error)"
        case .store(let error): "\(error)"
        }
    }
}

/// The first error of the inserting thread.
private final class FirstFailure: Sendable {
    private let state = Mutex<StoreError?>(nil)

    var error: StoreError? { state.withLock { $0 } }

    func keep(_ error: StoreError) { state.withLock { $0 = $0 ?? error } }
}

/// Three batches that go round between the checking and the inserting thread: one is filled, one inserted, and one
/// bridges the moments in which either is slower.
private final class SpareBatches: Sendable {
    /// Begins at nothing and is raised: a semaphore may not be released below the value it was made with, and a file
    /// that breaks off leaves a batch unreturned.
    private let count = DispatchSemaphore(value: 0)
    private let batches = Mutex([RowBatch(), RowBatch(), RowBatch()])

    init() { for _ in 0..<3 { count.signal() } }

    func take() -> RowBatch {
        count.wait()
        return batches.withLock { $0.removeLast() }
    }

    func give(_ batch: RowBatch) {
        batch.buffer.clear()
        batches.withLock { $0.append(batch) }
        count.signal()
    }
}

/// What the checking thread gathers row by row.
private struct Intake {
    var buffer = RowBuffer()
    var sealer: RowSealer
    var nextID: Int
    var rows = 0
    var groups = GroupCounts()
    var sameMail = Resemblances()
    var samePhone = Resemblances()
    var sameName = Resemblances()
    /// Whether addresses are sealed here; the rest is sealed by the inserting thread. So the two threads take about the
    /// same time, and together the least.
    var sealsAddresses = true
    private var scratch: [UInt8] = []

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
        groups.add(buffer, row)
        if !row.challenge.isAbsent { try hashChallenge(&row, hasher, file: file) }
        if !isUpdate {
            row.id = nextID
            nextID += 1
            if sealsAddresses { sealer.sealAddress(&row, &buffer) }
        }
        buffer.rows.append(row)
    }

    private mutating func hashChallenge(
        _ row: inout RollRow, _ hasher: PassphraseHasher, file: String
    ) throws(RollFileError) {
        let answer = Secret(Array(buffer.plain[row.challenge.range]))
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
final class RollLoader {
    private let store: Store
    private let election: StoredElection
    private let keys: RollKeys
    private let options: ImportOptions
    private let hasher: PassphraseHasher
    private let progress: (Int) throws(RollFileError) -> Void
    private let report: RollReport
    private let importID: Int
    private let isUpdate: Bool
    private let firstID: Int

    private let writer: RollWriter
    private let queue = DispatchQueue(label: "roll.insert")
    /// Batches that were inserted and can be filled again: one is being filled, one inserted.
    private let spare = SpareBatches()
    private let failure = FirstFailure()

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

    private func read(_ path: String) throws(ImportFailure) -> LoadedRoll {
        var headings: RollHeadings?
        var intake = Intake(RowSealer(election: election.number, keys: keys), firstID: firstID)
        let source: any RowSource
        do throws(RollFileError) {
            source = try RollLoader.source(path)
            var checker: RowChecker?
            var batch = spare.take()
            let isUpdate = isUpdate
            // A workbook is more work to read.
            intake.sealsAddresses = source is DelimitedSource
            swap(&intake.buffer, &batch.buffer)
            try source.forEachRow { bytes, fields throws(RollFileError) in
                if checker == nil {
                    let found = try RollHeadings(bytes, fields, map: options.map, file: path)
                    headings = found
                    if let column = found.index[.reference] { writer.referenceHeading = found.texts[column] }
                    checker = RowChecker(
                        election: election.election, headings: found.texts, index: found.index,
                        isDelimited: source is DelimitedSource, report: report)
                    return
                }
                intake.rows += 1
                // Refused rows count too: a file of nothing else can be given up as well.
                if intake.rows % RowBatch.size == 0 { try progress(intake.rows) }
                guard checker?.check(bytes, fields, into: &intake.buffer) == true else { return }
                try intake.finish(isUpdate: isUpdate, hasher, file: path)
                if intake.buffer.rows.count == RowBatch.size {
                    swap(&intake.buffer, &batch.buffer)
                    insert(batch)
                    batch = spare.take()
                    swap(&intake.buffer, &batch.buffer)
                }
            }
            swap(&intake.buffer, &batch.buffer)
            insert(batch)
        } catch {
            throw .file(error)
        }
        queue.async { [store, failure] in
            do throws(StoreError) { try RollIndices.build(store) } catch { failure.keep(error) }
        }
        if let headings { warnOfResemblances(headings, &intake) }
        queue.sync {}
        if let error = failure.error { throw .store(error) }
        guard let headings else { throw .file(RollFileError(file: path, line: 0, message: "the file holds no rows")) }
        let removed: [(id: Int, name: String)]
        // A refused row whose reference cannot be read may be anybody's: then nobody counts as missing.
        let knowsAll = report.refusedNameless == 0
        do throws(StoreError) { removed = try isUpdate && knowsAll ? writer.missing() : [] } catch {
            throw .store(error)
        }
        var gone = LoadedRoll.Changes()
        for voter in removed { gone.add(voter.name) }
        return LoadedRoll(
            importID: importID, election: election, encoding: source.encoding, separator: source.separator,
            ignoredHeadings: headings.ignored, rows: intake.rows, report: report, added: writer.added,
            changed: writer.changed, removed: gone, removedIDs: removed.map(\.id), isUpdate: isUpdate,
            groups: intake.groups)
    }

    static func source(_ path: String) throws(RollFileError) -> any RowSource {
        path.lowercased().hasSuffix(".xlsx") || FileStart.isZip(path)
            ? WorkbookSource(path: path) : try DelimitedSource(path: path)
    }

    private func insert(_ batch: RowBatch) {
        queue.async { [writer, spare, failure] in
            if failure.error == nil, !batch.buffer.rows.isEmpty {
                do throws(StoreError) { try writer.write(batch) } catch { failure.keep(error) }
            }
            spare.give(batch)
        }
    }

    private func warnOfResemblances(_ headings: RollHeadings, _ intake: inout Intake) {
        func warn(_ found: inout Resemblances, _ column: Column, _ what: String) {
            let heading = headings.index[column].map { headings.texts[$0] } ?? column.rawValue
            found.report { line, earlier in
                report.warn(RollFault(line: line, column: heading, value: "", reason: "\(what) as on line \(earlier)"))
            }
        }
        warn(&intake.sameMail, .email, "the same mailbox")
        warn(&intake.samePhone, .phone, "the same phone")
        warn(&intake.sameName, .lastName, "the same or nearly the same name")
    }
}
