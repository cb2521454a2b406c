package import CommandLineKit
import Foundation
import Glibc
import Store
import Synchronization

/// Lines of requests and failures, with the time; never an address, a cookie or anything a voter typed.
package final class AccessLog: Sendable {
    private let file: Int32
    private let clock = Clock.system
    /// The second that was written last, and its text.
    private let latest = Mutex((second: 0, text: ""))

    /// - Parameter path: nil for standard error.
    /// - Throws: refused where the file cannot be opened for appending.
    package init(_ path: String?) throws(Refusal) {
        guard let path else {
            file = STDERR_FILENO
            return
        }
        file = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        if file < 0 { throw Refusal("The log \(path) cannot be written.") }
    }

    /// Writes a line, with the time before it.
    package func write(_ line: String) {
        let now = clock.now
        let time = latest.withLock { latest in
            if latest.second != now { latest = (now, Moment.text(now)) }
            return latest.text
        }
        let bytes = Array("\(time)Z \(line)\n".utf8)
        // A log that cannot be written must not stop an election; the disk's trouble shows elsewhere.
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
    }
}
