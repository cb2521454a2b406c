package import Crypto
import Glibc
import Polling

/// Where the box key of an open poll lies: the file that the seal made is put there, at the opening and after a move, and another's
/// is never replaced.
package struct BoxKeyPlace: Sendable {
    /// What putting a key there came to.
    package enum Outcome: Sendable {
        /// It lies there now, and did not before.
        case put
        /// The same key lay there already.
        case wasThere
        /// The file is no box key.
        case noBoxKey
        /// Another box key lies there.
        case another
    }

    /// Bytes read of a file that should hold a box key: more than one has, so that a wrong file is called one.
    private static let longestFile = 100_000

    private let keys: KeyFolder
    private let election: String
    /// The file.
    package var path: String { keys.boxKeyFile(election) }

    /// - Parameter election: the election's name.
    package init(keys: KeyFolder, election: String) { (self.keys, self.election) = (keys, election) }

    /// A file that should hold a box key; nothing of it stays in memory but what is returned.
    /// - Throws: where it cannot be read, is larger than a box key, or may be read by others.
    package static func read(_ path: String) throws(KeyError) -> Secret {
        try PrivateFile.secret(path, limit: longestFile)
    }

    /// Puts a file's content there, as it was read.
    /// - Throws: where the place cannot be read or written; what was put there is gone then, or the error says that it is not.
    package func put(_ content: Secret) throws(KeyError) -> Outcome {
        guard BoxKey(file: content) != nil else { return .noBoxKey }
        guard unsafe access(path, F_OK) == 0 else {
            do throws(KeyError) { try keys.putBoxKey(content, of: election) } catch {
                guard (try? BoxKeyPlace.read(path).matches(content)) == true, let reason = erase() else { throw error }
                throw KeyError(
                    "\(error.description) The box key at \(path) could not be erased: \(reason)",
                    cure: "Overwrite and remove it by hand.")
            }
            return .put
        }
        return try BoxKeyPlace.read(path).matches(content) ? .wasThere : .another
    }

    /// Overwrites what lies there.
    /// - Returns: why it could not be; nil when nothing is left.
    package func erase() -> String? {
        do throws(KeyError) { _ = try keys.destroyBoxKey(path) } catch { return error.description }
        return nil
    }
}
