import Synchronization

/// Faults and warnings of an import, the first ones with their details.
package final class RollReport: Sendable {
    private struct State {
        var faults: [RollFault] = []
        var faultCount = 0
        var rejected: Set<Int> = []
        var warnings: [RollFault] = []
        var warningCount = 0
    }

    private let state = Mutex(State())

    func fault(_ fault: RollFault) {
        state.withLock {
            $0.faultCount += 1
            $0.rejected.insert(fault.line)
            if $0.faults.count < RollLimits.details { $0.faults.append(fault) }
        }
    }

    func warn(_ warning: RollFault) {
        state.withLock {
            $0.warningCount += 1
            if $0.warnings.count < RollLimits.details { $0.warnings.append(warning) }
        }
    }

    /// Faults by line; at most `RollLimits.details` of them.
    package var faults: [RollFault] { state.withLock { $0.faults.sorted { $0.line < $1.line } } }
    package var faultCount: Int { state.withLock { $0.faultCount } }
    /// Rows that were refused.
    package var rejected: Int { state.withLock { $0.rejected.count } }
    package var warnings: [RollFault] { state.withLock { $0.warnings.sorted { $0.line < $1.line } } }
    package var warningCount: Int { state.withLock { $0.warningCount } }

    /// The report as CSV that spreadsheets open: UTF-8 with BOM, semicolons, formulas defused.
    package var csv: String {
        var text = "\u{FEFF}line;column;kind;value;reason\r\n"
        for (kind, list) in [("refused", faults), ("warning", warnings)] {
            for fault in list {
                let fields = ["\(fault.line)", fault.column, kind, fault.value, fault.reason]
                text += fields.map(SpreadsheetField.quoted).joined(separator: ";") + "\r\n"
            }
        }
        return text
    }
}

/// Fields of CSV files that people open in spreadsheets.
package enum SpreadsheetField {
    /// Quoted where needed; what a spreadsheet would take for a formula gets an apostrophe before it.
    package static func quoted(_ text: String) -> String {
        var field = text
        if let first = field.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first) { field = "'" + field }
        guard field.contains(where: { ";,\"\n\r\t".contains($0) || $0.isNewline }) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}
