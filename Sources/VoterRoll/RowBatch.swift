/// A place in a batch's bytes; `absent` when there is nothing.
struct Slice {
    /// 32 bits, since a batch holds twenty of them for each row.
    private let low: Int32
    /// Below 0 where there is nothing.
    private let length: Int32

    /// Nothing: a field that is missing, which is stored as NULL.
    static let absent = Slice(start: 0, count: -1)

    /// A batch's bytes stay far below two gigabytes: rows times the longest row.
    init(start: Int, count: Int) {
        (low, length) = (Int32(truncatingIfNeeded: start), Int32(truncatingIfNeeded: count))
    }

    /// Where it begins in the bytes.
    var start: Int { Int(low) }
    /// Its length in bytes; below 0 where it is absent.
    var count: Int { Int(length) }

    /// Empty where it is absent.
    var range: Range<Int> { start..<start + max(0, count) }
    /// Whether there is nothing, which an empty text is not.
    var isAbsent: Bool { count < 0 }
}

/// One checked row: normal forms of its fields, as places in the batch's bytes.
struct RollRow {
    /// The line of the file; of a second sheet counted from `RollLimits.sheetLines` on.
    var line = 0
    /// In Unicode's composed form.
    var reference = Slice.absent
    /// `M` or `F`.
    var civility = Slice.absent
    /// Composed, with single spaces.
    var lastName = Slice.absent
    /// Composed, with single spaces.
    var firstName = Slice.absent
    /// The college's key in the election.
    var college = Slice.absent
    /// The site's key in the election.
    var site = Slice.absent
    /// Votes that the voter holds, from 1.
    var weight = 1
    /// `fr` or `en`.
    var language = Slice.absent
    /// Raw value of a `Channel`.
    var channel = Slice.absent
    /// In the form of `EmailAddress`.
    var mail = Slice.absent
    /// In E.164.
    var phone = Slice.absent
    /// Whether SMS may go to the number.
    var isMobile = false
    /// In the form in which `PostalAddress` is stored.
    var address = Slice.absent
    /// The answer, and from `RowAccumulator.finish` on its hash.
    var challenge = Slice.absent
    /// The blind index of the mail address.
    var mailIndex = 0
    /// The blind index of the number.
    var phoneIndex = 0
    /// Over all values and over the answer alone, in the batch's sealed bytes: equal where a row did not change.
    var digest = Slice.absent
    /// The voter's number; 0 until it is known.
    var id = 0
    // Places in the batch's sealed bytes.
    /// Bound to election, voter and column.
    var sealedMail = Slice.absent
    /// Bound to election, voter and column.
    var sealedPhone = Slice.absent
    /// Bound to election, voter and column.
    var sealedAddress = Slice.absent
}

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

/// Rows on their way from the checker to the store. `@unchecked Sendable`: one thread at a time has it.
final class RowBatch: @unchecked Sendable {
    /// Rows of one transaction: about a tenth of a second of the writer's time, so that nobody else waits long; smaller
    /// ones would write the pages of the blind indices many times over.
    static let size = 8192

    /// Swapped with the checker's when it is full.
    var buffer = RowBuffer()
}
