import Authentication
import Crypto
import Delivery
package import Elections
import Issuance
import Journal
import Polling
import Staff
package import Store
import Synchronization
package import VoterRoll

/// A whole file that becomes the roll at the console, with its dry run first.
package final class RollFileImport: Sendable {
    let context: OperationContext
    let running = Mutex<Job?>(nil)
    /// A loaded roll that waits to be applied or dropped, and the lock that keeps others from importing meanwhile.
    private let loaded = Mutex<Loaded?>(nil)
    /// A file that waits for an answer.
    let held = Mutex<Held?>(nil)

    /// Begins without an import; what an earlier process had read is not taken up again.
    package init(_ context: OperationContext) { self.context = context }

    /// Whose roll it is.
    package var election: StoredElection { context.election }

    /// Where an import stands.
    package enum Job: Sendable {
        /// Rows are read at the moment.
        case reading(file: String, rows: Int)
        /// Read and checked: waits to be applied or dropped.
        case ready(file: String, Summary)
        case applying(file: String)
        /// What is wrong with the file, and on which line; 0 when no line is to blame.
        case failed(file: String, line: Int, String)
        /// The file waits for an answer: which sheets are read, or what the headings mean.
        case asks(file: String, Question)
        case applied(file: String, Summary, AppliedRoll)
        case cancelled(file: String)
    }

    /// What a file would do.
    package struct Summary: Sendable {
        /// Rows of the file, headings and empty lines apart.
        package let rows: Int
        /// Voters who would be new on the roll.
        package let added: Int
        /// Voters of whom at least one field would change.
        package let changed: Int
        /// Voters whom the file does not have: they would be struck off.
        package let removed: Int
        /// The first faults, by line; each makes its row wrong.
        package let faults: [RollFault]
        /// All faults, also those that are not listed.
        package let faultCount: Int
        /// Rows that are left out because of a fault; several faults may be of one row.
        package let rejected: Int
        /// The first things that look odd and stop nothing, by line.
        package let warnings: [RollFault]
        /// All of these, also those that are not listed.
        package let warningCount: Int
        /// Line, reference and changes, the first few.
        package let differences: [Difference]
        /// The first 20 of those who are new.
        package let addedNames: [String]
        /// The first 20 of those who would be struck off.
        package let removedNames: [String]
        /// How the bytes were read, in words for people: `UTF-8`, `Windows-1252`, `XLSX` and others.
        package let encoding: String
        /// The sheets of a workbook that were read.
        package let sheets: [String]
        /// Headings that mean nothing here: their columns are not read.
        package let ignored: [String]
        /// Refused rows without a readable reference: because of them nobody is taken off the roll.
        package let nameless: Int
    }

    /// A voter whom the file would change.
    package struct Difference: Sendable {
        /// The line of the file, or the row of the sheet, from 1.
        package let line: Int
        /// The voter's reference on the roll.
        package let reference: String
        /// Field by field, before and after.
        package let changes: [RollChange]
    }

    /// What was read, and holds the lock against other imports as long as it is kept.
    private struct Loaded: Sendable {
        let roll: LoadedRoll
        let file: String
        let lock: ProcessLock
        let summary: Summary
        /// Who gave the file, and who answered what it asked.
        let hands: [Principal]
        /// Whether the rows that are right may be taken without those that are not.
        let acceptsValid: Bool
        let at: Int
    }

    /// Differences shown.
    private static let mostDifferences = 200

    /// Where the import stands; nil when there was none since the start.
    package var job: Job? { running.withLock { $0 } }

    /// The number of the file that waits to be applied; nil where none does.
    package var waitingFile: Int? { loaded.withLock { $0.map { context.registrar.imports.number(of: $0.roll) } } }

    private struct Cancelled: Error {}

    let wantsStop = Mutex(false)
    /// Who gave the file that is read, and who answered what it asked: none of them approves what waits of it.
    let hands = Mutex<[Principal]>([])

    /// Why no file may be uploaded now; nil when one may.
    package func obstacle() throws(StoreError) -> Obstacle? {
        let isSealed = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try context.isSealed(reading)
        }
        if isSealed { return .sealed }
        switch job {
        case .reading, .applying, .ready: return .busy
        default: return nil
        }
    }

    /// Takes the place of the one import for an uploaded file. Nothing is read here: the caller runs `load` on a
    /// thread of its own, or `giveUp` where there is none. Nothing is on the roll before `apply`.
    /// - Parameter name: the file's, as the manager knows it.
    /// - Returns: why it cannot begin; nil when it may.
    package func begin(path: String, name: String, accepting valid: Bool, by actor: Actor) throws(StoreError)
        -> Obstacle?
    {
        let isSealed = try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try context.isSealed(reading)
        }
        if isSealed { return .sealed }
        let isFree = running.withLock { job in
            switch job {
            case .reading, .applying, .ready: return false
            default:
                job = .reading(file: name, rows: 0)
                return true
            }
        }
        guard isFree else { return .busy }
        hands.withLock { $0 = [actor.principal] }
        wantsStop.withLock { $0 = false }
        return nil
    }

    /// The work of an import, on whatever thread calls it: reads and checks the file into staged rows. What it came
    /// to, also what went wrong, is in `job` then.
    /// - Parameters:
    ///   - path: the uploaded file, which is removed when it was read, unless it waits for an answer.
    ///   - name: as the manager knows it.
    ///   - valid: whether the rows that are right may be applied without those that are not.
    ///   - sheets: the sheets of a workbook to read, where they were asked for.
    package func load(path: String, name: String, accepting valid: Bool, sheets: [String] = []) {
        var isHeld = false
        defer { if !isHeld { RollFiles.remove(path) } }
        do {
            let lock = try ProcessLock(store: context.store.path, name: "import")
            var options = ImportOptions()
            options.acceptValid = valid
            options.sheets = sheets
            (options.map, options.unread) = try remembered(path, sheets)
            let keys = context.keys
            let roll = try context.registrar.imports.load(path, into: election, keys: keys, options: options) {
                [self] rows throws(RollFileError) in
                if wantsStop.withLock({ $0 }) {
                    throw RollFileError(file: name, line: 0, message: "the import was stopped")
                }
                running.withLock { $0 = .reading(file: name, rows: rows) }
            }
            let summary = try summary(roll, keys)
            // Stopped at the last moment, or ready: never both.
            let isReady = wantsStop.withLock { wantsStop in
                guard !wantsStop else { return false }
                loaded.withLock {
                    $0 = Loaded(
                        roll: roll, file: name, lock: lock, summary: summary, hands: hands.withLock { $0 },
                        acceptsValid: valid, at: context.clock.now)
                }
                running.withLock { $0 = .ready(file: name, summary) }
                return true
            }
            guard isReady else {
                try context.registrar.imports.discard(roll)
                running.withLock { $0 = .cancelled(file: name) }
                return
            }
        } catch ImportFailure.file(let fault) where !wantsStop.withLock({ $0 }) {
            let file = Held(path: path, name: name, acceptsValid: valid, sheets: sheets, at: context.clock.now)
            isHeld = hold(file, because: fault)
            if !isHeld {
                running.withLock {
                    $0 = .failed(
                        file: RollFiles.words(fault.file, path: path, name: name), line: fault.line, fault.message)
                }
            }
        } catch {
            let isStopped = wantsStop.withLock { $0 }
            running.withLock {
                $0 =
                    isStopped
                    ? .cancelled(file: name)
                    : .failed(file: name, line: 0, RollFiles.words("\(error)", path: path, name: name))
            }
        }
    }

    /// Ends a reading that could not begin; the file goes.
    package func giveUp(path: String, name: String, because reason: String) {
        RollFiles.remove(path)
        running.withLock { $0 = .failed(file: name, line: 0, reason) }
    }

    /// What the manager is shown of a loaded roll; compares it with the roll as it is.
    private func summary(_ roll: LoadedRoll, _ keys: RollKeys) throws(StoreError) -> Summary {
        var differences: [Difference] = []
        try context.store.read { (reading: borrowing Reading) throws(StoreError) in
            try context.registrar.changes.eachChange(reading, roll, keys: keys) {
                line, reference, changes throws(StoreError) in
                guard differences.count < RollFileImport.mostDifferences else { return }
                differences.append(Difference(line: line, reference: reference, changes: changes))
            }
        }
        return Summary(
            rows: roll.rows, added: roll.added.count, changed: roll.changed.count, removed: roll.removed.count,
            faults: roll.report.faults, faultCount: roll.report.faultCount, rejected: roll.report.rejected,
            warnings: roll.report.warnings, warningCount: roll.report.warningCount, differences: differences,
            addedNames: roll.added.names, removedNames: roll.removed.names, encoding: roll.encoding,
            sheets: roll.sheets, ignored: roll.ignoredHeadings,
            nameless: roll.isUpdate ? roll.report.refusedNameless : 0)
    }

    /// Makes what was read the roll, in one transaction.
    /// - Parameter number: of the file that was looked at: another one may have been read since. Nil takes the one that waits.
    /// - Returns: what it came to, or why it is not done: a sealed poll forgets what was read.
    /// - Throws: when the store fails: what was read still waits then.
    package func apply(_ number: Int? = nil, by actor: Actor) throws(StoreError) -> Application {
        // Whoever takes it out has it alone: it is applied, dropped or forgotten once.
        guard let loaded = take() else { return .obstacle(.nothing) }
        guard number == nil || number == context.registrar.imports.number(of: loaded.roll) else {
            self.loaded.withLock { $0 = loaded }
            return .obstacle(.another)
        }
        let (rows, rejected) = (loaded.roll.rows, loaded.summary.rejected)
        guard rows > rejected, loaded.summary.faultCount == 0 || loaded.acceptsValid else {
            self.loaded.withLock { $0 = loaded }
            return .obstacle(.faults)
        }
        running.withLock { $0 = .applying(file: loaded.file) }
        let applied: AppliedRoll?
        do throws(StoreError) {
            applied = try context.store.write {
                (transaction: borrowing Transaction) throws(StoreError) -> AppliedRoll? in
                try RollPublication(context).apply(
                    transaction, loaded.roll, file: loaded.file, by: actor.principal, hands: loaded.hands)
            }
        } catch {
            self.loaded.withLock { $0 = loaded }
            running.withLock { $0 = .ready(file: loaded.file, loaded.summary) }
            throw error
        }
        guard let applied else {
            try forget(loaded)
            return .obstacle(.sealed)
        }
        running.withLock { $0 = .applied(file: loaded.file, loaded.summary, applied) }
        return .done(applied)
    }

    /// What applying came to.
    package enum Application: Sendable, Equatable {
        case done(AppliedRoll)
        /// Nothing is on the roll.
        case obstacle(Unapplied)
    }

    /// Seconds for which a file that was read waits to be applied: others cannot import meanwhile.
    private static let waitSeconds = 3600

    /// Forgets a file that nobody applied; run now and then.
    package func tidy() throws(StoreError) {
        try HeldRolls(context).dropLapsed()
        let isStale = held.withLock { $0.map { $0.at < context.clock.now - RollFileImport.waitSeconds } ?? false }
        if isStale { dropHeld() }
        let isOld = loaded.withLock { $0.map { $0.at < context.clock.now - RollFileImport.waitSeconds } ?? false }
        guard isOld, let loaded = take() else { return }
        try forget(loaded)
    }

    /// Takes what was loaded out, so that nobody else has it; nil when nothing was.
    private func take() -> Loaded? {
        loaded.withLock { loaded in
            defer { loaded = nil }
            return loaded
        }
    }

    /// Takes the staged rows away and lets the lock go.
    /// - Throws: when the staged rows cannot be removed; `job` says so as well.
    private func forget(_ loaded: Loaded) throws(StoreError) {
        // What cannot be removed now is removed before the next import.
        do { try context.registrar.imports.discard(loaded.roll) } catch {
            running.withLock { $0 = .failed(file: loaded.file, line: 0, "\(error)") }
            throw error
        }
        running.withLock { $0 = .cancelled(file: loaded.file) }
    }

    /// Forgets what was read, or stops the reading; nothing of it stays.
    package func drop() throws(StoreError) -> Bool {
        if dropHeld() { return true }
        if let loaded = take() {
            try forget(loaded)
            return true
        }
        return wantsStop.withLock { wantsStop in
            guard case .reading = job else { return false }
            wantsStop = true
            return true
        }
    }
}
