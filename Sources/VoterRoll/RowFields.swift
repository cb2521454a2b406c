import Inputs

/// One row of a table: fields lie in a buffer that is valid until the next row.
struct RowFields {
    /// Where each field lies in the bytes that come with it.
    var ranges: [Range<Int>]
    /// The line on which the row begins, from 1.
    var line: Int
    /// The sheet it stands on, from 0, in the order in which sheets are read.
    var sheet = 0
    /// Cells of a workbook that are no plain text.
    var notes: [CellNote] = []

    /// Whether every field is empty or white space.
    func isBlank(_ bytes: Span<UInt8>) -> Bool {
        for range in ranges where !range.isEmpty {
            if Invisible.trimmed(bytes, range) != nil { return false }
        }
        return true
    }
}

extension RowFields {
    /// Whether a field stands in quotes.
    static func isQuoted(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        range.lowerBound > 0 && bytes[range.lowerBound - 1] == UInt8(ascii: "\"")
    }

    /// Whether the row's fields stand in one pair of quotes, as spreadsheets leave lines that were pasted into one column.
    /// - Parameter count: how many headings there are.
    func isOneField(_ bytes: Span<UInt8>, of count: Int) -> Bool {
        guard let first = ranges.first, count > 1, ranges.count == 1 || Invisible.trimmed(bytes, ranges[1]) == nil
        else {
            return false
        }
        for range in ranges.dropFirst() where Invisible.trimmed(bytes, range) != nil { return false }
        let most = ";,\t|".utf8.map { mark in first.count { bytes[$0] == mark } }.max() ?? 0
        // Fields may be missing at the end.
        return most + 1 >= RollHeadings.needed.count
    }
}
