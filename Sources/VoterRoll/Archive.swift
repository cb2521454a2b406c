import CArchive

/// A zip archive read as a stream (libarchive); its entries come in the file's order.
@safe final class Archive {
    private let raw: OpaquePointer
    private let path: String
    private var inflated = 0
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)

    init(path: String) throws(RollFileError) {
        self.path = path
        guard let handle = unsafe archive_read_new() else {
            throw RollFileError(file: path, line: 0, message: "out of memory")
        }
        unsafe raw = handle
        unsafe archive_read_support_format_zip(raw)
        guard unsafe archive_read_open_filename(raw, path, 1 << 16) == ARCHIVE_OK else { throw damaged }
    }

    deinit { unsafe archive_read_free(raw) }

    private var damaged: RollFileError {
        RollFileError(file: path, line: 0, message: "this is no .xlsx workbook, or it is damaged or cut short")
    }

    /// Hands each entry's name to `body`, which reads it with `readAll` or leaves it.
    func forEachEntry(_ body: (String) throws(RollFileError) -> Void) throws(RollFileError) {
        var entry: OpaquePointer?
        while true {
            switch unsafe archive_read_next_header(raw, &entry) {
            case ARCHIVE_OK, ARCHIVE_WARN: break
            case ARCHIVE_EOF: return
            default: throw damaged
            }
            guard let name = unsafe archive_entry_pathname(entry) else { throw damaged }
            guard unsafe archive_entry_is_encrypted(entry) == 0 else {
                throw RollFileError(
                    file: path, line: 0,
                    message: FileKind.protected.refusal ?? "this workbook is protected by a password")
            }
            try body(unsafe String(cString: name))
        }
    }

    /// Hands the current entry to `body` piece by piece, until it returns false. What is inflated in all is bounded, so that
    /// a small file cannot fill the machine.
    func read(_ body: ([UInt8], Int) throws(RollFileError) -> Bool) throws(RollFileError) {
        while true {
            let count = unsafe archive_read_data(raw, &chunk, chunk.count)
            guard count >= 0 else { throw damaged }
            if count == 0 { return }
            inflated += count
            guard inflated <= RollLimits.inflated else {
                throw RollFileError(
                    file: path, line: 0,
                    message: "the workbook inflates to more than \(RollLimits.inflated >> 20) MiB: refused")
            }
            guard try body(chunk, count) else { return }
        }
    }
}
