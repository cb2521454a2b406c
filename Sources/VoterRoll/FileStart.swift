import Glibc

enum FileStart {
    /// Whether a file begins like a zip archive, which .xlsx workbooks are.
    static func isZip(_ path: String) -> Bool {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        var start = [UInt8](repeating: 0, count: 4)
        return unsafe read(file, &start, 4) == 4 && start == [0x50, 0x4B, 3, 4]
    }
}
