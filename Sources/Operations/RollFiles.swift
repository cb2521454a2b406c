import FoundationEssentials
import Glibc

/// Uploaded files on their way.
package enum RollFiles {
    /// Removes a file that was read.
    package static func remove(_ path: String) { unsafe unlink(path) }

    /// An error's words with the name that the manager knows in place of ours.
    static func words(_ text: String, path: String, name: String) -> String { text.replacing(path, with: name) }
}
