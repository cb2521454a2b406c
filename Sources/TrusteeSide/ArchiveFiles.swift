package import CommandLineKit
import Foundation
import Glibc
package import Tally

/// The archives of a folder, or the one of a file.
/// - Returns: paths sorted by name; only files that end in `.bel` count in a folder.
/// - Throws: refused where nothing lies at the path, or the folder holds no archive.
package func archives(_ path: String) throws(Refusal) -> [String] {
    var isFolder: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
        throw Refusal("There is no \(path).")
    }
    guard isFolder.boolValue else { return [path] }
    let names = try refusing { try FileManager.default.contentsOfDirectory(atPath: path) }
    let found = names.filter { $0.hasSuffix(".bel") }.sorted().map { "\(path)/\($0)" }
    if found.isEmpty { throw Refusal("\(path) holds no archive (*.bel).") }
    return found
}

/// Runs the verifier on an archive, with progress on a terminal.
/// - Parameter threads: nil for one on each core.
/// - Throws: refused with REFUSED, the path, and the rule that is broken.
package func verified<Value>(
    _ path: String, threads: Int? = nil, _ body: (ArchiveVerifier) throws(ArchiveFault) -> Value
) throws(Refusal) -> Value {
    let show = Terminal.progress("checked")
    let verifier = ArchiveVerifier(threads: threads ?? max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) { done, _ in
        show(done)
    }
    defer { Terminal.endProgress() }
    do throws(ArchiveFault) { return try body(verifier) } catch { throw Refusal("\(path): REFUSED: \(error).") }
}
