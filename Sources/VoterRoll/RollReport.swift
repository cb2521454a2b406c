import Synchronization

/// Faults and warnings of an import: all of them in the report's file, the first ones with their details in memory.
/// Several threads add to it: one checks rows, another finds duplicates.
package final class RollReport: Sendable {
    /// Nil where only the first faults are wanted.
    private let file: ReportFile?
    /// Names of the sheets that are read.
    private let sheets = Mutex<[String]>([])

    init(file: ReportFile? = nil) { self.file = file }

    /// Names the sheets that are read: lines of the second and later ones are told with theirs.
    func name(_ sheets: [String]) {
        self.sheets.withLock { $0 = sheets }
        for sheet in sheets {
            file?.add("sheet", RollFault(line: 0, column: "", value: sheet, reason: "is a sheet that was read"))
        }
    }

    /// A line as people find it: `12`, or `12 of the sheet Cadres` where several sheets are read.
    func place(_ line: Int) -> String {
        sheets.withLock { sheets in
            guard sheets.count > 1 else { return "\(line)" }
            let sheet = sheets[min(line / RollLimits.sheetLines, sheets.count - 1)]
            return "\(line % RollLimits.sheetLines) of the sheet \(sheet)"
        }
    }

    /// A fault with the line as people find it, and its sheet before the column where there are several.
    private func placed(_ fault: RollFault) -> RollFault {
        sheets.withLock { sheets in
            guard sheets.count > 1 else { return fault }
            let sheet = sheets[min(fault.line / RollLimits.sheetLines, sheets.count - 1)]
            return RollFault(
                line: fault.line % RollLimits.sheetLines, column: "\(sheet)!\(fault.column)", value: fault.value,
                reason: fault.reason, weight: fault.weight)
        }
    }

    /// What was found so far.
    private struct State {
        var faults: [RollFault] = []
        var faultCount = 0
        var rejected: Set<Int> = []
        /// Hashes of the references of refused rows, with their lines.
        var refused: [UInt64: Int] = [:]
        var refusedNameless = 0
        var warnings: [RollFault] = []
        var warningCount = 0
    }

    private let state = Mutex(State())

    /// Adds a fault: its row is refused.
    func fault(_ fault: RollFault) {
        file?.add("refused", placed(fault))
        state.withLock {
            $0.faultCount += 1
            $0.rejected.insert(fault.line)
            if $0.faults.count < RollLimits.details { $0.faults.append(fault) }
        }
    }

    /// Keeps whose row was refused: such a voter is in the file, and does not count as missing.
    /// - Parameter reference: nil when the row's reference itself cannot be read.
    func refuse(_ reference: UInt64?, line: Int) {
        state.withLock { state in
            if let reference {
                state.refused[reference] = state.refused[reference] ?? line
            } else {
                state.refusedNameless += 1
            }
        }
    }

    /// The line of the refused row with this reference.
    func refusedLine(_ reference: UInt64) -> Int? { state.withLock { $0.refused[reference] } }

    /// Refused rows whose reference cannot be read.
    package var refusedNameless: Int { state.withLock { $0.refusedNameless } }

    /// Adds a warning: its row is taken all the same.
    func warn(_ warning: RollFault) {
        file?.add("warning", placed(warning))
        state.withLock {
            $0.warningCount += 1
            if $0.warnings.count < RollLimits.details { $0.warnings.append(warning) }
        }
    }

    /// Faults by line; at most `RollLimits.details` of them.
    package var faults: [RollFault] { state.withLock { $0.faults.sorted { $0.line < $1.line } }.map(placed) }
    /// All faults; a row may have several.
    package var faultCount: Int { state.withLock { $0.faultCount } }
    /// Rows that were refused.
    package var rejected: Int { state.withLock { $0.rejected.count } }
    /// Warnings by line; at most `RollLimits.details` of them.
    package var warnings: [RollFault] { state.withLock { $0.warnings.sorted { $0.line < $1.line } }.map(placed) }
    /// All warnings.
    package var warningCount: Int { state.withLock { $0.warningCount } }
}
