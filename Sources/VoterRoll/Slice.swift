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
