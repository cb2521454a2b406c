import Foundation
import Glibc
import Synchronization

/// What is printed, and where.
package enum Terminal {
    /// Whether something could not be printed; nil while all was.
    private static let failure = Mutex<Int32?>(nil)

    /// A line on standard output. When nobody reads any more the work goes on: it was not for the output's sake.
    package static func say(_ text: String) {
        let code = write(text + "\n", to: STDOUT_FILENO)
        if code != 0 { failure.withLock { $0 = $0 ?? code } }
    }

    /// A line on standard error.
    package static func complain(_ text: String) { _ = write(text + "\n", to: STDERR_FILENO) }

    /// Why standard output is not complete, nil when it is, or when its reader simply went away (`| head`).
    package static var trouble: String? {
        failure.withLock { $0 }.flatMap { code in code == EPIPE ? nil : unsafe String(cString: strerror(code)) }
    }

    /// Writes everything; returns 0 or the error's number.
    private static func write(_ text: String, to file: Int32) -> Int32 {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return errno }
            rest = rest.dropFirst(count)
        }
        return 0
    }

    /// A value as JSON on standard output.
    /// - Throws: refused as broken where the value cannot be encoded.
    package static func json(_ value: some Encodable) throws(Refusal) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { say(String(decoding: try encoder.encode(value), as: UTF8.self)) } catch {
            throw Refusal("The output could not be written as JSON: \(error)", status: .broken)
        }
    }

    /// A table with headings, its columns aligned; `numbers` are the columns that stand to the right.
    package static func table(_ headings: [String], _ rows: [[String]], numbers: Set<Int> = []) {
        let widths = headings.indices.map { column in ([headings] + rows).map { $0[column].count }.max() ?? 0 }
        for row in [headings] + rows {
            let cells = row.enumerated().map { column, text in
                let padding = String(repeating: " ", count: widths[column] - text.count)
                return numbers.contains(column) ? padding + text : text + padding
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            say("  " + line)
        }
    }

    /// `1 letter`, `2 letters`.
    package static func count(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(number) \(number == 1 ? one : many ?? one + "s")"
    }

    /// Shows progress on a terminal; says nothing in a pipe.
    package static func progress(_ what: String) -> @Sendable (Int) -> Void {
        guard isatty(STDERR_FILENO) == 1 else { return { _ in } }
        return { count in _ = write("\r\(what): \(count) ", to: STDERR_FILENO) }
    }

    /// Ends the line of a progress display.
    package static func endProgress() { if isatty(STDERR_FILENO) == 1 { _ = write("\r\u{1B}[K", to: STDERR_FILENO) } }

    /// Asks for a line; nil when nobody sits there, or nothing was typed.
    package static func ask(_ question: String) -> String? {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
        _ = write(question, to: STDERR_FILENO)
        return readLine().flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Asks a yes-or-no question; nil when nobody sits there.
    package static func confirm(_ question: String) -> Bool? {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
        _ = write("\(question) [y/N] ", to: STDERR_FILENO)
        return readLine().map { ["y", "yes", "o", "oui"].contains($0.lowercased()) }
    }
}
