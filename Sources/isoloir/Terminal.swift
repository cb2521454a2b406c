import Foundation
import Glibc

/// What is printed, and where.
enum Terminal {
    /// A line on standard output.
    static func say(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }

    /// A line on standard error.
    static func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    /// A value as JSON on standard output.
    static func json(_ value: some Encodable) throws(Refusal) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        do { say(String(decoding: try encoder.encode(value), as: UTF8.self)) } catch {
            throw Refusal("The output could not be written as JSON: \(error)", status: .broken)
        }
    }

    /// Shows progress on a terminal; says nothing in a pipe.
    static func progress(_ what: String) -> (Int) -> Void {
        guard isatty(STDERR_FILENO) == 1 else { return { _ in } }
        return { count in FileHandle.standardError.write(Data("\r\(what): \(count) ".utf8)) }
    }

    /// Ends the line of a progress display.
    static func endProgress() {
        if isatty(STDERR_FILENO) == 1 { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
    }

    /// Asks a yes-or-no question; nil when nobody sits there.
    static func confirm(_ question: String) -> Bool? {
        guard isatty(STDIN_FILENO) == 1, isatty(STDERR_FILENO) == 1 else { return nil }
        FileHandle.standardError.write(Data("\(question) [y/N] ".utf8))
        return readLine().map { ["y", "yes", "o", "oui"].contains($0.lowercased()) }
    }
}
