/// A place in a batch's bytes; `absent` when there is nothing.
struct Slice {
    private let low: Int32
    private let length: Int32

    static let absent = Slice(start: 0, count: -1)

    /// A batch's bytes stay far below two gigabytes: rows times the longest row.
    init(start: Int, count: Int) {
        (low, length) = (Int32(truncatingIfNeeded: start), Int32(truncatingIfNeeded: count))
    }

    var start: Int { Int(low) }
    var count: Int { Int(length) }

    var range: Range<Int> { start..<start + max(0, count) }
    var isAbsent: Bool { count < 0 }
}

/// One checked row: normal forms of its fields, as places in the batch's bytes.
struct RollRow {
    var line = 0
    var reference = Slice.absent
    var civility = Slice.absent
    var lastName = Slice.absent
    var firstName = Slice.absent
    var college = Slice.absent
    var site = Slice.absent
    var weight = 1
    var language = Slice.absent
    var channel = Slice.absent
    var mail = Slice.absent
    var phone = Slice.absent
    var isMobile = false
    var address = Slice.absent
    var challenge = Slice.absent
    var mailIndex = 0
    var phoneIndex = 0
    var digest = Slice.absent
    var id = 0
    // Places in the batch's sealed bytes.
    var sealedMail = Slice.absent
    var sealedPhone = Slice.absent
    var sealedAddress = Slice.absent
}

/// Checked rows with all their bytes in two buffers. A value, passed on `inout`: every check whether two uses of it overlap
/// is made by the compiler, none for each byte at run time.
struct RowBuffer {
    var rows: [RollRow] = []
    var plain: [UInt8] = []
    var sealed: [UInt8] = []

    init() { rows.reserveCapacity(RowBatch.size) }

    /// Empties the buffer for its next rows; its memory stays.
    mutating func clear() {
        rows.removeAll(keepingCapacity: true)
        plain.removeAll(keepingCapacity: true)
        sealed.removeAll(keepingCapacity: true)
    }

    /// Runs `body`, which appends to `plain`, and returns where its bytes lie.
    mutating func slice<Failure: Error>(_ body: (inout [UInt8]) throws(Failure) -> Void) throws(Failure) -> Slice {
        let start = plain.count
        try body(&plain)
        return Slice(start: start, count: plain.count - start)
    }
}

/// Rows on their way from the checker to the store. `@unchecked Sendable`: one thread at a time has it.
final class RowBatch: @unchecked Sendable {
    /// Rows of one transaction: about a tenth of a second of the writer's time, so that nobody else waits long; smaller
    /// ones would write the pages of the blind indices many times over.
    static let size = 8192

    var buffer = RowBuffer()
}
