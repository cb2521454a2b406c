/// Finds the fields of one row of CSV (RFC 4180) in a buffer.
struct RowScan {
    /// What was found.
    enum Outcome {
        /// A whole row: where the next begins, and how many line ends it holds.
        case row(next: Int, lines: Int)
        /// The buffer ends before the row does.
        case needsMore
        /// The row is no CSV, so many lines into it.
        case fault(lines: Int, String)
    }

    /// The byte between fields.
    let delimiter: UInt8
    /// How far the buffer is filled, and whether the file ends there.
    let end: Int
    /// Then a row may end without a line end.
    let atEnd: Bool

    /// Appends the fields of the row that begins at `start`, and to `escaped` the indices of those with doubled quotes.
    /// A field in quotes may hold separators, line ends and doubled quotes; a row ends with LF, CR or both, or with
    /// the file.
    /// - Parameters:
    ///   - start: where the row begins; it must not lie behind `end`.
    ///   - ranges: gets where the fields lie, without their quotes.
    ///   - escaped: gets the places of fields in which quotes are doubled: the caller collapses them.
    func row(
        _ bytes: Span<UInt8>, from start: Int, _ ranges: inout [Range<Int>], _ escaped: inout [Int]
    ) -> Outcome {
        var at = start
        var lines = 0
        while true {
            guard ranges.count < RollLimits.columns else {
                return .fault(lines: 0, "more than \(RollLimits.columns) columns")
            }
            if at < end, bytes[at] == UInt8(ascii: "\"") {
                guard let close = closingQuote(bytes, from: at + 1, &escaped, field: ranges.count, &lines) else {
                    return atEnd
                        ? .fault(lines: 0, "a quote is opened here and never closed: the file is cut short or damaged")
                        : .needsMore
                }
                ranges.append(at + 1..<close)
                at = close + 1
                // Blanks before the separator are nobody's text.
                while at < end, bytes[at] == 32 { at += 1 }
            } else {
                let first = at
                while at < end, bytes[at] != delimiter, bytes[at] != 10, bytes[at] != 13 { at += 1 }
                ranges.append(first..<at)
            }
            if at + 1 >= end, !atEnd { return .needsMore }
            if at == end { return .row(next: at, lines: lines) }
            switch bytes[at] {
            case delimiter: at += 1
            case 10: return .row(next: at + 1, lines: lines + 1)
            case 13: return .row(next: at + 1 < end && bytes[at + 1] == 10 ? at + 2 : at + 1, lines: lines + 1)
            default: return .fault(lines: lines, "text follows a closing quote")
            }
        }
    }

    /// The index of the quote that closes a field; nil when it is not in the buffer.
    private func closingQuote(
        _ bytes: Span<UInt8>, from first: Int, _ escaped: inout [Int], field: Int, _ lines: inout Int
    ) -> Int? {
        var at = first
        while at < end {
            if bytes[at] == 10 || bytes[at] == 13 && (at + 1 == end || bytes[at + 1] != 10) { lines += 1 }
            if bytes[at] == UInt8(ascii: "\"") {
                if at + 1 == end, !atEnd { return nil }
                guard at + 1 < end, bytes[at + 1] == UInt8(ascii: "\"") else { return at }
                if escaped.last != field { escaped.append(field) }
                at += 1
            }
            at += 1
        }
        return nil
    }
}
