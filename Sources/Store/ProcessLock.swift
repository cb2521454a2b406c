import Glibc

/// A lock between processes on the same machine, held until it is released; the system releases it when the process
/// dies.
package final class ProcessLock: Sendable {
    private let file: Int32

    /// - Throws: `.busy` when another process holds the lock `name` of the store at `path`.
    /// - Parameter name: a word, which the file beside the store has and the message repeats. Not only another process:
    ///   a second lock of the same name in this one is refused too.
    package init(store path: String, name: String) throws(StoreError) {
        file = unsafe open("\(path)-\(name).lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw StoreError(
                .readOnly, "The lock beside \(path) cannot be made.", cure: "Check the folder's permissions.")
        }
        Store.giveToOwner(of: path, file)
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw StoreError(
                .busy, "Another \(name) is running on this store.",
                cure: "Wait until it has ended, then run this again.")
        }
    }

    deinit { close(file) }
}
