import Glibc
import Synchronization

/// The report of an import as CSV that spreadsheets open: UTF-8 with BOM, semicolons, formulas defused. Written as it is
/// found, however long it becomes; readable by this account alone.
package final class ReportFile: Sendable {
    /// What is not in the file yet, and the first `errno` of writing.
    private struct State {
        var buffer: [UInt8]
        var failed: Int32 = 0
    }

    /// For what errors say.
    private let path: String
    /// Open for writing until the report goes.
    private let file: Int32
    private let state: Mutex<State>
    /// Bytes after which the buffer is written.
    private static let piece = 1 << 16

    /// Makes the file, or empties it.
    /// - Throws: where the file cannot be made or opened for writing.
    package init(_ path: String) throws(RollFileError) {
        self.path = path
        file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw RollFileError(
                file: path, line: 0, message: "the report cannot be written: \(unsafe String(cString: strerror(errno)))"
            )
        }
        fchmod(file, 0o600)
        state = Mutex(State(buffer: Array("\u{FEFF}line;column;kind;value;reason\r\n".utf8)))
    }

    deinit { close(file) }

    /// Adds a line. `kind` is sheet, refused, warning, added, changed or removed.
    /// - Parameter fault: its value and reason are shown as they are; line 0 leaves the column empty.
    package func add(_ kind: String, _ fault: RollFault) {
        let fields = [fault.line > 0 ? "\(fault.line)" : "", fault.column, kind, fault.value, fault.reason]
        let line = Array((fields.map(SpreadsheetField.quoted).joined(separator: ";") + "\r\n").utf8)
        state.withLock { state in
            state.buffer += line
            if state.buffer.count >= ReportFile.piece { flush(&state) }
        }
    }

    /// Writes what is left; throws when anything of the report is not in the file.
    /// - Throws: with the reason of the first write that failed.
    package func finish() throws(RollFileError) {
        let failed = state.withLock { state in
            flush(&state)
            return state.failed
        }
        guard failed == 0 else {
            throw RollFileError(
                file: path, line: 0,
                message: "the report could not be written: \(unsafe String(cString: strerror(failed)))")
        }
    }

    /// Writes the buffer; after a failure nothing is written any more, and `finish` says so.
    private func flush(_ state: inout State) {
        var rest = state.buffer[...]
        while !rest.isEmpty, state.failed == 0 {
            let count = unsafe rest.withUnsafeBytes { unsafe write(file, $0.baseAddress, $0.count) }
            if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { state.failed = errno }
        }
        state.buffer.removeAll(keepingCapacity: true)
    }
}
