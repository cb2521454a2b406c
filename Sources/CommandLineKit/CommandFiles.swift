import Crypto
package import Foundation
import Glibc

/// A whole file, refused with its name.
/// - Parameter secret: whether it is refused where others than this account may read it.
/// - Throws: refused where it cannot be read; a secret one also beyond ten megabytes.
package func readFile(_ path: String, secret: Bool = false) throws(Refusal) -> [UInt8] {
    if secret { return try refusing { try PrivateFile.read(path, limit: 10_000_000, secret: true) } }
    guard let data = FileManager.default.contents(atPath: path) else { throw Refusal("\(path) cannot be read.") }
    return [UInt8](data)
}

/// A path that means the same in every folder; links stay as they were typed.
package func absolutePath(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

/// Writes a new file that others may read; never replaces one.
/// - Throws: refused where a file is there already, or cannot be written.
package func writeFile(_ path: String, _ content: [UInt8]) throws(Refusal) {
    guard unsafe access(path, F_OK) != 0 else { throw Refusal("\(path) exists already: give a new name.") }
    do { try Data(content).write(to: URL(fileURLWithPath: path)) } catch {
        throw Refusal("\(path) could not be written: \(error.localizedDescription)")
    }
}

/// Writes a new file that only this account may read; a file that is there is never replaced.
/// - Throws: refused where a file is there, or the disk fails; what was written only in part is removed.
package func saveNew(_ data: Data, to path: String) throws(Refusal) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
        throw Refusal(
            errno == EEXIST
                ? "\(path) exists already, and nothing is overwritten: give another name."
                : "\(path) cannot be made: \(unsafe String(cString: strerror(errno))).")
    }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    do {
        try file.write(contentsOf: data)
        try file.synchronize()
    } catch {
        unsafe unlink(path)
        throw Refusal("\(path) cannot be written: \(error.localizedDescription)")
    }
}

/// Writes a file that only this account may read.
/// - Throws: refused where it cannot be written.
package func save(_ text: String, to path: String) throws(Refusal) {
    guard
        FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
    else { throw Refusal("\(path) cannot be written: check the folder and its permissions.") }
}
