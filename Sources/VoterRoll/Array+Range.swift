extension Array where Element == UInt8 {
    /// The bytes of a range.
    init(_ bytes: Span<UInt8>, _ range: Range<Int>) { self = range.map { bytes[$0] } }
}
