/// Whole numbers as programs write them that keep every number with decimals: `59000.0`, `639980001,0`.
enum WholeNumber {
    /// The range without the `.0` behind digits; as it is where anything else stands there.
    static func bare(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        guard let last = range.last, bytes[last] == 48 else { return range }
        var mark = last
        while mark > range.lowerBound, bytes[mark] == 48 { mark -= 1 }
        // Three zeros are thousands: `59.000`.
        guard mark > range.lowerBound, mark < last, last - mark < 3,
            bytes[mark] == UInt8(ascii: ".") || bytes[mark] == UInt8(ascii: ",")
        else { return range }
        for index in range.lowerBound..<mark where !(48...57 ~= bytes[index]) {
            // A number may have its +.
            guard index == range.lowerBound, bytes[index] == UInt8(ascii: "+"), index + 1 < mark else { return range }
        }
        return range.lowerBound..<mark
    }
}
