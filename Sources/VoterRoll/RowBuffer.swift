/// Checked rows with all their bytes in two buffers. A value, passed on `inout`: every check whether two uses of it overlap
/// is made by the compiler, none for each byte at run time.
struct RowBuffer {
    /// In the file's order.
    var rows: [RollRow] = []
    /// Values in clear, one behind the other.
    var plain: [UInt8] = []
    /// Sealed values and digests, one behind the other.
    var sealed: [UInt8] = []

    /// With room for the rows of a batch.
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
