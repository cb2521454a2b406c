import CArchive
import Glibc

/// A zip archive read as a stream (libarchive); its entries come in the file's order.
/// Opened once for each pass: an entry that was passed over cannot be returned to.
@safe final class Archive {
    private let raw: OpaquePointer
    /// For what errors say; the file is held open by libarchive.
    private let path: String
    /// Bytes that all entries read so far have become.
    private var inflated = 0
    /// The locale of UTF-8, which the C library itself holds.
    private let letters: locale_t?
    private var chunk = [UInt8](repeating: 0, count: 1 << 16)

    /// - Throws: when the file cannot be opened, or there is no memory; whether it is an archive shows with the first
    ///   entry.
    init(path: String) throws(RollFileError) {
        self.path = path
        unsafe letters = newlocale(1 << LC_CTYPE, "C.UTF-8", nil)
        guard let handle = unsafe archive_read_new() else {
            throw RollFileError(file: path, line: 0, message: "out of memory")
        }
        unsafe raw = handle
        unsafe archive_read_support_format_zip(raw)
        guard unsafe archive_read_open_filename(raw, path, 1 << 16) == ARCHIVE_OK else { throw damaged }
    }

    deinit {
        unsafe archive_read_free(raw)
        if let letters = unsafe letters { unsafe freelocale(letters) }
    }

    /// What every fault of libarchive is told as: its own words say nothing to who made the workbook.
    private var damaged: RollFileError {
        RollFileError(file: path, line: 0, message: "this is no .xlsx workbook, or it is damaged or cut short")
    }

    /// Hands each entry's name to `body`, which reads it with `readAll` or leaves it.
    /// - Throws: when the archive is damaged or an entry is encrypted; what `body` throws.
    func forEachEntry(_ body: (String) throws(RollFileError) -> Void) throws(RollFileError) {
        // libarchive turns names into the locale's characters: a service has none, and names of other letters would be lost.
        let previous = unsafe letters.map { unsafe uselocale($0) }
        defer { if let previous = unsafe previous { unsafe _ = uselocale(previous) } }
        var entry: OpaquePointer?
        while true {
            switch unsafe archive_read_next_header(raw, &entry) {
            case ARCHIVE_OK, ARCHIVE_WARN: break
            case ARCHIVE_EOF: return
            default: throw damaged
            }
            // The UTF-8 form does not hang on the machine's language; what has no name at all is no part that is wanted.
            let name = unsafe archive_entry_pathname_utf8(entry) ?? archive_entry_pathname(entry)
            guard unsafe archive_entry_is_encrypted(entry) == 0 else {
                throw RollFileError(
                    file: path, line: 0,
                    message: FileKind.protected.refusal ?? "this workbook is protected by a password")
            }
            try body(unsafe name.map { unsafe String(cString: $0) } ?? "")
        }
    }

    /// Hands the current entry to `body` piece by piece, until it returns false. What is inflated in all is bounded, so that
    /// a small file cannot fill the machine.
    /// - Parameter body: takes the bytes, of which the number given with them are valid.
    /// - Throws: when the archive is damaged, or inflates to more than `RollLimits.inflated`; what `body` throws.
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
